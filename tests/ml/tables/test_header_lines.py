"""Lines between the names of the columns and the rows, and what stands above both."""

import pytest

from ml.tables.reading import BadRow


@pytest.mark.parametrize(
    ("text", "names", "first"),
    [
        ("time,temp,note\ns,degC,\n0,20.5,x\n1,20.7,\n", ["time", "temp", "note"], [0, 20.5, "x"]),
        ("id,price,on\nint,float,date\n1,2.5,2020-01-01\n2,3.5,2020-01-02\n", ["id", "price", "on"], [1, 2.5]),
        ("a;b\n;[mm]\nx;1,5\ny;2,5\n", ["a", "b"], ["x", 1.5]),
        ("name|age|n\n----|---:|--\nAnn|31|1\nBob|7|2\n", ["name", "age", "n"], ["Ann", 31, 1]),
        (",,Oslo,Oslo\nyear,month,max,min\n2020,1,3.5,1\n2020,2,4.5,2\n", ["year", "month", "max", "min"], [2020, 1]),
        ('Q1,Q2\nHow old?,Q2\n"{""id"":1}","{""id"":2}"\n5,2\n6,3\n', ["Q1", "Q2"], [5, 2]),
    ],
)
def test_lines_of_units_types_and_descriptions_are_no_rows(read, text, names, first):
    table = read(text)

    assert table.names == names
    assert table.summary.rows == 2
    assert table.rows[0][: len(first)] == first
    assert table.summary.bad_row_count == len(text.splitlines()) - 3


def test_a_line_of_units_is_told(read):
    table = read("time,temp\ns,degC\n0,20.5\n1,20.7\n")

    assert table.summary.notes == ["1 line below the names of the columns (units, types or the like) left out."]
    assert table.summary.bad_rows == [BadRow(2, "tells of the columns, as units or types do; left out")]


@pytest.mark.parametrize(
    "text",
    [
        "x,label\nmissing,a\n5,b\n6,c\n",
        "town,temp,wind\nBonn,unknown,error\nRome,3.5,2\nOslo,4.5,3\n",
        "town,temp,wind\nBonn,NA,-\nRome,3.5,2\nOslo,4.5,3\n",
        "at,temp,wind\n2020-01-01,bad,bad\n2020-01-02,3.5,2\n2020-01-03,4.5,3\n",
        "name,colour\nAnn,red\nBob,blue\nCy,red\n",
        'dept,plan,real\nSchools,"1,200,000","1,150,000"\nRoads,900,950\nParks,90,50\n',
        "n;p;t\nA;1.234.567;2.469.000\nB;12.500;25.000\nC;12.100;25.200\n",
        "who,run,swim\nAnn,DNF,DNF\nBob,9.5,8.5\nCy,9.1,8.0\n",
        "at,low,high\nBonn,(500.00),<0.01\nRome,1,2\nOslo,3,4\n",
    ],
)
def test_a_first_row_that_may_hold_values_is_kept(read, text):
    table = read(text)

    assert (table.summary.rows, table.summary.bad_row_count) == (3, 0)


def test_a_long_line_of_marks_is_looked_at_once(read):
    table = read(f"a,b\n{'-' * 200_000}x,y\n1,2\n3,4\n")

    assert table.summary.rows == 2


def test_of_two_lines_of_names_that_say_as_much_the_first_counts(read):
    assert read("time,temp,temp\nh,C,F\n1,2,3\n2,3,4\n3,4,5\n").names == ["time", "temp", "temp_2"]


def test_remarks_with_their_values_are_no_header(read):
    above = '"Account:";"123";\n\n"From:";"31.12.2022";\n"To:";"24.01.2023";\n"Balance:";"5,00";\n'

    table = read(f'{above}\n"Day";"Who";"What";"Amount";"Ref";"X";\n' + "24.01.2023;a;b;-51,00;;;\n" * 2)

    assert table.names == ["Day", "Who", "What", "Amount", "Ref", "X", "col_6"]
    assert table.values("Amount") == [-51.0, -51.0]
    assert [row.line for row in table.summary.bad_rows] == [1, 3, 4, 5]


def test_lines_of_two_cells_above_many_wide_rows_are_no_header(read):
    above = "Source,World\n\nUpdated,2022-12-22\n\n"

    table = read(f"{above}Country,1960,1961,1962,\nA,1,2,3,\nB,3,4,5,\nC,5,6,7,\n")

    assert table.names == ["Country", "1960", "1961", "1962", "col_4"]
    assert table.rows == [["A", 1, 2, 3, None], ["B", 3, 4, 5, None], ["C", 5, 6, 7, None]]


def test_blank_cells_above_a_short_table_are_no_table(read):
    table = read("Balance of today;\n;\nList;\nOf all;\nDay;Text;Out;In\n01/09/2026;a;4,20;\n02/09/2026;b;;2,00\n")

    assert table.names == ["Day", "Text", "Out", "In"]
    assert table.values("In") == [None, 2.0]


def test_more_remarks_than_rows_are_left_out_whatever_is_in_them(read):
    remarks = "".join(f"# remark {i}, of many; with marks\n" for i in range(40))

    table = read(f"{remarks}#\nid\tvalue\n1\t2.5\n2\t3.5\n")

    assert table.names == ["id", "value"]
    assert table.rows == [[1, 2.5], [2, 3.5]]
    assert table.summary.notes == ["41 lines above the table left out."]
