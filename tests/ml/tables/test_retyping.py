"""A person corrects the type of a column; the file stays as it is."""

import hashlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ml.errors import BadInput
from ml.schema import Column, Dtype, Role
from ml.tables.frames import read_rows
from ml.tables.retyping import retype


def first_column(path, columns):
    return [row[0] for row in read_rows(path, columns, offset=0, limit=100)]


@pytest.fixture
def table(tmp_path):
    """Call it with stored values and their type; it gives the path and the columns `x` and `y`."""

    def write(stored, dtype):
        path = tmp_path / "t.parquet"
        pq.write_table(pa.table({"c0": stored, "c1": ["a"] * len(stored)}), path)
        about = {"role": Role.FEATURE, "missing": 0, "unique": 3, "reason": "words"}
        return path, [Column(name="x", dtype=Dtype(dtype), **about), Column(name="y", dtype=Dtype.CATEGORY, **about)]

    return write


@pytest.mark.parametrize(
    ("stored", "was", "to", "values", "written", "unreadable"),
    [
        (["1.5", "2", "x", None], "category", "number", [1.5, 2.0, None, None], "plain", 1),
        (["1.234,5", "2.000", "x"], "category", "number", [1234.5, 2000.0, None], "comma", 1),
        (["1,234", "5,678", "x"], "category", "number", [1234.0, 5678.0, None], "thousands", 1),
        (["1,23,456", "5", "x"], "category", "number", [123456.0, 5.0, None], "thousands", 1),
        (["US$ 5", "-1,200.5 USD", "7", "x"], "category", "number", [5.0, -1200.5, 7.0, None], "signed", 1),
        (["kr 5", "1 200,5 kr", "x"], "category", "number", [5.0, 1200.5, None], "signed_comma", 1),
        (["5.00-", "7", "x"], "category", "number", [-5.0, 7.0, None], "minus_behind", 1),
        (["1.000,00-", "x"], "category", "integer", [-1000, None], "minus_behind_comma", 1),
        (["1.1M", "2M", "-€3k", "x"], "category", "number", [1.1e6, 2e6, -3e3, None], "scaled", 1),
        (
            ["13/01/2020", "02/01/2020"],
            "text",
            "datetime",
            ["2020-01-13T00:00:00", "2020-01-02T00:00:00"],
            "day_first",
            0,
        ),
        (
            ["01/13/2020", "01/02/2020"],
            "text",
            "datetime",
            ["2020-01-13T00:00:00", "2020-01-02T00:00:00"],
            "month_first",
            0,
        ),
        (
            ["2020-12", "Dec 2020", "2020年2月", "soon"],
            "category",
            "datetime",
            ["2020-12-01T00:00:00", "2020-12-01T00:00:00", "2020-02-01T00:00:00", None],
            "months",
            1,
        ),
        ([20200131, 20200201], "integer", "datetime", ["2020-01-31T00:00:00", "2020-02-01T00:00:00"], "yyyymmdd", 0),
        ([1.6e9, 1.6e9 + 1], "number", "datetime", ["2020-09-13T12:26:40", "2020-09-13T12:26:41"], "unix_s", 0),
        ([1.0, 2.5, 3.0], "number", "integer", [1, None, 3], "whole", 1),
        ([True, False, None], "boolean", "integer", [1, 0, None], "one_or_zero", 0),
        ([1, 2, 3], "integer", "category", [1, 2, 3], "", 0),
        (["Yes", "No", "?!"], "category", "boolean", ["Yes", "No", None], "words", 1),
        (["Yes", "y", "No"], "category", "boolean", [True, True, False], "spellings", 0),
        (["Yes", "No", None], "category", "boolean", ["Yes", "No", None], "", 0),
    ],
)
def test_a_correction_reads_most_values(table, stored, was, to, values, written, unreadable):
    path, columns = table(stored, was)

    found = retype(path, columns, {"x": Dtype(to)})

    column = found.columns[0]
    assert first_column(path, found.columns) == values
    assert (column.dtype, column.written, found.unreadable) == (to, written, {"x": unreadable})
    assert (column.missing, column.unique) == (values.count(None), len(set(values) - {None}))
    assert column.reason.startswith("corrected by a person")
    assert found.columns[1] == columns[1]


def test_a_correction_back_gives_the_first_values_and_leaves_the_file(table):
    path, columns = table(["1.5", "x", None], "category")
    before = hashlib.sha256(path.read_bytes()).hexdigest()

    there = retype(path, columns, {"x": Dtype.NUMBER})
    back = retype(path, there.columns, {"x": Dtype.CATEGORY})

    assert first_column(path, back.columns) == ["1.5", "x", None]
    assert (back.columns[0].missing, back.columns[0].unique, back.columns[0].written) == (1, 2, "")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


@pytest.mark.parametrize(
    ("stored", "to", "role"),
    [
        ([1, 2, 3], "id", "id"),
        ([1, 1, 1], "category", "constant"),
        ([1, 2, 3], "category", "feature"),
        ([None, None], "number", "constant"),
    ],
)
def test_the_role_follows_the_type(table, stored, to, role):
    path, columns = table(pa.array(stored, pa.int64()), "integer")

    assert retype(path, columns, {"x": Dtype(to)}).columns[0].role == role


def test_the_type_it_has_changes_nothing(table):
    path, columns = table([1, 2], "integer")

    found = retype(path, columns, {"x": Dtype.INTEGER})

    assert (found.columns, found.unreadable) == (columns, {})


@pytest.mark.parametrize(
    ("changes", "attr", "detail"),
    [
        ({"y": Dtype.CATEGORY, "X": Dtype.TEXT}, "columns.1.name", "There is no column 'X'; did you mean 'x'?"),
        (
            {"x": Dtype.DATETIME},
            "columns.0.dtype",
            "No value of x can be read as a date, such as 'red'; choose category, text or id.",
        ),
        (
            {"y": Dtype.ID, "x": Dtype.NUMBER},
            "columns.1.dtype",
            "No value of x can be read as a number, such as 'red'; choose category, text or id.",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(table, changes, attr, detail):
    path, columns = table(["red", "blue"], "category")

    with pytest.raises(BadInput) as refusal:
        retype(path, columns, changes)

    assert (refusal.value.attr, refusal.value.detail) == (attr, detail)


def test_dates_are_no_numbers(table):
    path, columns = table(pa.array([0, 1], pa.timestamp("us")), "datetime")

    with pytest.raises(BadInput, match="such as '1970-01-01 00:00:00'"):
        retype(path, columns, {"x": Dtype.NUMBER})


def test_a_column_with_a_strange_name_is_found(table):
    path, columns = table(["1", "x"], "category")
    strange = [Column(**{**columns[0].to_json(), "name": "c1\"'; <script>"}), columns[1]]

    found = retype(path, strange, {"c1\"'; <script>": Dtype.NUMBER})

    assert first_column(path, found.columns) == [1.0, None]
