"""What a column is, decided over every value of it."""

import pytest

from ml.schema import Dtype, Role
from ml.values import number
from ml.written import reader_of


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


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["5", "(2.50)", "1,200"], [5, -2.5, 1200]),
        (["\u22121", "3.5", "\u22120.25"], [-1, 3.5, -0.25]),
        (["$5", "($2.50)", "\u2212$1"], [5, -2.5, -1]),
    ],
)
def test_negative_amounts_are_read_as_accountants_and_typesetters_write_them(read_values, cells, values):
    table = read_values([f'"{cell}"' for cell in cells])

    assert table.summary.columns[0].dtype is Dtype.NUMBER
    assert [row[0] for row in table.rows] == values
    assert len(table.summary.notes) == 1


@pytest.mark.parametrize("cells", [["(1)", "(2)", "(3)"], ["007.5", "(2.5)", "1"], ["+4712345678", "(1)", "2.5"]])
def test_codes_in_parentheses_stay_text(read_values, cells):
    assert [row[0] for row in read_values(cells).rows] == cells


@pytest.mark.parametrize(
    ("cells", "sign", "values"),
    [
        (["R$ 1.234,50", "R$ 5", "-R$ 0,50"], "R$", [1234.5, 5, -0.5]),
        (["kr 5", "kr 1 234,50", "kr. 7"], "kr", [5, 1234.5, 7]),
        (["5 kr", "12,5 kr.", "(3 kr)"], "kr", [5, 12.5, -3]),
        (["CHF 5", "CHF 1'234.50", "CHF -2"], "CHF", [5, 1234.5, -2]),
        (["USD 5", "USD 1,200.75"], "USD", [5, 1200.75]),
        (["5 EUR", "1.234,5 EUR", "\u22122 EUR"], "EUR", [5, 1234.5, -2]),
        (["1 234,50 zł", "5 zł"], "zł", [1234.5, 5]),
        (["Rs. 1,23,456.50", "Rs.500", "Rs 7"], "Rs", [123456.5, 500, 7]),
        (["5 руб.", "1 200,5 руб"], "руб", [5, 1200.5]),
        (["US$5", "US$ 1,000", "(US$2)"], "US$", [5, 1000, -2]),
        (["A$5.50", "-A$7", "A$-1"], "A$", [5.5, -7, -1]),
        (["₹1,23,456.50", "₹19,98,12,341"], "₹", [123456.5, 199812341]),
        (["Fr. 5.50", "SFr. 7"], "Fr.", [5.5, 7]),
    ],
)
def test_amounts_of_money_are_numbers_and_their_sign_is_told(read_values, cells, sign, values):
    table = read_values([f'"{cell}"' for cell in cells])

    assert (table.column("x").dtype, table.values("x")) == (Dtype.NUMBER, values)
    assert table.summary.notes == [f"“x” is in {sign}; the numbers were read without it."]


@pytest.mark.parametrize(
    "cells",
    [
        ["USD 5", "EUR 5"],
        ["$5", "US$5"],
        ["USD 5", "5"],
        ["EUR1", "EUR20"],
        ["kr5", "kr7"],
        ["CHF 007", "CHF 8"],
        ["PEN 1", "ALL 5"],
        ["5 USD or 6", "7 USD"],
        ["kraft 5", "kraft 6"],
        ["CAD-101", "CAD-102"],
        ["TL 1", "TL 2"],
        ["1 Ft", "6 Ft"],
    ],
)
def test_two_currencies_codes_and_words_are_no_amounts(read_values, cells):
    assert read_values(cells).values("x") == cells


def test_the_sign_of_amounts_is_found_below_thousands_of_gaps(read_values):
    table = read_values([*[""] * 5000, "5 kr", "7,5 kr"], delimiter=";")

    assert table.values("x")[-2:] == [5, 7.5]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (
            ["1,23,456", "12,34,567", "1,99,812", "19,98,12,341", "5,43,210", "950"],
            [123456, 1234567, 199812, 199812341],
        ),
        (["1,23,456.50", "12,345"], [123456.5, 12345]),
        (["4,25,000", "12,05,000", "7,99,500", "3,50,000", "6,10,000"], [425000, 1205000, 799500, 350000, 610000]),
    ],
)
def test_numbers_with_marks_between_the_lakhs_are_numbers(read_values, cells, values):
    table = read_values([f'"{cell}"' for cell in cells])

    assert table.column("x").dtype is Dtype.NUMBER
    assert table.values("x")[: len(values)] == values
    assert table.summary.notes == ["Commas of “x” were read as marks between the lakhs."]


@pytest.mark.parametrize(
    "cells",
    [
        ["1,23,456", "2,34,567"],
        [f"{i},{i}{i},{i}{i}{i}" for i in range(1, 10)],
        [f"{i},{i + 10},{i + 100}" for i in range(1, 30)],
        [f"{i},0{i},00{i}" for i in range(1, 10)],
        ["1,23,456", "12,34,567", "1,99,812", "19,98,12,341", "5,43,210", "4,5"],
        ["1,23,456", "12,34,567", "1,99,812", "19,98,12,341", "5,43,210", "123,456"],
        ["1,23,456", "12,34,567", "1,99,812", "19,98,12,341", "5,43,210", "0950"],
    ],
)
def test_lists_that_may_be_lakhs_or_not_stay_lists(read_values, cells):
    assert read_values([f'"{cell}"' for cell in cells]).values("x") == cells


def test_a_minus_behind_the_number_is_one(read_values):
    table = read_values(["5.00-", "12.50", '"1,234.00-"'])

    assert table.values("x") == [-5, 12.5, -1234]
    assert table.summary.notes == ["Numbers of “x” with a minus behind were read as negative."]
    assert read_values(["1.234,50-", "7,00"], delimiter=";").values("x") == [-1234.5, 7]


@pytest.mark.parametrize("cells", [["1", "2-", "3-"], ["2019-", "2020-"], ["5.00-", "-3.00"], ["007.5-", "1.5-"]])
def test_grades_and_open_spans_keep_their_minus(read_values, cells):
    assert read_values(cells).values("x") == cells


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        (["US$ 5", "US$ 1,200.50"], "US$ 1,200.50"),
        (["5,00-", "1.200,50-"], "1.200,50-"),
        (["1,200.5", "1,000"], "1,200.5"),
        (["1,23,456.50", "12,345"], "1,23,456.50"),
    ],
)
def test_one_value_is_read_as_the_file_has_it(read_values, cells, value):
    table = read_values(cells, delimiter=";")

    column = table.column("x")

    assert reader_of(column.written, number)(value) == table.values("x")[cells.index(value)]


@pytest.mark.parametrize(
    "cells", [["1. Januar 2023", "24. Dezember 2023", "3. März 2023"], ["1. Okt. 2023", "3 Mai 2023", "5. Mrz 2023"]]
)
def test_dates_with_german_months_are_dates(read_values, cells):
    (column, *_) = read_values(cells).summary.columns

    assert (column.dtype, column.missing) == (Dtype.DATETIME, 0)
