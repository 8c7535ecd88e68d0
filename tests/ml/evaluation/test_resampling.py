import numpy as np
import pytest
from scipy.stats import bootstrap

from ml.evaluation import resampling
from ml.evaluation.intervals import judges_of
from ml.evaluation.resampling import RESAMPLES, left_out, resampled
from ml.evaluation.sums import AmountSums, ClassSums
from ml.schema import Task
from tests.ml.evaluation.factories import noisy_amounts, noisy_classes


def test_draws_are_those_of_scipy():
    rows = noisy_amounts(rows=40)

    found = resampled([AmountSums(rows.actual, rows.predicted)], 40, seed=7)[0]

    errors = np.abs(rows.actual - rows.predicted)
    theirs = bootstrap((errors,), np.mean, n_resamples=RESAMPLES, rng=np.random.default_rng(7), method="percentile")
    assert found["mae"] == pytest.approx(theirs.bootstrap_distribution, abs=1e-9)


def test_judges_see_the_same_draws():
    rows = noisy_amounts(rows=40)
    judge = AmountSums(rows.actual, rows.predicted)

    one, other = resampled([judge, judge], 40)

    assert np.array_equal(one["r2"], other["r2"])


def test_many_rows_drawn_in_groups_vary_as_much_as_one_by_one(monkeypatch):
    rows = noisy_classes(rows=4000)
    alone = resampled(judges_of(Task.CLASSIFICATION, rows), 4000)[0]
    monkeypatch.setattr(resampling, "MOST_UNITS", 1000)

    grouped = resampled(judges_of(Task.CLASSIFICATION, rows), 4000)[0]

    spreads = {key: grouped[key].std() / alone[key].std() for key in alone}
    assert spreads == pytest.approx(dict.fromkeys(alone, 1), abs=0.12)


def test_lines_vary_as_the_areas_they_stand_for():
    rows = noisy_classes(rows=2000)
    sides = (rows.actual, rows.predicted, rows.shares, rows.classes, 1)

    exact, line = resampled([ClassSums(*sides), ClassSums(*sides, exact_ranks=False)], 2000)

    assert line["roc_auc"] == pytest.approx(exact["roc_auc"], abs=0.002)
    assert line["pr_auc"] == pytest.approx(exact["pr_auc"], abs=0.005)


def test_each_row_is_left_out_in_turn():
    found = left_out(AmountSums(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 7.0])))

    assert found["mae"].tolist() == [2.5, 2.0, 0.5]
