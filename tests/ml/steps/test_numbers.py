import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ml.steps.numbers import ClipOutliers, Interactions, LogNumbers, PowerNumbers, ScaleNumbers


def made(step, *values):
    return step.fit_transform(pd.DataFrame({"a": np.array(values, dtype=float)}))["a"].tolist()


@pytest.mark.parametrize(
    ("method", "expected"),
    [("standard", [-1.0, 1.0, 0.0]), ("minmax", [0.0, 1.0, 0.5]), ("robust", [-1.0, 1.0, 0.0])],
)
def test_numbers_are_scaled(method, expected):
    scaled = made(ScaleNumbers(["a"], method=method), 1.0, 3.0, 2.0)

    assert scaled == pytest.approx(np.array(expected) * (1.5**0.5 if method == "standard" else 1))


def test_logarithms_keep_the_sign():
    assert made(LogNumbers(["a"]), 0, np.e - 1, 1 - np.e) == pytest.approx([0, 1, -1])


def test_without_the_sign_there_is_no_logarithm_from_minus_one_down():
    assert made(LogNumbers(["a"], signed=False), np.e - 1, -1, -5) == pytest.approx([1, np.nan, np.nan], nan_ok=True)


def test_the_power_is_that_of_yeo_and_johnson():
    values = np.random.default_rng(0).lognormal(size=200)

    found = made(PowerNumbers(["a"]), *values)

    expected, _ = stats.yeojohnson(stats.zscore(values))
    assert found == pytest.approx(stats.zscore(expected), abs=1e-5)


def test_a_column_that_never_changes_has_no_power():
    step = PowerNumbers(["a"])

    assert made(step, 5, 5, np.nan) == pytest.approx([0, 0, np.nan], nan_ok=True)
    assert step.learnt() == ["a: never changes, so it becomes 0"]


def test_outliers_are_held_by_the_quartiles():
    step = ClipOutliers(["a"])

    assert made(step, 1, 2, 3, 4, 100) == [1, 2, 3, 4, 7]
    assert step.learnt() == ["a: held from -1 to 7"]


def test_outliers_are_held_by_quantiles():
    assert made(ClipOutliers(["a"], method="quantiles", low=0.25, high=0.75), 1, 2, 3, 4, 100) == [2, 2, 3, 4, 4]


def test_a_column_mostly_of_one_value_is_not_flattened():
    assert made(ClipOutliers(["a"]), 0, 0, 0, 0, 9) == [0, 0, 0, 0, 9]


def test_interactions_are_products_or_ratios_of_each_two():
    table = pd.DataFrame({"a": [6.0, 1.0], "b": [3.0, 0.0], "c": [2.0, np.nan]})

    products = Interactions(["a", "b", "c"]).fit_transform(table)
    ratios = Interactions(["a", "b"], operation="ratio").fit_transform(table)

    assert list(products.columns) == ["a", "b", "c", "a × b", "a × c", "b × c"]
    assert products.iloc[0, 3:].tolist() == [18, 12, 6]
    assert ratios["a ÷ b"].tolist() == pytest.approx([2, np.nan], nan_ok=True)
