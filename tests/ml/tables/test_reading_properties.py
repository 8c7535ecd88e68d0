"""What any writer writes of any table is what the reader reads back."""

import csv
import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.tables.heading import check_head
from ml.tables.reading import Limits, TableSummary, read_table
from ml.tables.values import BLANKS, NONE, is_missing

SETTINGS = settings(max_examples=30)
WESTERN = "".join(chr(code) for code in [*range(32, 127), *range(0xC0, 0x100)]) + "€œ’\n"
ANY = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t")
# The word that is missing or not by how often it comes has tests of its own.
CELL = st.text(ANY, max_size=12).filter(lambda text: text.strip(BLANKS).lower() != NONE)
WESTERN_CELL = st.text(WESTERN, max_size=12).filter(lambda text: text.strip(BLANKS).lower() != NONE)


def rows_of(cell: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[str]]]:
    return st.lists(st.lists(cell, min_size=2, max_size=2), min_size=1, max_size=8)


def read_back(folder: Path, contents: bytes, name: str) -> tuple[TableSummary, list[list[object]]]:
    """The summary and the stored columns; what the reader takes, the look at its head has to take, too."""
    source, stored = folder / "source", folder / "table.parquet"
    source.write_bytes(contents)
    check_head(source, filename=name, limits=Limits())
    summary = read_table(source, filename=name, destination=stored)
    return summary, list(pq.read_table(stored).to_pydict().values())


def kept(cells: Sequence[str]) -> list[str | None]:
    """What a column of words keeps of its cells."""
    plain = [cell.replace("\r\n", "\n").replace("\r", "\n").strip(BLANKS) for cell in cells]
    return [None if is_missing(cell) else cell for cell in plain]


@SETTINGS
@given(
    rows=rows_of(CELL),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_rows_in_any_dialect_come_back(tmp_path, delimiter, end, quoting, rows):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)
    # A first column of words tells the header, and keeps each row a row and each column one of words.
    writer.writerows([["first", "left", "right"], *(["w", *("v" + cell for cell in row)] for row in rows)])

    summary, columns = read_back(tmp_path, text.getvalue().encode(), "table.csv")

    assert (summary.rows, summary.bad_row_count) == (len(rows), 0)
    assert columns == [["w"] * len(rows), *(kept(["v" + row[place] for row in rows]) for place in range(2))]


@SETTINGS
@given(
    rows=rows_of(WESTERN_CELL),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]),
    packed=st.booleans(),
)
def test_rows_in_any_encoding_come_back(tmp_path, encoding, packed, rows):
    text = io.StringIO()
    # Enough plain letters to tell that every second byte is NUL, enough others to tell one byte from two.
    head = ["a first column", "the left one", "the right one"]
    csv.writer(text).writerows([head, ["é", "vü", "vß"], *(["w", *("v" + cell for cell in row)] for row in rows)])
    contents = text.getvalue().encode(encoding)

    _, columns = read_back(tmp_path, gzip.compress(contents) if packed else contents, "table.csv")

    assert columns[1:] == [kept([odd, *("v" + row[place] for row in rows)]) for place, odd in ((0, "vü"), (1, "vß"))]


JSON_VALUE = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(allow_nan=False, allow_infinity=False), CELL
)


@SETTINGS
@given(
    rows=st.lists(st.lists(JSON_VALUE, min_size=2, max_size=2), min_size=1, max_size=8),
    written=st.sampled_from(["array", "lines", "indented"]),
)
def test_json_values_among_words_come_back_as_they_were_written(tmp_path, written, rows):
    objects = [{"x": "a word", "y": "a word"}, *({"x": left, "y": right, "z": 1} for left, right in rows)]
    text = (
        "\n".join(map(json.dumps, objects)) if written == "lines" else json.dumps(objects, indent=written == "indented")
    )

    summary, columns = read_back(tmp_path, text.encode(), "table.json")

    said = [
        ["a word", *(value if isinstance(value, str) else json.dumps(value) for value in row)]
        for row in zip(*rows, strict=True)
    ]
    expected = [
        [None if text is None or is_missing(text) else text.strip(BLANKS) for text in column] for column in said
    ]
    assert summary.rows == len(rows) + 1
    assert columns[:2] == expected


