"""Stored values read as another type, in SQL and as a row that people type."""

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.schema import Column, Dtype, Role, canonical_frame
from ml.tables.casting import stored_kinds, ways_to_read
from ml.tables.frames import load_frame, read_rows
from ml.tables.profiling import profile_table
from ml.tables.values import is_missing
from ml.values import LARGEST, Unreadable, moment, number


def corrected(dtype, written="", name="x"):
    return Column(name=name, dtype=Dtype(dtype), role=Role.FEATURE, missing=0, unique=2, written=written)


@pytest.fixture
def read_as(tmp_path):
    """Call it with stored values, a type and a way to read them; it gives the values as a preview shows them."""

    def read(stored, dtype, written=""):
        pq.write_table(pa.table({"c0": stored}), tmp_path / "t.parquet")
        rows = read_rows(tmp_path / "t.parquet", [corrected(dtype, written)], offset=0, limit=100)
        return [row[0] for row in rows]

    return read


@pytest.mark.parametrize(
    ("written", "cells", "numbers"),
    [
        ("plain", ["1.5", "1,5", "007", "1e3", "-.5", "+5.", "1,234", "abc"], [1.5, 1.5, 7, 1000, -0.5, 5, None, None]),
        ("thousands", ["1,234", "1,234,567.5", "12", "1,5"], [1234, 1234567.5, 12, None]),
        ("comma", ["1.234,5", "1.234", "2,5", "2.5", "12,34,5"], [1234.5, 1234, 2.5, 2.5, None]),
        ("spaces", ["1 234,5", "1\u202f234", "1'000", "12"], [1234.5, 1234, 1000, 12]),
    ],
)
def test_texts_are_read_as_numbers_in_each_way_of_writing(read_as, written, cells, numbers):
    assert read_as(cells, "number", written) == numbers


def test_texts_are_read_as_whole_numbers_to_the_last_digit(read_as):
    assert read_as(["9007199254740993", "3.0", "3.5", "1e2"], "integer") == [9007199254740993, 3, None, 100]


@pytest.mark.parametrize("cell", ["1.5", " 1,5", "007", "1e3", "-.5", "5.", "1,234", "0,500", "1_0", "1e999", "1 2"])
def test_a_text_is_the_same_number_in_sql_and_in_a_form(read_as, cell):
    try:
        said = number(cell)
    except Unreadable:
        said = None

    assert read_as([cell.strip()], "number") == [said]


@given(
    st.text("0123456789.,eE+-'_ x", min_size=1, max_size=12).map(str.strip).filter(lambda cell: not is_missing(cell))
)
def test_any_text_is_the_same_number_in_sql_and_in_a_form(cell):
    plain = ways_to_read("VARCHAR", Dtype.NUMBER)[0]

    (found,) = duckdb.execute(f"SELECT {plain.sql.replace('{v}', 'v')} FROM (SELECT ? AS v)", [cell]).fetchone()

    try:
        said = number(cell)
    except Unreadable:
        said = None
    assert (None if found is None else min(max(found, -LARGEST), LARGEST)) == said


@pytest.mark.parametrize(
    ("written", "cells", "dates"),
    [
        ("day_first", ["03/04/2020", "2020-04-03", "3 Apr 2020", "20200403"], ["2020-04-03T00:00:00"] * 4),
        ("month_first", ["04/03/2020", "2020/04/03", "2020-04-03T02:00:00+02:00"], ["2020-04-03T00:00:00"] * 3),
        ("day_first", ["31.12.2019 18:30", "soon", "20201345"], ["2019-12-31T18:30:00", None, None]),
    ],
)
def test_texts_are_read_as_dates_in_several_formats(read_as, written, cells, dates):
    assert read_as(cells, "datetime", written) == dates


@pytest.mark.parametrize("cell", ["2020-04-03", "2020/4/3", "31.12.2019", "2020-04-03T10:00:00Z", "20200403", "soon"])
def test_a_text_is_the_same_date_in_sql_and_in_a_form(read_as, cell):
    try:
        said = moment(cell).isoformat()
    except Unreadable:
        said = None

    assert read_as([cell], "datetime") == [said]


