"""Samples of rows: the same ones each time, whichever columns are asked for."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ml.schema import Column, Dtype, Role
from ml.tables.sampling import sample_columns

ROWS = 30_000
COLUMNS = [
    Column(name=name, dtype=dtype, role=Role.FEATURE, missing=0, unique=5)
    for name, dtype in (
        ("n", Dtype.INTEGER),
        ("twice", Dtype.NUMBER),
        ("word", Dtype.CATEGORY),
        ("when", Dtype.DATETIME),
    )
]


@pytest.fixture
def path(tmp_path):
    numbers = np.arange(ROWS)
    table = pa.table(
        {
            "c0": numbers,
            "c1": [None, *(numbers[1:] * 2.0)],
            "c2": [None, *(str(n % 3) for n in numbers[1:])],
            "c3": pa.array(numbers, pa.timestamp("us")),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=7000)
    return tmp_path / "t.parquet"


def test_a_small_table_is_taken_whole(path):
    sample = sample_columns(path, COLUMNS, [0, 2, 3], most_rows=ROWS)

    number, word, when = sample.columns
    assert (sample.rows, sample.is_whole, sample.size) == (ROWS, True, None)
    assert number.numbers.tolist() == when.numbers.tolist() == list(range(ROWS))
    assert [word.words.levels[code] if code >= 0 else None for code in word.words.codes[:5]] == [None, *"1201"]


def test_columns_asked_for_alone_have_the_same_rows(path):
    alone = sample_columns(path, COLUMNS, [0], most_rows=2000)
    later = sample_columns(path, COLUMNS, [1, 3], most_rows=2000)

    rows = alone.columns[0].numbers
    assert (alone.size, alone.is_whole) == (len(rows), False)
    assert 1800 < len(rows) <= 2000
    assert np.array_equal(np.where(rows == 0, np.nan, rows * 2), later.columns[0].numbers, equal_nan=True)
    assert np.array_equal(rows, later.columns[1].numbers)


def test_rows_come_in_order_from_all_over_the_file(path):
    rows = sample_columns(path, COLUMNS, [0], most_rows=3000).columns[0].numbers

    assert np.all(np.diff(rows) > 0)
    assert np.histogram(rows, bins=10, range=(0, ROWS))[0].min() > 200


def test_no_columns_are_no_question(path):
    sample = sample_columns(path, COLUMNS, [], most_rows=100)

    assert (sample.rows, sample.columns) == (100, [])
