"""Dates in the ways people write them."""

import pytest

from ml.schema import Dtype
from ml.values import moment
from ml.written import reader_of


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["2020-01-31", "2020-2-1"], ["2020-01-31T00:00:00", "2020-02-01T00:00:00"]),
        (["2020-01-31 10:30:05", "2020-01-31T10:30"], ["2020-01-31T10:30:05", "2020-01-31T10:30:00"]),
        (["2020-01-31 10:30:05.250", ""], ["2020-01-31T10:30:05.250000", None]),
        (["2020-01-31T10:30:00+02:00", "2020-01-31T10:30:00Z"], ["2020-01-31T08:30:00", "2020-01-31T10:30:00"]),
        (["2020-01-31 10:30:00 -0500", "2020-01-31"], ["2020-01-31T15:30:00", "2020-01-31T00:00:00"]),
        (["2020/01/31", "2020/2/1 07:05"], ["2020-01-31T00:00:00", "2020-02-01T07:05:00"]),
        (["31/12/2017", "01/02/2018"], ["2017-12-31T00:00:00", "2018-02-01T00:00:00"]),
        (["12/31/2017", "01/02/2018"], ["2017-12-31T00:00:00", "2018-01-02T00:00:00"]),
        (["12/31/2017 1:05 PM", "01/02/2018 12:00 AM"], ["2017-12-31T13:05:00", "2018-01-02T00:00:00"]),
        (["31.12.2017", "1.2.2018 08:00"], ["2017-12-31T00:00:00", "2018-02-01T08:00:00"]),
        (["31/12/98", "01/02/05"], ["1998-12-31T00:00:00", "2005-02-01T00:00:00"]),
        (["Jun 12 1998", "Aug 07 1998"], ["1998-06-12T00:00:00", "1998-08-07T00:00:00"]),
        (['"June 3, 1999"', '"May 12, 2001"'], ["1999-06-03T00:00:00", "2001-05-12T00:00:00"]),
        (["12-Jun-1998", "7 August 1998"], ["1998-06-12T00:00:00", "1998-08-07T00:00:00"]),
        (["31-Dec-98", "1-Jan-05 10:30"], ["1998-12-31T00:00:00", "2005-01-01T10:30:00"]),
        (["2020年1月5日", "2020年12月31日 18:30"], ["2020-01-05T00:00:00", "2020-12-31T18:30:00"]),
        (["2020년 1월 5일", "2020년 2월 29일"], ["2020-01-05T00:00:00", "2020-02-29T00:00:00"]),
        (["9999-12-31", "none"], ["9999-12-31T00:00:00", None]),
    ],
)
def test_dates_are_read(read_values, cells, values):
    table = read_values(cells)

    assert table.column("x").dtype is Dtype.DATETIME
    assert table.values("x") == values


@pytest.mark.parametrize(
    "cells",
    [
        ["20200131", "20200201"],
        ["2019", "2020"],
        ["2020-02-30", "2020-01-01"],
        ["31/12/2017", "12/31/2017"],
        ["2020-01-01", "soon"],
        ["1.2", "1.3"],
        ["12-2020", "11-2020"],
        ["2020-13", "2020-01"],
        ["2020-1", "2020-2"],
        ["1/2020", "2/2020"],
        ["4711-05", "3021-04"],
        ["2009-10", "2010-11", "2011-12"],
        ["2020-05", "2020-05-17"],
        ["2020-05", "soon"],
        ["Dec-20", "Nov-20"],
        ["Marathon 2020", "Decade 2020"],
        ["10:30", "11:45"],
        ["0000-00-00", "2020-01-01"],
    ],
)
def test_what_is_no_date_throughout_is_none(read_values, cells):
    assert read_values(cells).column("x").dtype is not Dtype.DATETIME


def test_one_late_date_decides_between_day_and_month_first(read_values):
    table = read_values([*["01/02/2018"] * 4000, "01/13/2018"])

    assert table.column("x").reason == "dates, month first (mm/dd/yyyy)"
    assert table.values("x")[0] == "2018-01-02T00:00:00"
    assert table.summary.notes == []


def test_dates_that_fit_both_ways_are_day_first_and_it_is_told(read_values):
    table = read_values(["01/02/2018", "03/04/2018"])

    assert table.values("x") == ["2018-02-01T00:00:00", "2018-04-03T00:00:00"]
    assert table.summary.notes == ["Each date in “x” could have day or month first; it was read day first."]


@pytest.mark.parametrize(
    "cells",
    [
        ["2019-12", "2020-03"],
        ["2019/12", "2020/03"],
        ["12/2019", "03/2020"],
        ["Dec 2019", "Mar 2020"],
        ["December 2019", "march 2020"],
        ['"Dec., 2019"', "Mar-2020"],
        ["Dezember 2019", "März 2020"],
        ["2019年12月", "2020年3月"],
        ["2019년 12월", "2020년 3월"],
    ],
)
def test_months_are_read_as_their_first_day_and_it_is_told(read_values, cells):
    table = read_values(cells)

    column = table.column("x")
    reader = reader_of(column.written, moment)
    assert (column.dtype, column.reason.split(", ")[-1]) == (Dtype.DATETIME, "read as their first day")
    assert table.values("x") == ["2019-12-01T00:00:00", "2020-03-01T00:00:00"]
    assert table.summary.notes == ["Months of “x” were read as their first day."]
    assert [reader(cell.strip('"')).isoformat() for cell in cells] == table.values("x")
    assert reader("2020-03-05").isoformat() == "2020-03-05T00:00:00"


def test_dates_of_either_order_are_read_as_those_that_can_only_be_of_one(read):
    table = read("made,paid,n\n01/31/2020,02/10/2020,1\n02/13/2020,.,2\n03/01/2020,05/06/2020,3\n")

    assert table.values("paid") == ["2020-02-10T00:00:00", None, "2020-05-06T00:00:00"]
    assert table.summary.notes == [
        "Each date in “paid” could have day or month first; it was read month first, as “made” is.",
        "1 dot, dash or star counts as missing in “paid”.",
    ]


@pytest.mark.parametrize("other", ["31/01/2020", "01/02/2020"])
def test_dates_of_either_order_stay_day_first_where_no_others_tell_or_they_differ(read, other):
    table = read(f"made,paid,due\n01/31/2020,02/10/2020,{other}\n02/13/2020,05/06/2020,{other}\n")

    month_first = other == "01/02/2020"
    assert table.values("paid")[0] == ("2020-02-10T00:00:00" if month_first else "2020-10-02T00:00:00")
