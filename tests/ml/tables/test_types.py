"""What a column is, decided over every value of it."""

import pytest

from ml.schema import Dtype, Role


@pytest.mark.parametrize(
    ("cells", "dtype", "values"),
    [
        (["1", "-2", "+3"], Dtype.INTEGER, [1, -2, 3]),
        (["1", "", "3"], Dtype.INTEGER, [1, None, 3]),
        (["9223372036854775807", "-9223372036854775808"], Dtype.INTEGER, [2**63 - 1, -(2**63)]),
        (["22.0", "38.0"], Dtype.NUMBER, [22.0, 38.0]),
        (["0.125", "1", "2"], Dtype.NUMBER, [0.125, 1.0, 2.0]),
        ([".5", "5.", "1e3", "-1E-2"], Dtype.NUMBER, [0.5, 5.0, 1000.0, -0.01]),
        (["1.5", "inf", "-Infinity", "NaN"], Dtype.NUMBER, [1.5, None, None, None]),
        (["1", "inf", "2"], Dtype.INTEGER, [1, None, 2]),
        (["1.5", "1e999"], Dtype.NUMBER, [1.5, None]),
        (["1.5", "None", "none"], Dtype.NUMBER, [1.5, None, None]),
        (['"1,234"', '"12,345.5"', "7"], Dtype.NUMBER, [1234.0, 12345.5, 7.0]),
        (["true", "FALSE", ""], Dtype.BOOLEAN, [True, False, None]),
        (["Yes", "No", "?"], Dtype.BOOLEAN, ["Yes", "No", None]),
        (["y", "n", "n"], Dtype.BOOLEAN, ["y", "n", "n"]),
        (["on", "off", "on"], Dtype.BOOLEAN, ["on", "off", "on"]),
        (["Yes", "No", "yes"], Dtype.CATEGORY, ["Yes", "No", "yes"]),
        (["0", "1", "0"], Dtype.INTEGER, [0, 1, 0]),
        (["007", "012", "100"], Dtype.CATEGORY, ["007", "012", "100"]),
        (["12345678901234567890", "1"], Dtype.CATEGORY, ["12345678901234567890", "1"]),
        (["+4915112345678", "+4915112345679"], Dtype.CATEGORY, ["+4915112345678", "+4915112345679"]),
        (["1_000", "2_000"], Dtype.CATEGORY, ["1_000", "2_000"]),
        (["0x10", "0x11"], Dtype.CATEGORY, ["0x10", "0x11"]),
        (["12", "abc", "13"], Dtype.CATEGORY, ["12", "abc", "13"]),
        (["١", "٢"], Dtype.CATEGORY, ["١", "٢"]),
        ([" red ", "red", "\u00a0blue"], Dtype.CATEGORY, ["red", "red", "blue"]),
    ],
)
def test_a_column_gets_its_type_and_values(read_values, cells, dtype, values):
    table = read_values(cells)

    assert table.column("x").dtype is dtype
    assert table.values("x") == values


@pytest.mark.parametrize("mark", ["", "NA", "n/a", "#N/A", "NaN", "null", "NULL", "?", "-", "  ", "<NA>"])
def test_marks_for_missing_are_missing(read_values, mark):
    assert read_values(["red", mark, "blue"]).values("x") == ["red", None, "blue"]


@pytest.mark.parametrize("word", ["unknown", "0", "missing", "--", "nan."])
def test_other_words_are_values(read_values, word):
    assert read_values(["red", word, "blue"]).values("x") == ["red", word, "blue"]


def test_none_is_a_level_when_common_and_missing_when_rare(read_values):
    common = read_values(["red", "none", "blue"])

    assert common.values("x") == ["red", "none", "blue"]
    assert common.summary.notes == ["“None” was kept as a value of “x” (1 row)."]

    rare = read_values([*["red", "blue"] * 20, "None"])

    assert rare.values("x")[-1] is None
    assert rare.summary.notes == ["“None” counts as missing in “x” (1 row)."]


