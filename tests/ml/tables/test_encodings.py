"""Bytes to text: encodings, marks and stray characters."""

import pytest

TEXT = "Größe,n\nklein,1\ngroß,2\n"


@pytest.mark.parametrize(
    ("written_in", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings_are_found(read, written_in, found):
    table = read(TEXT.encode(written_in))

    assert table.summary.dialect.encoding == found
    assert table.names == ["Größe", "n"]
    assert table.rows == [["klein", 1], ["groß", 2]]


@pytest.mark.parametrize("written_in", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_found_without_its_mark(read, written_in):
    table = read(TEXT.encode(written_in))

    assert table.summary.dialect.encoding == "utf-16"
    assert table.values("Größe") == ["klein", "groß"]


def test_an_odd_byte_late_in_the_file_counts(read):
    table = read(b"a,b\n" + b"x,1\n" * 300_000 + b"caf\xe9,2\n")

    assert table.summary.dialect.encoding == "cp1252"
    assert table.values("a")[-1] == "café"


def test_bytes_that_windows_does_not_know_are_latin_1(read):
    assert read(b"a,b\ncaf\xe9\x81x,2\n").summary.dialect.encoding == "latin-1"


def test_a_wrong_byte_in_utf_8_does_not_spoil_the_rest(read):
    table = read(b"a,b\n" + "é東京,1\n".encode() * 20 + b"\xff,2\n")

    assert table.summary.dialect.encoding == "utf-8"
    assert table.values("a")[-2:] == ["é東京", "\ufffd"]
    assert table.summary.notes == ["1 character is no valid UTF-8 and reads as \ufffd."]


def test_nul_characters_are_removed_and_told(read):
    table = read(b"a,b\n" + b"word,1\n" * 50 + b"wo\0rd,2\n")

    assert set(table.values("a")) == {"word"}
    assert table.summary.notes == ["1 NUL character was removed."]
