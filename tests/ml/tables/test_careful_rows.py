"""The careful way through delimited text: many rows at once where that is safe, and what it tells of the others."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.errors import UnreadableTable
from ml.tables import careful_rows as careful
from ml.tables.bad_rows import BadRows
from ml.tables.contents import plain_text
from ml.tables.delimited import Layout
from ml.tables.duck import connect, parquet
from ml.tables.row_spans import RowSpans, row_spans
from ml.tables.summary import BadRow, Limits
from ml.tables.text_sink import TextSink

ODD_CELLS = [
    *["a", "", '""', " ", '"q"', '"a,b"', '"two\nlines"', '"d""d"', '"open', 'close"', 'mid"dle', '""x', '"x"y'],
    *[' "sp"', '"sp" ', "é", "NA", '"""', '""""', "long " * 20],
]
ROWS = st.lists(st.lists(st.sampled_from(ODD_CELLS), min_size=1, max_size=4), min_size=1, max_size=30)


def taken(folder: Path, contents: str, width: int = 2) -> tuple[list[tuple[str | None, ...]], list[BadRow]]:
    (folder / "source").write_text(contents, encoding="utf-8", newline="")
    bad = BadRows(None)
    text = plain_text(folder / "source", folder, bad)
    sink = TextSink(folder, width=width, limits=Limits())
    careful.careful_rows(text, Layout(delimiter=",", header=False, names=("",) * width), sink, Limits(), bad)
    if not sink.paths:
        return [], bad.listed
    with connect(folder) as connection:
        return connection.execute(f"FROM {parquet(sink.paths)}").fetchall(), bad.listed


@settings(max_examples=25)
@given(rows=ROWS, good=st.integers(0, 300))
def test_many_rows_at_once_are_the_same_as_one_by_one(tmp_path, rows, good):
    contents = "".join([*["1,2\n"] * good, *(",".join(row) + "\n" for row in rows), *['3,"4"\n'] * good])

    at_once = taken(tmp_path, contents)

    with pytest.MonkeyPatch.context() as patch:
        nothing = row_spans(b"", ",")
        patch.setattr(careful, "row_spans", lambda *_: RowSpans(nothing.ends, nothing.cells))
        assert at_once == taken(tmp_path, contents)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(careful, "_WINDOW", 64)
        assert at_once == taken(tmp_path, contents)


def test_an_odd_row_among_many_is_found_in_its_line(tmp_path):
    good = '"two\nlines",b\n' * 1000

    rows, bad = taken(tmp_path, good + "alone\n" + good + "a,b,c\n" + good)

    assert (len(rows), rows[1000]) == (3001, ("alone", None))
    assert bad == [
        BadRow(2001, "1 cell where there are 2 columns; the rest counts as missing"),
        BadRow(4002, "3 cells where there are 2 columns; left out"),
    ]


def test_a_long_cell_among_many_rows_is_refused_with_its_line(tmp_path):
    with pytest.raises(UnreadableTable, match="in line 501 is longer"):
        taken(tmp_path, "a,b\n" * 500 + f"{'x' * 1_000_001},b\n" + "a,b\n" * 500)


def test_rows_before_a_doubtful_mark_are_whole():
    spans = row_spans(b'a,"b"\n"c,d",e\nf,g"\nh,i\n', ",")

    assert (spans.ends.tolist(), spans.cells.tolist()) == ([6, 14], [2, 2])
