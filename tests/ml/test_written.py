"""The file's own ways to write a value: for one value here, for a table in SQL, and both alike."""

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.schema import Dtype
from ml.tables.casting import ways_to_read
from ml.values import Unreadable, number
from ml.written import _WAYS, as_written, comma, reader_of

SETTINGS = settings(max_examples=150)
MOMENTS = st.datetimes(pd.Timestamp(1970, 1, 2), pd.Timestamp(2068, 12, 31)).map(lambda one: one.replace(microsecond=0))
DATES = ["%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%m.%d.%Y", "%d-%m-%Y", "%d.%m.%y", "%m/%d/%y", "%Y%m%d"]
NAMED = ["%b %d %Y", "%B %d, %Y", "%d %b %Y", "%d-%B-%Y"]
TIMES = ["", " %H:%M", "T%H:%M:%S", " %H:%M:%S.250"]
ZONED = [
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S+02:00",
    "%Y-%m-%d %H:%M -0530",
    "%m/%d/%Y %I:%M %p",
    "%d/%m/%y %I:%M%p",
]
FORMATS = [day + clock for day in [*DATES[:-1], *NAMED] for clock in TIMES[:3]] + [
    DATES[-1],
    *ZONED,
    DATES[0] + TIMES[3],
]
NUMBERS = st.from_regex(r"[+-]?[0-9]{1,4}([., '’][0-9]{3}){0,2}([.,][0-9]{0,4})?(e[+-]?[0-9])?", fullmatch=True)
AMOUNTS = st.tuples(
    st.sampled_from(["", "-", "+", "\u2212", "(", "$", "-€ ", "¥-", "-Rs.", "US$ ", "CHF\u00a0", "(€", "kr -"]),
    st.from_regex(r"[0-9]{1,3}([., '’\xa0][0-9]{2,3}){0,3}([.,][0-9]{0,3})?", fullmatch=True),
    st.sampled_from(["", "-", ")", " zł", "%", " руб.", "\u202f€)", " EUR", "K", "k", "M", "B"]),
).map("".join)
AMOUNT_WAYS = ["thousands", "signed", "signed_comma", "minus_behind", "minus_behind_comma", "scaled"]


@pytest.fixture(scope="module")
def in_sql():
    """Read one value as a table does: from what it is stored as, as a type, in a way."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")

    def read(value, kind: str, dtype: Dtype, way: str):
        sql = next(each.sql for each in ways_to_read(kind, dtype) if each.name == way)
        return connection.execute(
            f"SELECT {sql.replace('{v}', 'v')} FROM (SELECT CAST(? AS {kind}) AS v)", [value]
        ).fetchone()[0]

    return read


@SETTINGS
@given(moment=MOMENTS, written_in=st.sampled_from(FORMATS), way=st.sampled_from(["day_first", "month_first"]))
def test_a_date_in_text_reads_as_in_the_table(in_sql, moment, written_in, way):
    text = moment.strftime(written_in)
    in_the_table = in_sql(text, "VARCHAR", Dtype.DATETIME, way)

    if in_the_table is not None:
        assert _WAYS[way](text) == in_the_table


@SETTINGS
@given(
    moment=MOMENTS,
    written_in=st.sampled_from(["%Y-%m", "%Y/%m", "%m/%Y", "%m-%Y", "%b %Y", "%B, %Y", "%b.-%Y", "%Y年%m月", "%Y"]),
    is_upper=st.booleans(),
)
def test_a_month_reads_as_in_the_table(in_sql, moment, written_in, is_upper):
    text = moment.strftime(written_in)
    text = text.upper() if is_upper else text

    assert _WAYS["months"](text) == in_sql(text, "VARCHAR", Dtype.DATETIME, "months")


@SETTINGS
@given(text=st.from_regex(r"(?i)(sept|mär[zc]?|mrz|mai|okt[a-z]{0,4}|dez|janu?|2020|13|1)[.,]?[ /-](2020|4711|12)"))
def test_any_text_like_a_month_reads_as_in_the_table(in_sql, text):
    text = text.strip()

    assert _WAYS["months"](text) == in_sql(text, "VARCHAR", Dtype.DATETIME, "months")


@SETTINGS
@given(text=NUMBERS, way=st.sampled_from(["thousands", "comma", "spaces"]))
def test_a_number_in_text_reads_as_in_the_table(in_sql, text, way):
    in_the_table = in_sql(text, "VARCHAR", Dtype.NUMBER, way)

    if in_the_table is not None:
        assert reader_of(way, float)(text) == in_the_table


@SETTINGS
@given(text=AMOUNTS, way=st.sampled_from(AMOUNT_WAYS))
def test_an_amount_reads_as_in_the_table(in_sql, text, way):
    found = _WAYS[way](text)

    assert in_sql(text, "VARCHAR", Dtype.NUMBER, way) == (_plainly(text) if found is None else found)


def _plainly(text: str) -> float | None:
    try:
        return number(text)
    except Unreadable:
        return None


@SETTINGS
@given(
    number=st.one_of(st.integers(0, 3000), st.integers(10_000_000, 99_999_999), st.integers(0, 10**13)),
    way=st.sampled_from(["yyyymmdd", "year", "unix_s", "unix_ms"]),
)
def test_a_date_in_digits_reads_as_in_the_table(in_sql, number, way):
    in_the_table = in_sql(number, "BIGINT", Dtype.DATETIME, way)

    assert [_WAYS[way](value) for value in (number, float(number), str(number), f" {number}.0 ")] == [in_the_table] * 4


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_shown_as_the_file_has_it_is_read_back(number):
    assert reader_of("comma", float)(as_written(repr(number), "comma")) == number


@pytest.mark.parametrize("value", [None, True, "", "yes", [], "1e", "²", "٣"])
def test_what_no_way_reads_is_left_to_the_canonical_reader(value):
    assert {way: read(value) for way, read in _WAYS.items()} == dict.fromkeys(_WAYS)


def test_a_decimal_point_that_parts_no_thousands_is_one():
    assert [comma(text) for text in ("1.5", "1,5", "1.500", "1.500,25")] == [None, 1.5, 1500.0, 1500.25]
