"""What is refused, or told, by the ends of a file alone."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ml.errors import UnreadableTable
from ml.tables.heading import check_head
from ml.tables.reading import Limits


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., str | None]:
    """The code with which a file is refused, None where it may be read."""

    def check(contents: bytes, filename: str = "table.csv", **limits: int) -> str | None:
        (tmp_path / "upload").write_bytes(contents)
        try:
            check_head(tmp_path / "upload", filename=filename, limits=Limits(**limits))
        except UnreadableTable as error:
            return error.code
        return None

    return check


def test_the_size_of_a_file_is_checked(refused):
    assert refused(b"a,b\n1,2\n", max_bytes=8) is None
    assert refused(b"a,b\n1,2\n", max_bytes=7) == "too_large"


def test_the_size_that_a_gzip_file_declares_is_checked(refused):
    packed = gzip.compress(b"a,b\n" + b"1,2\n" * 1000)

    assert refused(packed, max_bytes=4004) is None
    assert refused(packed, max_bytes=4003) == "too_large"


def test_several_gzip_parts_are_one_file(refused, read):
    packed = gzip.compress(b"a,") + gzip.compress(b"b\n1,2\n")

    assert refused(packed) is None
    assert read(packed).rows == [[1, 2]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_columns_are_counted_in_any_encoding(refused, end, encoding):
    row = ",".join(f"column {i} é" for i in range(12))
    contents = (row + end).encode(encoding) + end.join([row] * 3000).encode(encoding.removesuffix("-sig"))

    assert refused(contents, max_columns=12) is None
    assert refused(contents, max_columns=11) == "too_many_columns"


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (",".join(f"a{i}" for i in range(3000)) + "\n1", "3,000 columns"),
        ("1234567," * 1_000_000, "more than 131,072 columns"),
        ('[{"a": 1, "b": 2, "c": 3}]', "3 columns"),
        ('[{"a": 1, "b": 2, "c": 3, "d": [', "more than 3 columns"),
    ],
)
def test_columns_are_told_as_far_as_they_were_counted(tmp_path, header, told):
    (tmp_path / "upload").write_text(header)

    with pytest.raises(UnreadableTable) as refusal:
        check_head(tmp_path / "upload", filename="table", limits=Limits(max_columns=2))

    assert refusal.value.detail == f"There are {told} and at most 2 are read; leave some out."


def test_commas_in_quoted_texts_are_no_columns(refused):
    assert refused(b'"' + b"one, " * 150_000 + b'",b\n1,2\n', max_columns=10) is None


def test_keys_inside_of_values_are_no_columns(refused):
    contents = b'[{"a": {"b": 1, "c": [{"d": 1, "a:{": 2}]}, "e": "x: y", "f": 1}]'

    assert refused(contents, "table.json", max_columns=3) is None
    assert refused(contents, "table.json", max_columns=2) == "too_many_columns"


def test_a_cell_as_long_as_allowed_passes(refused):
    assert refused(b"a,b\n1," + b"x" * 1000 + b"\n", max_cell_bytes=1000) is None
    assert refused(b"a,b\n1," + b"x" * 1001 + b"\n", max_cell_bytes=1000) == "cell_too_long"


@pytest.mark.parametrize("size", [200_000, 262_144, 262_145, 1_048_576, 1_048_577, 3_000_000])
def test_a_good_file_passes_wherever_its_head_is_cut(refused, size):
    row = 'a café,"two\nlines",3\r\n'.encode()

    assert refused((row * (size // len(row) + 1))[:size]) is None
    assert refused(gzip.compress((row * (size // len(row) + 1))[:size])) is None


@pytest.mark.parametrize(
    "contents", [b'[{"a": "' + b'\\"' * 500_000, b"%\n" + b" \n" * 100_000 + b"x", b'"" ' * 300_000]
)
def test_what_never_ends_is_looked_through_once(refused, contents):
    assert refused(contents, "table.json", max_cell_bytes=10**7) in {None, "one_column"}


ROWS = [{f"key {i}": 1, "text": "a: b"} | {f"key {i}": 2 for i in range(7)} for i in range(7)]


@pytest.mark.parametrize(
    ("contents", "filename", "columns"),
    [
        (b"a;b;c\n1;2;3\n", "t.csv", 3),
        (gzip.compress(b"a,b,c\n1,2,3\n", mtime=0), "t.csv.gz", 3),
        (b"a,b,c\n" + (b"x" * 400_000 + b",1,2\n") * 4, "t.csv", 3),
        (json.dumps(ROWS).encode(), "t.json", 8),
        ("\n".join(json.dumps(row) for row in ROWS).encode(), "t.jsonl", 8),
    ],
)
def test_columns_are_told(tmp_path, contents, filename, columns):
    (tmp_path / "upload").write_bytes(contents)

    outline = check_head(tmp_path / "upload", filename=filename, limits=Limits())

    assert outline.columns == columns


@pytest.mark.parametrize("parts", [1, 3])
def test_what_a_gzip_file_unpacks_to_is_told(tmp_path, parts):
    text = b"a,b\n" + b"".join(b"%d,2\n" % i for i in range(200_000))
    (tmp_path / "upload").write_bytes(gzip.compress(text) * parts)

    outline = check_head(tmp_path / "upload", filename="t.csv.gz", limits=Limits())

    assert outline.text_bytes == pytest.approx(parts * len(text), rel=0.2)
