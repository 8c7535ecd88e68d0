"""Names of columns, and whether there are any."""

import pytest

from ml.tables.headers import clean_names


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ([" Age ", "Sex\t"], ["Age", "Sex"]),
        (["", "a", "  "], ["col_0", "a", "col_2"]),
        (["a", "a", "a_2", "a"], ["a", "a_2", "a_2_2", "a_3"]),
        (["Age", "age", "AGE"], ["Age", "age", "AGE"]),
        (["cafe\u0301", "caf\u00e9"], ["café", "café_2"]),
        (["two\nlines", "nul\0l"], ["two lines", "nul l"]),
        (["col_1", ""], ["col_1", "col_1_2"]),
        (["x" * 300, "x" * 300], ["x" * 200, "x" * 198 + "_2"]),
    ],
)
def test_clean_names_makes_names_whole_and_different(raw, names):
    assert clean_names(raw) == names


ODD_NAMES = ["Łódź", "東京", "🙂", "__proto__", "id", "{{7*7}}", "../../x", "<img onerror>", "Temp (°C)", "a.b"]


def test_odd_names_and_names_in_both_cases_come_through(read):
    header = ",".join([*ODD_NAMES, "Age", "age"])

    table = read(f"{header}\n" + ",".join("123456789012") + "\n")

    assert table.names == [*ODD_NAMES, "Age", "age"]
    assert table.rows[0] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a,b\n1,2\n3,4\n", ["a", "b"]),
        ("1,2\n3,4\n", ["col_0", "col_1"]),
        ("5.1,setosa\n4.9,setosa\n6.0,virginica\n", ["col_0", "col_1"]),
        ("2,?,x\n1,3,x\n?,4,y\n", ["col_0", "col_1", "col_2"]),
        ("kind,colour\ncat,red\ndog,blue\n", ["kind", "colour"]),
        ("cat,red\ndog,red\ncat,blue\n", ["col_0", "col_1"]),
        (",a,b\n0,1,x\n1,2,y\n", ["col_0", "a", "b"]),
        ("country,2001,2002,2003\nFR,1.5,2.5,3.5\nDE,1.0,2.0,3.0\n", ["country", "2001", "2002", "2003"]),
        ("when,who\n2020-01-02,x\n2020-01-03,y\n", ["when", "who"]),
        ("2020-01-01,x\n2020-01-02,x\n2020-01-03,y\n", ["col_0", "col_1"]),
        ("a,b\nc,d\n", ["a", "b"]),
        ("1,2\n", ["col_0", "col_1"]),
        ("amount,y\n1,yes\n2,no\n3,yes\n", ["amount", "y"]),
        ("x,t\n1,t\n2,f\n3,t\n", ["x", "t"]),
        ("x,y\n1,y\n2,n\n3,y\n", ["x", "y"]),
        ("x,t,f\n1,yes,no\n2,no,yes\n", ["x", "t", "f"]),
        ("1,y\n2,n\n3,y\n", ["col_0", "col_1"]),
        ("y,n\ny,y\nn,n\n", ["col_0", "col_1"]),
    ],
)
def test_a_header_is_found_or_missed(read, text, names):
    assert read(text).names == names


def test_row_names_without_a_header_get_one(read):
    table = read("a,b\nx1,1,2\nx2,3,4\n")

    assert table.names == ["col_0", "a", "b"]
    assert table.rows == [["x1", 1, 2], ["x2", 3, 4]]


def test_delimiters_at_the_end_of_rows_make_no_column(read):
    table = read("a,b\n1,2,\n3,4,\n")

    assert table.names == ["a", "b"]
    assert (table.rows, table.summary.bad_row_count) == ([[1, 2], [3, 4]], 0)


def test_names_that_had_to_be_made_up_are_told(read):
    table = read("id,score,score,,\n1,2,3,x,5\n2,3,4,y,6\n")

    assert table.names == ["id", "score", "score_2", "col_3", "col_4"]
    assert table.summary.notes == [
        "2 columns without a name are called “col_3” and “col_4”.",
        "1 column with the name of another is called “score_2”.",
    ]
