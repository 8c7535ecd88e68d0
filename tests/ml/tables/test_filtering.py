"""The rows behind a bar of a chart, and those that hold a text."""

from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ml.errors import BadInput
from ml.schema import Column, Dtype, Role
from ml.tables.filtering import Where
from ml.tables.frames import count_rows, read_rows
from ml.tables.profiling import profile_table

NAMES = ("n", "x", "word", "flag", "when")
TYPES = ("integer", "number", "category", "boolean", "datetime")
COLUMNS = [
    Column(name=name, dtype=Dtype(dtype), role=Role.FEATURE, missing=0, unique=5)
    for name, dtype in zip(NAMES, TYPES, strict=True)
]


@pytest.fixture
def path(tmp_path):
    """Six rows, which are told by their `n`; in the last everything else is missing."""
    days = pa.array([0, 86_400_000_000, 2 * 86_400_000_000, 2 * 86_400_000_000, 3 * 86_400_000_000, None])
    table = pa.table(
        {
            "c0": range(6),
            "c1": [0.5, 1.0, 1.5, 2.0, 2.5, None],
            "c2": ["Ärger", "b%_", "b%_", "c'); DROP TABLE typed; --", "d" * 300, None],
            "c3": [True, False, True, None, None, None],
            "c4": days.cast(pa.timestamp("us")),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    return tmp_path / "t.parquet"


def numbers(path, where=None, search=""):
    found = [row[0] for row in read_rows(path, COLUMNS, offset=0, limit=10, where=where, search=search)]
    assert count_rows(path, COLUMNS, where=where, search=search) == len(found)
    return found


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"column": "word", "equals": "b%_"}, [1, 2]),
        ({"column": "word", "equals": "c'); DROP TABLE typed; --"}, [3]),
        ({"column": "word", "equals": "d" * 199 + "…"}, [4]),
        ({"column": "word", "equals": "B%_"}, []),
        ({"column": "n", "equals": "3"}, [3]),
        ({"column": "x", "equals": 1.5}, [2]),
        ({"column": "flag", "equals": "true"}, [0, 2]),
        ({"column": "flag", "equals": False}, [1]),
        ({"column": "when", "equals": "1970-01-03T00:00:00"}, [2, 3]),
        ({"column": "x", "is_missing": True}, [5]),
        ({"column": "x", "low": 1, "high": "2"}, [1, 2]),
        ({"column": "x", "low": 1.0, "high": 2.0, "closed": True}, [1, 2, 3]),
        ({"column": "x", "low": 2}, [3, 4]),
        ({"column": "when", "low": "1970-01-02", "high": "1970-01-03T00:00:00+00:00"}, [1]),
        ({"column": "word", "not_among": ("b%_", "Ärger")}, [3, 4]),
        ({"column": "word", "not_among": ("d" * 199 + "…",)}, [0, 1, 2, 3]),
        ({"column": "word", "not_among": ()}, [0, 1, 2, 3, 4]),
    ],
)
def test_where_picks_rows(path, where, found):
    assert numbers(path, Where(**where)) == found


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ärGER", [0]),
        ("%", [1, 2]),
        ("' or 1=1", []),
        ("1.5", [2]),
        ("TRUE", [0, 2]),
        ("als", [1]),
        ("\ud800", []),
        ("a\0b", []),
        ("1970-01-03T00", [2, 3]),
        ("1970-01-03 00", [2, 3]),
        ("", [0, 1, 2, 3, 4, 5]),
    ],
)
def test_search_looks_into_every_cell(path, search, found):
    assert numbers(path, search=search) == found


def test_where_and_search_hold_together(path):
    assert numbers(path, Where(column="flag", equals="true"), search="b%") == [2]


def test_pages_of_filtered_rows_follow_each_other(path):
    where = Where(column="x", low=0)

    pages = [read_rows(path, COLUMNS, offset=offset, limit=2, where=where) for offset in (0, 2, 4)]

    assert [[row[0] for row in page] for page in pages] == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize("name", ["n", "x", "when"])
def test_every_bar_of_a_histogram_shows_as_many_rows_as_it_counts(path, name):
    profile = profile_table(path, COLUMNS)[NAMES.index(name)]
    edges, counts = profile["histogram"]["edges"], profile["histogram"]["counts"]

    bars = [
        Where(column=name, low=low, high=high, closed=at == len(counts) - 1)
        for at, (low, high) in enumerate(pairwise(edges))
    ]

    assert [count_rows(path, COLUMNS, where=bar) for bar in bars] == counts


@pytest.mark.parametrize(
    ("where", "attr"),
    [
        ({"column": "Word", "equals": "a"}, "where.column"),
        ({"column": "x"}, "where"),
        ({"column": "word", "equals": "\ud800"}, "where.equals"),
        ({"column": "x", "equals": "1; DROP"}, "where.equals"),
        ({"column": "n", "low": "a"}, "where.low"),
        ({"column": "n", "high": "b"}, "where.high"),
        ({"column": "word", "low": "a"}, "where.low"),
        ({"column": "flag", "equals": "perhaps"}, "where.equals"),
        ({"column": "when", "equals": "soon"}, "where.equals"),
        ({"column": "x", "not_among": ("a",)}, "where.not_among"),
    ],
)
def test_what_a_column_cannot_hold_is_refused(path, where, attr):
    with pytest.raises(BadInput) as refusal:
        read_rows(path, COLUMNS, offset=0, limit=1, where=Where(**where))

    assert refusal.value.attr == attr


def test_a_corrected_column_is_filtered_by_its_values_as_read(path):
    columns = [*COLUMNS[:1], Column(**{**COLUMNS[1].to_json(), "dtype": Dtype.INTEGER, "role": Role.FEATURE})]

    rows = read_rows(path, columns, offset=0, limit=9, where=Where(column="x", equals="2"))

    assert rows == [[3, 2]]
