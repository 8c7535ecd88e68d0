"""A clean file is read and typed in one pass, and no wrong guess is ever seen in what comes out."""

import pytest

from ml.schema import Dtype


@pytest.mark.parametrize(
    ("usual", "last", "dtype", "value"),
    [
        ("1", "x", Dtype.CATEGORY, "x"),
        ("1", "0.125", Dtype.NUMBER, 0.125),
        ("1", " 7 ", Dtype.INTEGER, 7),
        ("1", " NA ", Dtype.INTEGER, None),
        ("1", "none", Dtype.INTEGER, None),
        ("1", "inf", Dtype.INTEGER, None),
        ("1", "007", Dtype.CATEGORY, "007"),
        ("1.5", "1e999", Dtype.NUMBER, None),
        ("1.5", "12345678901234567890", Dtype.CATEGORY, "12345678901234567890"),
        ("true", "FALSE", Dtype.BOOLEAN, False),
        ("true", "perhaps", Dtype.CATEGORY, "perhaps"),
        ("2020-01-31", "2020-01-31T10:00:00+02:00", Dtype.DATETIME, "2020-01-31T08:00:00"),
        ("2020-01-31", "2020-02-30", Dtype.CATEGORY, "2020-02-30"),
    ],
)
def test_one_late_value_decides_as_ever(read_values, usual, last, dtype, value):
    table = read_values([*[usual] * 5000, last])

    assert table.column("x").dtype is dtype
    assert (table.summary.rows, table.values("x")[-1]) == (5001, value)


def test_many_wrong_guesses_do_no_harm(read):
    width = 8
    rows = [",".join("1" * width)] * 5000

    table = read("\n".join([",".join("abcdefgh"), *rows, ",".join("stuvwxyz")]))

    assert {column.dtype for column in table.summary.columns} == {Dtype.CATEGORY}
    assert table.rows[-1] == list("stuvwxyz")


def test_infinite_values_are_told_as_ever(read_values):
    assert read_values([*["1.5"] * 5000, "1e999"]).summary.notes == [
        "1 value of “x” infinite or not a number; read as missing."
    ]


def test_wrong_guesses_among_many_columns_spoil_none_of_the_others(read):
    width = 120
    rows = [["1"] * width for _ in range(5000)]
    rows[-1][70], rows[-1][110] = "x", "0.5"

    table = read("\n".join([",".join(f"x{i}" for i in range(width)), *map(",".join, rows)]))

    dtypes = {70: Dtype.CATEGORY, 110: Dtype.NUMBER}
    assert [column.dtype for column in table.summary.columns] == [dtypes.get(i, Dtype.INTEGER) for i in range(width)]
    assert [table.rows[-1][at] for at in (0, 70, 110)] == [1, "x", 0.5]
