"""From a file to a stored table: formats, ragged rows, limits and what is refused."""

import gzip
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.errors import UnreadableTable
from ml.tables import careful_rows
from ml.tables.frames import load_frame
from ml.tables.reading import BadRow, Limits, read_table
from ml.tables.values import BLANKS, is_missing

SMALL = "name,age\nAnn,31\nBob,\n"


def test_read_table_stores_typed_values_under_plain_names(read):
    table = read(SMALL)

    assert table.names == ["name", "age"]
    assert table.rows == [["Ann", 31], ["Bob", None]]
    assert pq.read_schema(table.path).names == ["c0", "c1"]
    assert [str(kind) for kind in pq.read_schema(table.path).types] == ["string", "int64"]


def test_read_table_tells_how_the_file_was_written(read):
    assert read(SMALL).summary.dialect.to_json() == {
        "format": "csv",
        "compression": None,
        "encoding": "utf-8",
        "delimiter": ",",
        "quote": '"',
        "escape": None,
        "header": True,
    }


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", "\x01"])
def test_read_table_finds_the_delimiter(read, delimiter):
    table = read(SMALL.replace(",", delimiter))

    assert table.summary.dialect.delimiter == delimiter
    assert table.rows == [["Ann", 31], ["Bob", None]]


def test_a_rare_delimiter_leaves_commas_to_the_cells(read):
    table = read("name^paid\nSmith, Ann^1,5\nRoe^2,25\nDoe, J.^\n")

    assert table.rows == [["Smith, Ann", 1.5], ["Roe", 2.25], ["Doe, J.", None]]
    assert read("name^paid\n" + "Smith, Ann^1,5\n" * 30).rows == [["Smith, Ann", 1.5]] * 30


def test_what_does_not_part_every_line_is_no_rare_delimiter(read):
    assert read("a,b\nx~1,2\ny~1,3\n").rows == [["x~1", 2], ["y~1", 3]]
    assert read("x,lo~hi\n1,10~20\n2,20~40\n").rows == [[1, "10~20"], [2, "20~40"]]
    with pytest.raises(UnreadableTable, match="Only one column"):
        read("a~b\n1~2\n3\n4~5~6\n")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_read_table_takes_any_line_end(read, end):
    assert read(SMALL.replace("\n", end)).rows == [["Ann", 31], ["Bob", None]]


def test_read_table_reads_gzip_whatever_its_name(read):
    table = read(gzip.compress(SMALL.encode()), "table.csv")

    assert table.summary.dialect.compression == "gzip"
    assert table.rows == [["Ann", 31], ["Bob", None]]


def test_read_table_goes_by_contents_before_the_name(read):
    assert read(SMALL, "table.json").summary.dialect.format == "csv"
    assert read('[{"a": 1, "b": 2}]', "table.csv").summary.dialect.format == "json"


def test_read_table_is_not_confused_by_a_bracket_in_a_header(read):
    assert read("[id],[size]\na,1\nb,2\n").names == ["[id]", "[size]"]


def test_quoted_cells_keep_delimiters_quotes_and_line_breaks(read):
    table = read('text,n\n"a, b",1\n"say ""hi""",2\n"two\nlines",3\n')

    assert table.values("text") == ["a, b", 'say "hi"', "two\nlines"]


def test_single_quotes_and_backslash_escapes_are_found(read):
    assert read("a,b\n'x, y',1\n'z',2\n'w, v',3\n").values("a") == ["x, y", "z", "w, v"]
    assert read("a,b\n'O''Brien','say \"x\", y'\n'z','w'\n").rows == [["O'Brien", 'say "x", y'], ["z", "w"]]
    assert read('a,b\n"say \\"hi\\", he said",1\n"z",2\n').values("a") == ['say "hi", he said', "z"]


def test_the_hint_that_excel_writes_is_no_row(read):
    table = read("sep=;\na;b\n1,5;2\n")

    assert table.names == ["a", "b"]
    assert table.rows == [[1.5, 2]]


def test_short_rows_are_kept_and_reported(read):
    table = read("a,b,c\n1,2,3\n4,5\n7,8,9\n")

    assert table.rows == [[1, 2, 3], [4, 5, None], [7, 8, 9]]
    assert table.summary.bad_rows == [BadRow(3, "2 cells where there are 3 columns; the rest counts as missing")]
    assert table.summary.bad_row_count == 1
    assert table.summary.notes == ["1 row has too few cells, kept; what is not there counts as missing."]


def test_long_rows_are_left_out_and_reported(read):
    table = read("a,b\n1,2\n3,4,5\n\n6,7,\n8,9\n")

    assert table.rows == [[1, 2], [6, 7], [8, 9]]
    assert table.summary.bad_rows == [BadRow(3, "3 cells where there are 2 columns; left out")]
    assert table.summary.notes == ["1 row has too many cells, left out."]


