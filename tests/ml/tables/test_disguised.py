"""Values that stand for "missing", and honest ones that only look so."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ml.schema import Column, Dtype, Role
from ml.tables.profiling import profile_table


@pytest.fixture
def disguised(tmp_path):
    """Call it with the values of a column and its type; it gives the suspected values with their counts."""

    def profile(values, dtype):
        pq.write_table(pa.table({"c0": values}), tmp_path / "t.parquet")
        column = Column(name="x", dtype=Dtype(dtype), role=Role.FEATURE, missing=0, unique=9)
        found = profile_table(tmp_path / "t.parquet", [column])[0]["disguised"]
        return {one["value"]: one["count"] for one in found}

    return profile


AGES = [20 + i % 60 for i in range(300)]
GRADES = [1 + i % 5 for i in range(200)]
YEARS_US = [i * 86_400_000_000 for i in range(7000, 7600)]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([*AGES, 999, 999, 999], {999: 3}),
        ([*AGES, -1, -1], {-1: 2}),
        ([*AGES, -9, -9], {-9: 2}),
        ([*AGES, *[99] * 40], {99: 40}),
        ([*AGES, 0, 0], {0: 2}),
        ([*GRADES, *[97] * 3, *[98] * 2, *[99] * 4], {99: 4, 97: 3, 98: 2}),
        ([i % 80 - 40 for i in range(400)] + [-9999] * 5, {-9999: 5}),
        ([*AGES, 2**31 - 1, 2**31 - 1], {2**31 - 1: 2}),
    ],
)
def test_numbers_that_stand_for_missing_are_suspected(disguised, values, found):
    assert disguised(values, "integer") == found
    assert disguised([float(value) for value in values], "number") == found


@pytest.mark.parametrize(
    "values",
    [
        [i % 100 for i in range(3000)],  # ages up to 99
        [*AGES, 99],  # one old person
        [*range(60, 131), 99, 99, 99],  # weights
        [19, 49, 99, 199, 499, 999] * 50,  # prices
        [-1, 0, 1] * 50,  # opinions
        [-1, 1] * 50,  # classes
        [i % 40 - 3 for i in range(400)],  # temperatures
        [0] * 300 + list(range(50, 150)),  # mostly none of it
        [i % 12 for i in range(400)],  # hours
    ],
)
def test_honest_numbers_are_not(disguised, values):
    assert disguised(values, "integer") == {}


def test_measurements_that_begin_above_zero_are_not_zero(disguised):
    carats = np.round(np.random.default_rng(0).lognormal(-0.4, 0.6, 2000), 2).tolist()

    assert disguised(carats, "number") == {}
    assert disguised([*(10 + value for value in carats), 0.0, 0.0], "number") == {0.0: 2}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["red", "blue", "Unknown", "unknown", "unknown"], {"unknown": 2}),
        (["a", "b", "n.a.", "n.a.", "xxx", "xxx", "-99", "-99"], {"n.a.": 2, "xxx": 2, "-99": 2}),
        (["none", "none", "wool"], {"none": 2}),
        (["other", "other", "NA Corp", "NA Corp", "XX", "XX", "x", "x", "99", "99"], {}),
        (["Unknown", "The Void", "Missing Link"], {}),
    ],
)
def test_words_for_missing_are_suspected_when_they_come_back(disguised, words, found):
    assert disguised(words, "category") == found


def test_dates_of_systems_are_suspected_far_from_the_others(disguised):
    first_of_1900 = -2_208_988_800_000_000

    def dates(values):
        return pa.array(values, pa.timestamp("us"))

    assert disguised(dates([*YEARS_US, first_of_1900, first_of_1900]), "datetime") == {"1900-01-01T00:00:00": 2}
    assert disguised(dates([*range(0, 10**12, 10**9), 0]), "datetime") == {}


def test_a_column_of_an_odd_name_and_one_of_booleans_have_none(disguised):
    assert disguised([True, False, None], "boolean") == {}
    assert disguised(pa.array([None, None], pa.string()), "category") == {}
