"""Tables as well-known sources write them, each by a few lines of it."""

import pytest

from ml.errors import UnreadableTable
from ml.schema import Dtype

CARS = (
    '18.0   8   307.0      130.0      3504.      12.0   70  1\t"chevrolet chevelle malibu"\n'
    '15.0   8   350.0      165.0      3693.      11.5   70  1\t"buick skylark 320"\n'
    '25.0   4   98.00      ?          2046.      19.0   71  1\t"ford pinto"\n'
)


def test_columns_parted_by_blanks(read):
    table = read(CARS, "auto-mpg.data")

    assert table.summary.dialect.delimiter == " "
    assert table.rows[0] == [18.0, 8, 307.0, 130.0, 3504.0, 12.0, 70, 1, "chevrolet chevelle malibu"]
    assert table.rows[2][3] is None


def test_columns_parted_by_blanks_with_and_without_names(read):
    assert read(" 6.3e-03  18.00  0\n 2.7e-02   0.00  0\n 2.7e-02   0.50  1\n").values("col_1") == [18.0, 0.0, 0.5]
    assert read("height weight\n1.5 60\n1.6 70\n1.7 80\n").rows == [[1.5, 60], [1.6, 70], [1.7, 80]]


def test_columns_of_codes_parted_by_blanks_where_all_lines_are_alike(read):
    lines = [f"A1{i % 4} {i} A3{i % 3} A43 {i * 97} A201 {i % 2}" for i in range(20)]

    assert read("\n".join(lines) + "\n", "german.data").rows[3] == ["A13", 3, "A30", "A43", 291, "A201", 1]
    with pytest.raises(UnreadableTable, match="Only one column"):
        read("\n".join(lines[:19]) + "\n")
    with pytest.raises(UnreadableTable, match="Only one column"):
        read("\n".join([*lines, "A11 3 A30"]) + "\n")
    with pytest.raises(UnreadableTable, match="Only one column"):
        read("\n".join(["address", *(f"{i} High Street London" for i in range(30))]) + "\n")


def test_cells_with_double_blanks_between_tabs_stay_whole(read):
    table = read("id\tname\tteam\n" + "".join(f"{i}\tPlayer  {'ABC'[i % 3]}\tred\n" for i in range(40)))

    assert (table.names, table.rows[0]) == (["id", "name", "team"], [0, "Player  A", "red"])


def test_columns_parted_by_double_colons(read):
    table = read("1::Toy Story: 2::Animation|Comedy\n2::Heat, The::Action\n3::Up::Drama\n", "movies.dat")

    assert table.summary.dialect.delimiter == "::"
    assert table.rows == [
        [1, "Toy Story: 2", "Animation|Comedy"],
        [2, "Heat, The", "Action"],
        [3, "Up", "Drama"],
    ]


def test_double_colons_within_cells_part_nothing(read):
    assert read("name,n\nstd::fs::read,1\nstd::io::copy,2\n").values("name") == ["std::fs::read", "std::io::copy"]
    assert read("a::b::c,n::o::p\nstd::fs::read,1::2::3\n").names == ["a::b::c", "n::o::p"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("label\tpixels\tuse\n0\t70 80 82\ttrain\n1\t70 81 82\ttrain\n2\t71 80 82\ttest\n", ["label", "pixels", "use"]),
        ("a b,c d\n1 2,3 4\n5 6,7 8\n", ["a b", "c d"]),
    ],
)
def test_blanks_within_cells_part_nothing(read, text, names):
    assert read(text).names == names


def test_a_comma_and_a_blank_between_values_without_names(read):
    table = read("39, State-gov, 77516, ?\n50, Self-emp, 83311, Male\n38, Private, 215646, Male\n", "adult.data")

    assert table.rows[0] == [39, "State-gov", 77516, None]
    assert table.summary.dialect.header is False


def test_a_german_table(read):
    table = read("Datum;Betrag;Größe\n31.12.2020;1.234,56;klein\n1.1.2021;-2,50;groß\n".encode("cp1252"))

    assert table.rows == [["2020-12-31T00:00:00", 1234.56, "klein"], ["2021-01-01T00:00:00", -2.5, "groß"]]


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u202f", "’"])
def test_a_french_or_swiss_table(read, blank):
    table = read(f"date;montant;tel\n31/12/2020;1{blank}234,56;01 23 45 67 89\n01/01/2021;12,5;06 11 22 33 44\n")

    assert table.values("montant") == [1234.56, 12.5]
    assert table.values("tel") == ["01 23 45 67 89", "06 11 22 33 44"]
    assert table.column("montant").reason == "numbers with blanks between the thousands"


def test_a_sheet_saved_by_excel_as_unicode_text(read):
    assert read("name\tn\r\nÅsa\t1\r\nBo\t2\r\n".encode("utf-16")).rows == [["Åsa", 1], ["Bo", 2]]