@pytest.mark.parametrize(
    ("written", "stored", "date"),
    [
        ("yyyymmdd", 20200229, "2020-02-29T00:00:00"),
        ("yyyymmdd", 20200230, None),
        ("year", 1999, "1999-01-01T00:00:00"),
        ("unix_s", 1_600_000_000, "2020-09-13T12:26:40"),
        ("unix_ms", 1_600_000_000_500, "2020-09-13T12:26:40.500000"),
        ("unix_s", 60, None),
    ],
)
def test_numbers_are_read_as_dates(read_as, written, stored, date):
    assert read_as([stored, None], "datetime", written) == [date, None]
    assert read_as([float(stored), None], "datetime", written) == [date, None]


def test_other_types_are_read_from_each_other(read_as):
    assert read_as([1.0, 2.5, None], "integer") == [1, None, None]
    assert read_as([0, 1, 2], "boolean") == [False, True, None]
    assert read_as([True, None], "integer") == [1, None]
    assert read_as(["Yes", "off", "maybe"], "boolean", "words") == ["Yes", "off", None]
    assert read_as(["Yes", "off", "maybe"], "boolean", "spellings") == [True, False, None]
    assert read_as([3, 4], "category") == [3, 4]


def test_what_has_no_way_is_missing(read_as):
    assert ways_to_read("TIMESTAMP", Dtype.NUMBER) == ()
    assert read_as([pd.Timestamp("2020-01-01")], "number") == [None]


@pytest.mark.parametrize(
    ("stored", "dtype", "written"),
    [
        (["1,5", "2.5", "x", None], "number", "plain"),
        (["1.234,5", "x", None], "number", "comma"),
        (["1", "2.0", "2.5"], "integer", "plain"),
        (["03/04/2020", "soon", None], "datetime", "month_first"),
        (["2020-04-03", "2021-04-03 10:00"], "datetime", "day_first"),
        ([20200403, 1], "datetime", "yyyymmdd"),
        ([True, None, False], "number", ""),
        ([0, 1, 7], "boolean", ""),
        (["Yes", "no", "hm"], "boolean", "words"),
        ([1.0, 1.5, None], "category", ""),
        ([1, 2], "id", ""),
        ([True, False], "text", ""),
    ],
)
def test_preview_profile_and_canonical_frame_agree(tmp_path, stored, dtype, written):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"c0": stored}), path)
    columns = [corrected(dtype, written)]

    frame = canonical_frame(load_frame(path, columns, ["x"]), columns)
    shown = [{"x": row[0]} for row in read_rows(path, columns, offset=0, limit=10)]
    from_preview = canonical_frame(pd.DataFrame(shown, dtype=object), columns)
    profile = profile_table(path, columns)[0]

    pd.testing.assert_frame_equal(frame, from_preview)
    missing = (frame["x"] == "") if frame["x"].dtype == object else frame["x"].isna()
    assert profile["missing"] == missing.sum()
    assert profile["unique"] == len({row["x"] for row in shown} - {None})


def test_plain_texts_need_no_table_to_be_read_alike(tmp_path):
    cells = ["1,5", "2.5", "007", "x", "1,234", None]
    pq.write_table(pa.table({"c0": cells}), tmp_path / "t.parquet")
    columns = [corrected("number", "plain")]

    by_sql = canonical_frame(load_frame(tmp_path / "t.parquet", columns, ["x"]), columns)
    by_python = canonical_frame(pd.DataFrame({"x": cells}), columns)

    pd.testing.assert_frame_equal(by_sql, by_python)


def test_stored_kinds_are_told_from_the_foot_of_the_file(tmp_path):
    when = pd.to_datetime(["2020-01-01"])
    table = pa.table({"c0": [1], "c1": [0.5], "c2": [True], "c3": pa.array(when), "c4": ["a"]})
    pq.write_table(table, tmp_path / "t.parquet")

    assert stored_kinds(tmp_path / "t.parquet") == ["BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMP", "VARCHAR"]