def test_only_the_first_hundred_bad_rows_are_listed_but_all_are_counted(read):
    table = read("a,b\n" + "1,2\n" * 200 + "1,2,3\n" * 150)

    assert (len(table.summary.bad_rows), table.summary.bad_row_count) == (100, 150)


def test_a_quotation_that_never_closes_swallows_no_rows(read):
    table = read('a,b\n1,x\n2,"y\n3,z\n4,w\n')

    assert table.rows == [[1, "x"], [2, '"y'], [3, "z"], [4, "w"]]


def test_two_quotations_that_never_close_swallow_no_rows_between_them(read):
    lines = ["id\ttitle\tyear", '1\t"Giliap"\t1975', '2\t"Un bon\t1892', "3\tHeat\t1995", '4\t"Une mauvaise\t1893']

    table = read("\n".join(lines) + "\n")

    assert table.values("title") == ["Giliap", '"Un bon', "Heat", '"Une mauvaise']


def test_a_quoted_cell_over_lines_that_look_like_rows_is_one_cell(read):
    assert read('text,a,b\n"x,y,z\nx,y",1,2\nw,3,4\n').values("text") == ["x,y,z\nx,y", "w"]
    assert read('text,label\n"he, said "so"\nyou, too",spam\nw,ham\n').summary.rows == 2


def test_a_stray_quotation_spoils_its_own_row_only(read):
    table = read('a,b,c\n1,"x,y\n2,"p, q",r\n3,s,t\n')

    assert table.rows == [[1, '"x', "y"], [2, "p, q", "r"], [3, "s", "t"]]


def test_lines_above_the_table_are_reported(read):
    table = read("Report of May\n\na,b\n1,2\n3,4\n")

    assert table.names == ["a", "b"]
    assert table.rows == [[1, 2], [3, 4]]
    assert table.summary.bad_rows == [BadRow(1, "stands above the table; left out")]


def test_blank_lines_are_no_rows_and_rows_of_blanks_are(read):
    assert read("\n\na,b\n1,2\n\n   \n,\n3,4\n\n").rows == [[1, 2], [None, None], [3, 4]]


@pytest.mark.parametrize("last", ["", "a short row\n"])
def test_rows_keep_their_order_on_each_way(read, last):
    count = 300_000

    table = read("a,b\n" + "".join(f"{i},n/a\n" for i in range(count)) + last)

    frame = load_frame(table.path, table.summary.columns, ["a"])
    assert frame["a"].head(count).astype(int).equals(pd.Series(range(count), name="a"))


