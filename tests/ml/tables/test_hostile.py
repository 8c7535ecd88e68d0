"""Files made to break a reader: each is a table or a refusal, and no trace stays of what is refused."""

import gzip
import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ml.errors import UnreadableTable
from ml.tables.heading import check_head
from ml.tables.reading import BadRow, Limits

MEGABYTE = 1024 * 1024


def parquet_of(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def columns_of_csv(count: int) -> bytes:
    return ",".join(f"c{i}" for i in range(count)).encode() + b"\n" + b"1," * (count - 1) + b"1\n"


ZEROS = pa.array(np.zeros(60_000_000, np.int8))
LONG = b"x" * (2 * MEGABYTE)

REFUSED = {
    "zeros in gzip": ("too_large", gzip.compress(bytes(100 * MEGABYTE + 1))),
    "gzip in gzip": ("binary", gzip.compress(gzip.compress(b"a,b\n1,2\n"))),
    "gzip that ends too early": ("unreadable", gzip.compress(b"a,b\n" + b"1,2\n" * 9000)[:-20] + bytes(4)),
    "a million columns": ("too_many_columns", columns_of_csv(1_000_000)),
    "a million keys": ("too_many_columns", json.dumps([{f"c{i}": 1 for i in range(1_000_000)}]).encode()),
    "a cell of two megabytes": ("cell_too_long", b"a,b\n1," + LONG + b"\n"),
    "a quoted cell of two megabytes": ("cell_too_long", b'a,b\n1,"' + LONG + b'"\n2,3\n'),
    "a cell of many lines": ("cell_too_long", b'a,b\n1,"' + b"x\n" * MEGABYTE + b'"\n2,3\n'),
    "a value of two megabytes": ("cell_too_long", b'[{"a": 1, "b": "' + LONG + b'"}]'),
    "brackets": ("one_column", b"[" * 100_000),
    "brackets around an object": ("broken_json", b"[{" * 50_000),
    "brackets in a value": ("broken_json", b'[{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b', "b": 1}]'),
    "braces": ("broken_json", b'{"a":' * 100_000),
    "a Parquet file cut off": ("unreadable", parquet_of(pa.table({"a": [1, 2], "b": [3, 4]}))[:-10]),
    "a Parquet file without its middle": ("unreadable", b"PAR1" + bytes(100) + b"\xff\xff\xff\x7fPAR1"),
    "many rows in few bytes": ("too_large", parquet_of(pa.table([ZEROS, ZEROS], names=["a", "b"]))),
    "a header alone": ("empty", b"a,b,c\r\n"),
    "blank lines": ("empty", b"\n" * 200_000),
    "spaces": ("empty", b" " * 200_000),
    "line ends of every kind": ("empty", b"\r\n\n\r" * 50_000),
}


@pytest.mark.parametrize(("code", "contents"), REFUSED.values(), ids=REFUSED)
def test_a_hostile_file_is_refused_and_leaves_no_trace(read, tmp_path, code, contents):
    with pytest.raises(UnreadableTable) as refusal:
        read(contents)

    assert refusal.value.code == code
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


# What the ends of a file cannot show, though the whole file does.
BEYOND_THE_HEAD = {
    "gzip that ends too early",
    "a cell of many lines",
    "brackets around an object",
    "brackets in a value",
    "braces",
}


@pytest.mark.parametrize(("name", "code"), [(name, code) for name, (code, _) in REFUSED.items()])
def test_the_head_shows_most_of_it(tmp_path, name, code):
    (tmp_path / "upload").write_bytes(REFUSED[name][1])
    refused = None

    try:
        check_head(tmp_path / "upload", filename="table.csv", limits=Limits())
    except UnreadableTable as error:
        refused = error.code

    assert refused == (None if name in BEYOND_THE_HEAD else code)


def test_limits_are_told_from_what_is_unreadable():
    codes = ["too_large", "too_many_columns", "cell_too_long", "empty", "binary", "broken_json", "unreadable"]

    assert [UnreadableTable(code, "").is_too_large for code in codes] == [True] * 3 + [False] * 4


def test_blank_lines_above_a_table_are_nothing(read):
    assert read("\n" * 300_000 + "a,b\n1,2\n").rows == [[1, 2]]


def test_a_quotation_open_over_many_rows_swallows_none(read):
    table = read('a,b\n"open,1\n' + "x,2\n" * 5000)

    assert (table.summary.rows, table.rows[0], table.rows[-1]) == (5001, ['"open', 1], ["x", 2])


