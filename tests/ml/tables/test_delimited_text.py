"""The fast way and the careful way to read delimited text tell the same."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ml.tables.bad_rows import BadRows
from ml.tables.careful_rows import careful_rows
from ml.tables.cells import cleaned_cells
from ml.tables.contents import plain_text
from ml.tables.delimited import Layout
from ml.tables.delimited_text import clean_rows_to_parquet
from ml.tables.duck import connect, parquet
from ml.tables.kinds import INTEGER
from ml.tables.summary import Limits
from ml.tables.text_sink import TextSink

ODD_CELLS = [
    *["a", "", '""', " ", '"q"', '"a,b"', '"two\nlines"', '"d""d"', '"open', 'close"', 'mid"dle'],
    *["\\", '\\"', "#c", "\t", "é", "'s'", ' "sp"', '"sp" ', "NA", "\u00a0"],
]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(tmp_path_factory.mktemp("spill")) as connection:
        yield connection


ROWS = st.lists(st.lists(st.sampled_from(ODD_CELLS), min_size=2, max_size=2), min_size=1, max_size=6)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, end=st.sampled_from(["\n", "\r\n", "\n\n"]), header=st.booleans())
def test_the_fast_way_gives_up_or_agrees_with_the_careful_one(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, rows: list[list[str]], end: str, header: bool
):
    (tmp_path / "source").write_text(end.join(map(",".join, rows)) + end, encoding="utf-8", newline="")
    layout = Layout(delimiter=",", header=header, names=("", ""))
    text = plain_text(tmp_path / "source", tmp_path, BadRows(None))

    fast = clean_rows_to_parquet(connection, text, layout, tmp_path, Limits())

    assume(fast is not None)
    sink = TextSink(tmp_path, width=2, limits=Limits())
    bad = BadRows(None)
    careful_rows(text, layout, sink, Limits(), bad)
    careful = connection.execute(cleaned_cells(2, parquet(sink.paths))).fetchall()
    assert connection.execute(f"FROM {parquet([fast.path])}").fetchall() == careful
    assert bad.count == 0


def test_the_fast_way_is_taken_for_a_clean_file(connection, tmp_path):
    (tmp_path / "source").write_text('a,b\n1,"x, y"\n2,"say ""hi"""\n')
    layout = Layout(delimiter=",", names=("a", "b"))

    text = plain_text(tmp_path / "source", tmp_path, BadRows(None))

    clean = clean_rows_to_parquet(connection, text, layout, tmp_path, Limits())

    assert clean is not None
    assert clean.kinds == {0: INTEGER}
    assert connection.execute(f"FROM {parquet([clean.path])}").fetchall() == [(1, "x, y"), (2, 'say "hi"')]
