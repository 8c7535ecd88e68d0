import numpy as np
import pytest
from scipy.stats import bootstrap

from ml.evaluation import resampling
from ml.evaluation.intervals import judges_of
from ml.evaluation.resampling import RESAMPLES, left_out, resampled
from ml.evaluation.scores import classification_scores
from ml.evaluation.sums import AmountSums, ClassSums, SumsOfGroups
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


def test_groups_are_drawn_with_all_their_rows():
    who = np.array(["b", "a", "c"] * 10)
    rows = noisy_classes(rows=30)
    sides = (rows.actual, rows.predicted, rows.shares, rows.classes, 1)

    found = resampled([SumsOfGroups(ClassSums(*sides), who)], 3, seed=7)[0]

    picked = np.random.default_rng(7).integers(0, 3, (RESAMPLES, 3))
    for draw in range(5):
        drawn = np.concatenate([np.flatnonzero(who == "abc"[place]) for place in picked[draw]])
        theirs = classification_scores(rows.actual[drawn], rows.predicted[drawn], rows.shares[drawn], rows.classes, 1)
        assert {key: values[draw] for key, values in found.items()} == pytest.approx(theirs)


def test_each_group_is_left_out_in_turn():
    judge = AmountSums(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 3.0, 7.0, 6.0]))

    found = left_out(SumsOfGroups(judge, np.array([0, 1, 1, 2])))

    assert found["mae"].tolist() == pytest.approx([7 / 3, 1, 5 / 3])


def test_sums_left_out_in_parts_are_those_of_all_at_once(monkeypatch):
    rows = noisy_classes(rows=50)
    judge = judges_of(Task.CLASSIFICATION, rows)[0]
    at_once = left_out(judge)
    monkeypatch.setattr(resampling, "_MOST_SUMS", 1_000)

    assert all(np.array_equal(values, at_once[key]) for key, values in left_out(judge).items())


def test_many_rows_of_few_groups_are_drawn_in_parts_that_fit(monkeypatch):
    rows = noisy_classes(rows=500, groups=np.arange(500) % 7)
    whole = resampled(judges_of(Task.CLASSIFICATION, rows), 7)
    monkeypatch.setattr(resampling, "_MOST_SUMS", 5_000)

    parted = resampled(judges_of(Task.CLASSIFICATION, rows), 7)

    assert all(np.array_equal(one[key], other[key]) for one, other in zip(whole, parted, strict=True) for key in one)
