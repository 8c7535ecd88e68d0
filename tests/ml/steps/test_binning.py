import numpy as np
import pandas as pd
import pytest

from ml.steps.binning import BinNumbers, named_ranges


def fitted(step, *values):
    return step.fit(pd.DataFrame({"a": np.array(values, dtype=float)}))


def later(step, *values):
    return step.transform(pd.DataFrame({"a": np.array(values, dtype=float)}))["a"].tolist()


def test_numbers_become_the_ranges_they_fall_in():
    step = fitted(BinNumbers(["a"], bins=2, strategy="uniform"), 0, 10, np.nan)

    assert later(step, 4.9, 5, -99, np.nan) == ["below 5", "5 and above", "below 5", ""]
    assert step.learnt() == ["a: below 5; 5 and above"]


def test_ranges_can_be_codes():
    step = fitted(BinNumbers(["a"], bins=4, codes=True), *range(8))

    assert later(step, 0, 2, 7, 99, np.nan) == pytest.approx([0, 1, 3, 3, np.nan], nan_ok=True)


def test_a_frequent_value_makes_fewer_ranges():
    step = fitted(BinNumbers(["a"], bins=5), 0, 0, 0, 0, 0, 0, 0, 0, 1, 2)

    assert len(step.ranges_[0]) < 5
    assert len(set(step.ranges_[0])) == len(step.ranges_[0])


def test_a_column_that_never_changes_has_one_range():
    assert later(fitted(BinNumbers(["a"]), 3, 3), 3, 8) == ["any number", "any number"]


def test_ranges_have_as_many_digits_as_they_need():
    assert named_ranges([1000.01, 1000.02]) == ["below 1000.01", "1000.01 to 1000.02", "1000.02 and above"]
