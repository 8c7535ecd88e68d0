"""Different values in order, and what is counted with them."""

import numpy as np
import pytest

from ml.tables.distinct import Distinct, distinct


@pytest.mark.parametrize("kind", [np.int64, np.float64])
@pytest.mark.parametrize("far", [1, 10**9, 10**15])
@pytest.mark.parametrize("few", [7, 3_000, 25_000, 10**9])
def test_distinct_is_that_of_numpy_whether_values_repeat_or_not(few, far, kind):
    numbers = np.random.default_rng(0).integers(-few, few, 30_000).astype(kind) * far

    found = distinct(numbers)

    values, counts = np.unique(numbers, return_counts=True)
    assert (found.values.tolist(), found.counts.tolist()) == (values.tolist(), counts.tolist())
    assert found.rows == 30_000


def test_the_ends_of_64_bits_are_values_as_others():
    ends = np.iinfo(np.int64)

    assert distinct(np.array([ends.max, ends.min, 0, ends.max])).pairs() == [(ends.min, 1), (0, 1), (ends.max, 2)]
    assert distinct(np.array([ends.max, ends.max - 1])).pairs() == [(ends.max - 1, 1), (ends.max, 1)]
    assert distinct(np.array([ends.min, ends.min + 1])).pairs() == [(ends.min, 1), (ends.min + 1, 1)]


@pytest.mark.parametrize("more", [0, 1000])
def test_minus_zero_is_zero(more):
    numbers = np.array([-0.0, 0.0, *range(1, more + 1), *[5.0] * (1000 - more)])

    assert distinct(numbers).values[:2].tolist() == [0.0, 1.0 if more else 5.0]
    assert str(distinct(numbers).values[0]) == "0.0"


def test_rows_are_counted_below_above_and_at_a_place():
    found = Distinct(np.array([1, 4, 9]), np.array([2, 1, 3]))

    assert found.rows_below([1, 4, 4.5, 10]).tolist() == [0, 2, 3, 6]
    assert [found.rows_above(limit) for limit in (0, 1, 9)] == [6, 4, 0]
    assert [found.at(row) for row in range(6)] == [1, 1, 4, 9, 9, 9]


def test_the_most_frequent_come_first_and_ties_in_order_of_value():
    found = Distinct(np.array([1, 2, 3, 4, 5]), np.array([1, 3, 1, 2, 3]))

    assert found.most_frequent(3) == [(2, 3), (5, 3), (4, 2)]
    assert found.most_frequent(9) == [(2, 3), (5, 3), (4, 2), (1, 1), (3, 1)]


def test_found_are_only_those_that_there_are():
    found = Distinct(np.array([-1, 5, 97]), np.array([4, 1, 2]))

    assert found.found(np.array([-9, -1, 88, 97, 99])).pairs() == [(-1, 4), (97, 2)]
    assert found.found(np.array([200])).pairs() == []