def test_values_that_are_no_finite_number_are_told(read_values):
    assert read_values(["1.5", "inf", "2"]).summary.notes == [
        "1 value of “x” infinite or not a number; read as missing."
    ]


def test_one_value_after_thousands_decides(read_values):
    late = [*["1"] * 5000, "x1"]

    table = read_values(late)

    assert table.column("x").dtype is Dtype.CATEGORY
    assert table.values("x") == late


def test_a_fraction_after_thousands_of_whole_numbers_is_kept(read_values):
    table = read_values([*["1"] * 5000, "0.125"])

    assert table.column("x").dtype is Dtype.NUMBER
    assert table.values("x")[-1] == 0.125


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_decimal_commas_are_read_where_the_comma_is_free(read_values, delimiter):
    table = read_values(["1,5", "-2", "1.234,75"], delimiter=delimiter)

    assert table.column("x").dtype is Dtype.NUMBER
    assert table.values("x") == [1.5, -2.0, 1234.75]


def test_telephone_and_postal_numbers_stay_text(read_values):
    assert read_values(["5551234567", "5551234568"], name="Phone").values("Phone") == ["5551234567", "5551234568"]
    assert read_values(["10115", "80331"], name="zip_code").values("zip_code") == ["10115", "80331"]
    assert read_values(["1", "0"], name="has_phone").values("has_phone") == [1, 0]


def test_a_column_with_one_value_or_none_is_constant(read):
    table = read("a,b,c\n1,x,\n2,x,\n3,,\n")

    assert [column.role for column in table.summary.columns] == [Role.FEATURE, Role.CONSTANT, Role.CONSTANT]
    assert (table.column("c").dtype, table.column("c").reason) == (Dtype.CATEGORY, "empty: every value is missing")
    assert (table.column("b").unique, table.column("b").missing) == (1, 1)


NUMBERS = range(30)


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("x", [str(i) for i in NUMBERS]),
        ("x", [str(500 - i) for i in NUMBERS]),
        ("customer_id", [str(i * i) for i in NUMBERS]),
        ("orderKey", [str(i * 7) for i in NUMBERS]),
        ("x", [f"{i:04d}-AB" for i in NUMBERS]),
        ("x", [f"user{i}" for i in NUMBERS]),
        ("x", [f"{i:03d}" for i in NUMBERS]),
        ("x", [f"{i * 999983:032x}" for i in NUMBERS]),
        ("x", [str(10**20 + i) for i in NUMBERS]),
        ("uuid", [f"name-{'abc' * (i + 1)}" for i in NUMBERS]),
    ],
)
def test_identifiers_are_found(read_values, name, cells):
    column = read_values(cells, name=name).column(name)

    assert (column.dtype, column.role) == (Dtype.ID, Role.ID)


@pytest.mark.parametrize(
    ("name", "cells", "dtype"),
    [
        ("price", [str(i * i) for i in NUMBERS], Dtype.INTEGER),
        ("customer_id", [str(i / 4 + 0.1) for i in NUMBERS], Dtype.NUMBER),
        ("x", [str(i) for i in range(20)], Dtype.INTEGER),
        ("x", ["", *[str(i) for i in NUMBERS]], Dtype.INTEGER),
        ("x", ["5", *[str(i) for i in NUMBERS]], Dtype.INTEGER),
        ("Year", [str(1990 + i) for i in NUMBERS], Dtype.INTEGER),
        ("name", ["Al" + "i" * i for i in NUMBERS], Dtype.CATEGORY),
        ("x", [f"a text of {i} words" for i in NUMBERS], Dtype.TEXT),
    ],
)
def test_what_only_looks_like_an_identifier_is_a_feature(read_values, name, cells, dtype):
    column = read_values(cells, name=name).column(name)

    assert (column.dtype, column.role) == (dtype, Role.FEATURE)


def test_texts_differ_and_have_words_and_categories_come_again(read_values):
    assert read_values([f"the quick fox number {i % 9}" for i in NUMBERS]).column("x").dtype is Dtype.CATEGORY
    assert read_values(["x" * 50 + str(i % 20) for i in NUMBERS]).column("x").dtype is Dtype.TEXT