def test_a_quotation_open_over_megabytes_is_refused_with_the_remedy(read):
    with pytest.raises(UnreadableTable, match="check that every quotation mark before it is closed") as refusal:
        read('a,b\n"open,1\n' + "x,2\n" * 500_000)

    assert refusal.value.code == "cell_too_long"


def test_ten_thousand_ragged_rows_are_all_told(read, tmp_path):
    table = read("a,b,c\n" + "1,2,3\n" * 100_000 + "1,2\n" * 5000 + "1,2,3,4\n" * 5000)

    assert (table.summary.rows, table.summary.bad_row_count) == (105_000, 10_000)
    assert table.summary.bad_rows[0].line == 100_002
    assert table.summary.notes == [
        "5,000 rows have too few cells, kept; what is not there counts as missing.",
        "5,000 rows have too many cells, left out.",
    ]


def test_line_ends_may_change_within_a_file(read):
    assert read("a,b\r\n1,2\n3,4\r5,6\r\n").rows == [[1, 2], [3, 4], [5, 6]]


def test_nul_characters_stand_for_nothing(read):
    table = read(b"a,b\n" + b"wor\0d,1\n" * 3 + b"word,1\n" * 300)

    assert set(table.values("a")) == {"word"}
    assert table.summary.notes[-1] == "3 NUL characters were removed."


ODD_NAMES = ["__proto__", "constructor", "<script>alert(1)</script>", "=cmd()|' /C calc'!A0", "@SUM(A1)", "+1", "שלום"]


def test_odd_headers_are_names_like_any_other(read):
    rows = ",".join(ODD_NAMES) + "\n" + ",".join("abcdefg") + "\n"

    table = read(rows)

    assert table.names == ODD_NAMES
    assert table.rows == [list("abcdefg")]


def test_headers_alike_after_normalising_get_numbers(read):
    assert read("cafe\u0301,caf\u00e9,\u202ename\n1,2,3\n").names == ["café", "café_2", "\u202ename"]


def test_marks_of_scripts_and_formulas_in_cells_are_text(read):
    table = read("a,b\n<script>alert(1)</script>,=1+1\n<b>,@x\n")

    assert table.rows == [["<script>alert(1)</script>", "=1+1"], ["<b>", "@x"]]


def test_json_with_half_characters_and_odd_keys_is_read(read):
    table = read('[{"__proto__": "\\udc00", "a": 1}, {"__proto__": "x", "a": 2}]')

    assert table.names == ["__proto__", "a"]
    assert table.rows == [["\ufffd", 1], ["x", 2]]


def test_utf_16_without_a_mark_is_read(read):
    assert read("name,n\r\nÅsa,1\r\nBo,2\r\n".encode("utf-16-le")).rows == [["Åsa", 1], ["Bo", 2]]


def test_parquet_with_odd_names_and_nested_values_is_read(read):
    names = ["", 'q"uote', "a'; DROP TABLE x; --", "nested", "two\nlines"]
    values = [[1], ["x"], [True], [{"k": [1, None]}], [b"\x00\xff"]]

    table = read(parquet_of(pa.table(values, names=names)), "x.parquet")

    assert table.names == ["col_0", 'q"uote', "a'; DROP TABLE x; --", "nested", "two lines"]
    assert table.rows == [[1, "x", True, '{"k":[1,null]}', "\\x00\\xFF"]]


def test_parquet_columns_of_one_name_are_two(read):
    table = read(parquet_of(pa.table([[1], [2]], names=["a", "a"])))

    assert (table.names, table.rows) == (["a", "a_2"], [[1, 2]])


def test_a_bad_row_tells_its_line(read):
    assert read("a,b\n1,2\n1,2,3\n4,5\n").summary.bad_rows == [BadRow(3, "3 cells where there are 2 columns; left out")]


def test_memory_and_disk_hold_no_more_than_the_limit_of_a_bomb(read, tmp_path):
    bomb = gzip.compress(b"a,b\n" + b"1,2\n" * 5_000_000)[:-4] + (100).to_bytes(4, "little")  # and it lies

    with pytest.raises(UnreadableTable, match="more than 1 MB") as refusal:
        read(bomb, limits=Limits(max_bytes=MEGABYTE))

    assert refusal.value.is_too_large
    assert sum(path.stat().st_size for path in Path(tmp_path).iterdir()) == len(bomb)