REFUSED = [
    ("empty", b""),
    ("empty", b"\n \n\n"),
    ("empty", b"a,b,c\n"),
    ("empty", b"[]"),
    ("empty", gzip.compress(b"", mtime=0)),  # a moving time stamp would name the test anew each run
    ("binary", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
    ("binary", b"PK\x03\x04" + bytes(50)),
    ("binary", b"%PDF-1.7\n1 0 obj\n"),
    ("binary", bytes(range(256)) * 20),
    ("one_column", b"a\n1\n2\n"),
    ("one_column", b"Once upon a time\nthere was a file\nof prose.\n"),
    ("one_column", b'[{"a": 1}, {"a": 2}]'),
    ("unreadable", b"<!DOCTYPE html><html><body>a,b</body></html>"),
    ("unreadable", b"\x1f\x8b\x08\x00 cut off"),
    ("unreadable", b"PAR1 and nothing more PAR1"),
]


@pytest.mark.parametrize(("code", "contents"), REFUSED)
def test_what_is_no_table_is_refused_and_leaves_no_trace(read, tmp_path, code, contents):
    with pytest.raises(UnreadableTable) as refusal:
        read(contents)

    assert refusal.value.code == code
    assert refusal.value.detail.endswith(".")
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


def test_a_refused_file_leaves_the_former_table_alone(read):
    before = read(SMALL)

    with pytest.raises(UnreadableTable):
        read(b"")

    assert before.rows == [["Ann", 31], ["Bob", None]]


def test_too_many_columns_are_refused_by_the_header(read):
    header = ",".join(f"x{i}" for i in range(11))

    with pytest.raises(UnreadableTable, match="There are 11 columns and at most 10 are read") as refusal:
        read(f"{header}\n{header}\n", limits=Limits(max_columns=10))

    assert refusal.value.code == "too_many_columns"


def test_a_huge_cell_is_refused(read):
    with pytest.raises(UnreadableTable, match="in line 3 is longer than 1,000,000 bytes") as refusal:
        read(f"a,b\n1,2\n3,{'x' * 1_000_001}\n")

    assert refusal.value.code == "cell_too_long"


def test_the_length_of_a_cell_counts_bytes(read):
    with pytest.raises(UnreadableTable, match="in line 3 is longer than 1,000 bytes"):
        read(f"a,b\n1,2\n3,{'é' * 501}\n", limits=Limits(max_cell_bytes=1000))

    assert len(read(f"a,b\n1,{'é' * 500}\n3,4\n", limits=Limits(max_cell_bytes=1000)).values("b")[0]) == 500


def test_a_small_gzip_that_grows_beyond_the_limit_is_refused(read):
    bomb = gzip.compress(b"a,b\n" + b"1,2\n" * 1_000_000)

    with pytest.raises(UnreadableTable, match="more than 1 MB") as refusal:
        read(bomb, limits=Limits(max_bytes=1024 * 1024))

    assert len(bomb) < 10_000
    assert refusal.value.code == "too_large"


def test_more_rows_than_allowed_are_refused_on_each_way(read):
    for contents in ("a,b\n1,2\n3,4\n5,6\n", "a,b\n1,2\n3\n5,6\n", '{"a":1,"b":2}\n' * 3):
        with pytest.raises(UnreadableTable, match="more than 2 rows") as refusal:
            read(contents, limits=Limits(max_rows=2))
        assert refusal.value.code == "too_large"


def test_a_parquet_file_is_read_by_the_same_rules(read, tmp_path):
    columns = {"Age": [1, None], "age": [0.5, 2.0], "zip": ["01234", "99999"], "tags": [["a"], []]}
    pq.write_table(pa.table(columns), tmp_path / "source.parquet")

    table = read((tmp_path / "source.parquet").read_bytes(), "source.parquet")

    assert table.names == ["Age", "age", "zip", "tags"]
    assert table.rows == [[1, 0.5, "01234", '["a"]'], [None, 2.0, "99999", "[]"]]


def test_a_parquet_file_of_few_bytes_and_many_cells_is_refused(read, tmp_path):
    many = pa.array([0] * 2_000_000)
    pq.write_table(pa.table({"a": many, "b": many}), tmp_path / "source.parquet")
    contents = (tmp_path / "source.parquet").read_bytes()

    with pytest.raises(UnreadableTable) as refusal:
        read(contents, limits=Limits(max_bytes=1024 * 1024))

    assert len(contents) < 100_000
    assert refusal.value.code == "too_large"


def test_a_folder_may_be_called_like_a_pattern(tmp_path):
    folder = tmp_path / "a=b [x]*?"
    folder.mkdir()
    (folder / "up*load").write_text(SMALL)

    summary = read_table(folder / "up*load", filename="t.csv", destination=folder / "t[1].parquet")

    assert summary.rows == 2
    assert [path.name for path in sorted(folder.iterdir())] == ["t[1].parquet", "up*load"]


# Without control characters, which would make the file look binary, but with line ends.
# And without the word that is missing or not by how often it comes.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\r\t"), max_size=12).filter(
    lambda text: text.strip(BLANKS).lower() != "none"
)


@settings(max_examples=25)
@given(rows=st.lists(st.tuples(TEXTS, TEXTS), min_size=2, max_size=8))
def test_what_is_written_as_csv_is_read_back(tmp_path: Path, rows: list[tuple[str, str]]):
    # A last column of words keeps each row a row, and each column one of words.
    lines = [f"{_quoted(left)},{_quoted('w' + right)},end" for left, right in [*rows, ("a word", "")]]
    (tmp_path / "source").write_text("left,right,last\n" + "\n".join(lines), encoding="utf-8", newline="")

    summary = read_table(tmp_path / "source", filename="t.csv", destination=tmp_path / "t.parquet")

    stored = pq.read_table(tmp_path / "t.parquet").to_pydict()
    assert summary.bad_row_count == 0
    assert stored["c0"] == [_kept(left) for left, _ in rows] + ["a word"]
    assert stored["c1"] == [_kept("w" + right) for _, right in rows] + ["w"]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _kept(text: str) -> str | None:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip(BLANKS)
    return None if is_missing(plain) else plain


@pytest.mark.parametrize("rows", [5, 3000])
@pytest.mark.parametrize("odd", ["", "x,1,2,3\n"])
def test_a_header_that_comes_again_is_left_out_and_told(read, rows, odd):
    part = "name,age\n" + "".join(f"n{i % 7},{i}\n" for i in range(rows))

    table = read(part + part + odd + part)

    assert [column.name for column in table.summary.columns] == ["name", "age"]
    assert table.summary.rows == 3 * rows
    assert "2 rows repeat the header, left out." in table.summary.notes
    assert table.summary.bad_rows[0] == BadRow(rows + 2, "repeats the header; left out")


def test_rows_alike_are_no_header(read):
    table = read("red,big\n" + "red,big\nblue,small\n" * 4)

    assert (table.summary.rows, table.summary.notes) == (9, [])


def test_a_last_header_at_the_edge_of_what_is_read_at_once_is_left_out(read, monkeypatch):
    monkeypatch.setattr(careful_rows, "_WINDOW", 64)

    table = read(("a,b\n" + "1,2\n" * 5) * 40)

    assert (table.summary.rows, table.summary.bad_row_count) == (200, 39)