@pytest.mark.parametrize(
    ("cells", "values", "note"),
    [
        (["12 %", "-3.5%", ""], [12.0, -3.5, None], "“x” is in percent; 12 % was read as 12."),
        (['"$1,200.50"', "-$7", "$ 3"], [1200.5, -7.0, 3.0], "“x” is in $; the numbers were read without it."),
        (["5 €", "1200 €", "7.25€"], [5.0, 1200.0, 7.25], "“x” is in €; the numbers were read without it."),
    ],
)
def test_percent_and_currency_are_numbers_and_it_is_told(read_values, cells, values, note):
    table = read_values(cells)

    assert table.column("x").dtype is Dtype.NUMBER
    assert table.values("x") == values
    assert table.summary.notes == [note]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["€110.5M", "€725K", "€0", ""], [110_500_000.0, 725_000.0, 0.0, None]),
        (["€565K", "-€1K", "€7"], [565_000.0, -1000.0, 7.0]),
        (["81.60M", "5.25k", "-", "1.2B"], [81_600_000.0, 5250.0, None, 1_200_000_000.0]),
    ],
)
def test_amounts_in_thousands_and_millions_are_numbers_and_it_is_told(read_values, cells, values):
    table = read_values(cells)

    assert table.values("x") == values
    assert (table.column("x").dtype, table.column("x").written) == (Dtype.NUMBER, "scaled")
    assert table.summary.notes == ["K, M and B of “x” were read as thousands, millions and billions."]


def test_currency_with_a_decimal_comma(read_values):
    assert read_values(["1.234,50 €", "7 €"], delimiter=";").values("x") == [1234.5, 7.0]
    assert read_values(["1.234 €", "7 €"], delimiter=";").values("x") == [1234.0, 7.0]


@pytest.mark.parametrize(
    "cells",
    [
        ["$5", "€5"],
        ["12%", "0.12"],
        ["123 456 789", "111 222 333"],
        ["+49 151 123 456", "+49 30 123 456"],
        ["DE89 3704 0044 0532 0130 00", "DE12 5001 0517 0648 4898 90"],
        ["10:30", "11:45"],
        ["2020-W05", "2020-W06"],
        ["12345678901234567", "0.5"],
        ["+4915112345678", "0.5"],
        ["$5K", "€3M", "£2B"],
        ["$5K", "3.5M"],
        ["9.5M", "10M", "7.5B", "8B"],
        ["€1.500K", "€2.250K", "€3M"],
        ["300K", "4.2K"],
        ["2M", "3K", "1B"],
        ["1.5m", "1.8m"],
        ["12M", "24M"],
        ["--5K", "€1M"],
    ],
)
def test_what_would_lose_something_as_a_number_stays_text(read_values, cells):
    table = read_values(cells)

    assert table.values("x") == cells
    assert table.column("x").dtype in {Dtype.CATEGORY, Dtype.TEXT}


@pytest.mark.parametrize("mark", [".", "--", "–", "...", ":", "***", r"\N", "#DIV/0!", "(null)", "n.a."])
def test_marks_for_missing_among_numbers(read_values, mark):
    assert read_values(["1.5", mark, "2"]).values("x") == [1.5, None, 2.0]


def test_dots_among_words_are_words_and_among_numbers_are_told(read_values):
    assert read_values(["red", ".", "blue"]).values("x") == ["red", ".", "blue"]
    note = "3 dots, dashes or stars count as missing in “x”."
    assert read_values(["1", "--", ".", "***"]).summary.notes == [note]


def test_remarks_above_a_table_are_told_and_left_out(read):
    table = read("# made by a, on 2020\n# in m, s\na,b,c\n1,2,x\n3,4,y\n")

    assert table.names == ["a", "b", "c"]
    assert [row.line for row in table.summary.bad_rows] == [1, 2]


def test_a_header_may_begin_with_a_hash(read):
    assert read("#id,name,v\n1,a,2\n2,b,3\n").names == ["#id", "name", "v"]
    assert read("# a remark\n#id,name,v\n1,a,2\n2,b,3\n").names == ["#id", "name", "v"]


@pytest.mark.parametrize(
    ("contents", "code", "words"),
    [
        (b"% a remark\n@relation x\n@attribute a numeric\n@data\n1,2\n", "unreadable", "This is an ARFF file"),
        (b"-- a dump\nCREATE TABLE t (a int, b int);\nINSERT INTO t VALUES (1, 2);\n", "unreadable", "a script in SQL"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "binary", "This is an old Excel or Word file"),
        (b"PK\x03\x04" + bytes(600), "binary", "an Excel workbook"),
    ],
)
def test_other_formats_are_refused_by_name(read, contents, code, words):
    with pytest.raises(UnreadableTable, match=words) as refusal:
        read(contents)

    assert refusal.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "Date,Buy\n2024-01-01,Sell\n2024-01-02,Buy\n2024-01-03,Buy\n",
        "x,label\n0,other\n1,label\n2,label\n",
        "text,spam\nhello you there,ham\nbuy it now,spam\nsee you soon,ham\n",
        ",,ziel\n1,2,3\n4,5,6\n7,8,9\n",
    ],
)
def test_a_name_that_is_a_value_as_well_or_stands_alone_is_a_name(read, text):
    first, *rows = text.splitlines()
    table = read(text)

    assert table.names == [name or f"col_{place}" for place, name in enumerate(first.split(","))]
    assert len(table.rows) == len(rows)


def test_the_first_of_many_texts_is_no_name(read):
    table = read("ham\tGo until the end, only here\nham\tWill you come\nspam\tBuy it now\n", "SMS")

    assert len(table.rows) == 3
