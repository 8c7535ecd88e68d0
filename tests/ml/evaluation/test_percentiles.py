import numpy as np
import pytest

from ml.evaluation.percentiles import Skew, percentile_interval, skew_of


def test_few_rows_have_wider_intervals():
    values = np.arange(1001.0)

    few, many = (percentile_interval(values, rows) for rows in (10, 10_000))

    assert few[0] < 15
    assert many == pytest.approx((25, 975), abs=0.1)


def test_a_score_that_many_draws_lack_has_no_interval():
    values = np.array([0.5] * 89 + [np.nan] * 11)

    assert percentile_interval(values, 100) is None


def test_draws_that_lie_too_high_are_read_further_down():
    values = np.arange(1001.0)

    skew = skew_of(values, 400.0, np.array([1.0, 2.0, 3.0]))

    assert (skew.bias < 0, skew.acceleration) == (True, 0)
    assert percentile_interval(values, 100, skew)[1] < percentile_interval(values, 100)[1]


def test_what_never_varies_has_no_skew():
    assert skew_of(np.ones(5), 1.0, np.ones(5)) == Skew()