CODE = st.from_regex(r"0[0-9]{1,12}|[1-9][0-9]{19,30}|[+]49[0-9]{6,11}", fullmatch=True)
NUMBER = st.one_of(st.integers(-(2**63), 2**63 - 1).map(str), st.floats(-1e15, 1e15).map(repr))


@SETTINGS
@given(codes=st.lists(st.one_of(CODE, NUMBER), min_size=1, max_size=30), code=CODE, place=st.integers(0, 30))
def test_one_code_keeps_every_digit_of_its_column(tmp_path, codes, code, place):
    codes.insert(place, code)

    _, columns = read_back(tmp_path, "".join(["x,y\n", *(f"{each},w\n" for each in codes)]).encode(), "table.csv")

    assert columns[0] == codes


@SETTINGS
@given(
    numbers=st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), min_size=2, max_size=30)
)
def test_numbers_come_back_to_the_last_bit(tmp_path, numbers):
    numbers.append(0.5)
    cells = ["" if number is None else repr(number) for number in numbers]

    _, columns = read_back(tmp_path, "".join(["x,y\n", *(f"{each},w\n" for each in cells)]).encode(), "table.csv")

    assert columns[0] == numbers


@SETTINGS
@given(
    whole=st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), min_size=2, max_size=20),
    flag=st.booleans(),
    word=CELL,
)
def test_parquet_values_come_back(tmp_path, whole, flag, word):
    out = io.BytesIO()
    count = len(whole)
    pq.write_table(pa.table({"n": [*whole, 1], "b": [flag] * (count + 1), "w": ["v" + word] * (count + 1)}), out)

    _, columns = read_back(tmp_path, out.getvalue(), "table.parquet")

    plain = ("v" + word).strip(BLANKS)
    assert columns[:2] == [[*whole, 1], [flag] * (count + 1)]
    assert columns[2] == [plain] * (count + 1)


ODD_CELL = st.sampled_from(["a", "", '"x, y"', "é", "1", 'mid"dle'])


@SETTINGS
@given(rows=st.lists(st.lists(ODD_CELL, max_size=4), max_size=20), better=st.sampled_from([1, 200]))
def test_every_row_is_kept_or_told(tmp_path, rows, better):
    lines = ["first,second,third", *["v,w,x"] * (len(rows) + 1) * better, *(",".join(["r", *row]) for row in rows)]

    summary, _ = read_back(tmp_path, "\n".join(lines).encode(), "table.csv")

    short_or_long = [len(row) for row in rows if len(row) != 2]
    trailing = sum(1 for row in rows if len(row) > 2 and not "".join(row[2:]))
    left_out = sum(1 for count in short_or_long if count > 2) - trailing
    assert summary.bad_row_count == len(short_or_long) - trailing
    assert summary.rows == len(lines) - 1 - left_out


NAMES = st.lists(st.text(ANY, min_size=1, max_size=6), min_size=2, max_size=3, unique=True)
VALUES = st.one_of(
    st.lists(st.integers(-(2**40), 2**40), min_size=3, max_size=3),
    st.lists(st.floats(-1e6, 1e6).map(lambda number: round(number, 3)), min_size=3, max_size=3),
    st.lists(st.one_of(st.none(), CELL), min_size=3, max_size=3),
    st.lists(st.booleans(), min_size=3, max_size=3),
)


@SETTINGS
@given(names=NAMES, values=st.lists(VALUES, min_size=3, max_size=3), orient=st.sampled_from(["columns", "split"]))
def test_columns_as_pandas_writes_them_are_read_as_its_rows_are(tmp_path, names, values, orient):
    frame = pd.DataFrame(dict(zip(names, values, strict=False)))

    turned, columns = read_back(tmp_path, frame.to_json(orient=orient).encode(), "table.json")
    summary, rows = read_back(tmp_path, frame.to_json(orient="records").encode(), "table.json")

    assert [column.name for column in turned.columns] == [column.name for column in summary.columns]
    assert columns == rows
