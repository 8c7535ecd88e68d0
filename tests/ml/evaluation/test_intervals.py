from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import bootstrap, norm, t, ttest_1samp

from ml.evaluation.intervals import fold_interval, judge
from ml.evaluation.resampling import FEWEST_GROUPS, RESAMPLES
from ml.evaluation.scores import scores_of
from ml.metrics import METRICS
from ml.schema import Task
from tests.ml.evaluation.factories import (
    amounts,
    noisy_amounts,
    noisy_classes,
    shares_of,
    visited_amounts,
    visited_classes,
)


def test_intervals_are_those_of_scipy_at_their_level():
    rows = noisy_amounts(rows=40)

    found = judge(Task.REGRESSION, rows)

    tail = norm.cdf((40 / 39) ** 0.5 * t.ppf(0.025, 39))
    theirs = bootstrap(
        (np.abs(rows.actual - rows.predicted),),
        np.mean,
        n_resamples=RESAMPLES,
        rng=np.random.default_rng(0),
        method="BCa",
        confidence_level=1 - 2 * tail,
    )
    assert found.intervals["mae"] == pytest.approx(theirs.confidence_interval, abs=1e-9)
    assert found.method == "bootstrap"


def coverage(task, made, truth, rounds=100):
    """The share of simulated tables whose intervals hold the truth, by score."""
    intervals = [judge(task, made(seed)).intervals for seed in range(rounds)]
    return {key: np.mean([each[key][0] <= true <= each[key][1] for each in intervals]) for key, true in truth.items()}


def test_95_of_100_intervals_of_amounts_hold_the_truth():
    truth = {"mae": (2 / np.pi) ** 0.5, "r2": 0.75}

    found = coverage(Task.REGRESSION, lambda seed: noisy_amounts(rows=60, seed=seed), truth, rounds=200)

    assert found == pytest.approx(dict.fromkeys(truth, 0.95), abs=0.04)


def test_95_of_100_intervals_of_classes_hold_the_truth():
    whole, _ = scores_of(Task.CLASSIFICATION, noisy_classes(rows=100_000, seed=999))
    truth = {key: whole[key] for key in ("accuracy", "roc_auc", "pr_auc", "brier")}

    found = coverage(Task.CLASSIFICATION, lambda seed: noisy_classes(rows=80, seed=seed), truth)

    assert found == pytest.approx(dict.fromkeys(truth, 0.95), abs=0.04)


def test_every_score_has_an_interval_around_it():
    for count in (2, 4):
        found = judge(Task.CLASSIFICATION, noisy_classes(count=count))

        assert found.intervals.keys() == found.scores.keys()
        assert all(low <= found.scores[key] <= high for key, (low, high) in found.intervals.items())


def test_all_rows_right_is_no_certainty():
    rows = noisy_classes(rows=20, skill=1000)

    found = judge(Task.CLASSIFICATION, rows).intervals

    assert found["accuracy"] == pytest.approx((20 / (20 + 1.959964**2), 1))  # Wilson's, of 20 in 20
    assert found["recall"][0] < found["accuracy"][0]


def test_folds_are_scored_by_their_mean_with_the_interval_of_a_mean():
    parts = np.repeat(np.arange(5), 40)
    rows = noisy_amounts(rows=200, parts=parts, metric="mae")

    found = judge(Task.REGRESSION, rows)

    each = [np.abs(rows.actual - rows.predicted)[parts == part].mean() for part in range(5)]
    theirs = ttest_1samp(each, 0).confidence_interval(0.95)
    assert found.fold_scores == pytest.approx(each)
    assert found.scores["mae"] == pytest.approx(np.mean(each), abs=1e-12)
    assert found.intervals["mae"] == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert (found.method, found.gain) == ("folds", pytest.approx(found.baseline["mae"] - found.scores["mae"]))


def test_the_gain_is_paired():
    constant = amounts(rows=50, predicted=np.full(50, 24.5), metric="rmse")

    found = judge(Task.REGRESSION, constant)

    assert (found.gain, found.gain_interval) == (0, (0, 0))
    assert found.intervals["rmse"][1] - found.intervals["rmse"][0] > 1


def test_repeats_are_no_further_folds():
    twice = [0.7, 0.8, 0.9, 0.7, 0.8, 0.9]

    low, high = fold_interval(twice, repeats=2)

    assert high - low == pytest.approx(2 * t.ppf(0.975, 2) * np.std(twice, ddof=1) / 3**0.5)


@pytest.mark.parametrize("values", [[0.5], [None, 0.5], []])
def test_one_fold_has_no_interval(values):
    assert fold_interval(values) is None


def inside(found):
    return {key for key, (low, high) in found.intervals.items() if METRICS[key].low <= low <= high <= METRICS[key].high}


@pytest.mark.parametrize("count", [2, 3])
def test_intervals_of_classes_stay_within_what_is_possible(count):
    rows = noisy_classes(rows=20, count=count, skill=2)
    folds = replace(rows, parts=np.arange(20) // 5)

    assert inside(judge(Task.CLASSIFICATION, rows)) == {*judge(Task.CLASSIFICATION, rows).intervals}
    found = judge(Task.CLASSIFICATION, folds)
    assert inside(found) == {*found.intervals}
    assert -1 <= found.gain_interval[0] <= found.gain_interval[1] <= 1


def test_intervals_of_amounts_stay_within_what_is_possible():
    error = np.array([0.0, 0.1, 0.1, 9.0, 0.0, 0.1, 0.0, 0.1])

    found = judge(Task.REGRESSION, amounts(rows=8, error=error, parts=np.arange(8) // 2))

    assert inside(found) == {*found.intervals}
    assert (found.intervals["mae"][0], found.intervals["r2"][1]) == (0, 1)


@pytest.mark.parametrize(
    ("right", "wilson"),
    [(0, (0, 0.161125)), (3, (0.386582, 0.781193))],  # Wilson's, of 0 and of 12 in 20
)
def test_folds_that_agree_are_no_certainty(right, wilson):
    rows = noisy_classes(rows=20)
    hit = np.arange(20) % 5 < right
    predicted = np.where(hit, rows.actual, 1 - rows.actual)

    found = judge(Task.CLASSIFICATION, replace(rows, predicted=predicted, parts=np.arange(20) // 5))

    assert found.fold_scores == [right / 5] * 4
    assert found.intervals["accuracy"] == pytest.approx(wilson, abs=1e-5)


@pytest.mark.parametrize("parts", [None, np.arange(20) // 5])
def test_an_area_without_a_mistake_is_no_certainty(parts):
    actual = np.tile([0, 0, 0, 1, 1], 4)
    sure = {"predicted": actual, "shares": shares_of(*(0.1 + 0.8 * actual))}
    rows = noisy_classes(rows=20, actual=actual, parts=parts, **sure)

    found = judge(Task.CLASSIFICATION, rows)

    assert found.scores["roc_auc"] == found.scores["balanced_accuracy"] == 1
    eight = (8 / (8 + 1.959964**2), 1)  # Wilson's, of 8 in 8: the rows of the rarer class
    assert found.intervals["roc_auc"] == found.intervals["balanced_accuracy"] == pytest.approx(eight)


def test_a_gain_alike_in_all_folds_is_no_certainty():
    actual = np.tile([0, 1], 10)
    rows = noisy_classes(rows=20, actual=actual, predicted=actual, parts=np.arange(20) // 10)

    found = judge(Task.CLASSIFICATION, rows)

    assert (found.gain, found.gain_interval) == (0.5, pytest.approx((20 / (20 + 1.959964**2) - 0.5, 0.5)))


def alone(rows):
    return replace(rows, groups=None)


def test_intervals_of_few_people_hold_the_truth_only_when_people_are_drawn_whole():
    truth = {"mae": (2 / np.pi * 1.25) ** 0.5}

    by_people = coverage(Task.REGRESSION, lambda seed: visited_amounts(seed=seed), truth, rounds=200)
    by_rows = coverage(Task.REGRESSION, lambda seed: alone(visited_amounts(seed=seed)), truth, rounds=50)

    assert by_people["mae"] == pytest.approx(0.95, abs=0.03)
    assert by_rows["mae"] < 0.5


def test_intervals_of_classes_are_wider_where_people_are_drawn_whole():
    rows = visited_classes(people=25)

    by_people, by_rows = (judge(Task.CLASSIFICATION, each).intervals for each in (rows, alone(rows)))

    wider = {key: np.ptp(by_people[key]) / np.ptp(by_rows[key]) for key in ("accuracy", "log_loss", "roc_auc")}
    assert min(wider.values()) > 1.5


def test_groups_of_one_row_are_drawn_as_rows_are():
    for task, rows in ((Task.REGRESSION, noisy_amounts()), (Task.CLASSIFICATION, noisy_classes())):
        found = judge(task, replace(rows, groups=np.arange(200)))

        assert found.groups == 200
        assert found.intervals == {key: pytest.approx(each) for key, each in judge(task, rows).intervals.items()}


def test_too_few_groups_have_scores_and_no_intervals():
    found = judge(Task.REGRESSION, visited_amounts(people=FEWEST_GROUPS - 1))

    assert (found.groups, found.intervals, found.gain_interval) == (5, {}, None)
    assert found.scores["mae"] is not None
    assert {*judge(Task.REGRESSION, visited_amounts(people=FEWEST_GROUPS)).intervals} >= {"mae", "rmse", "r2"}


def test_groups_that_agree_are_no_certainty():
    groups = np.repeat(np.arange(8), 5)
    rows = noisy_classes(rows=40, actual=np.tile([0, 0, 0, 1, 1], 8), groups=groups)
    right = np.arange(40) % 5 < 4

    found = judge(Task.CLASSIFICATION, replace(rows, predicted=np.where(right, rows.actual, 1 - rows.actual)))

    assert found.scores["accuracy"] == 0.8
    assert found.intervals["accuracy"] == pytest.approx((0.409, 0.929), abs=1e-3)  # Wilson's, of 6 in 8
    assert all(low < high for low, high in found.intervals.values())
    assert found.gain_interval is None


@pytest.mark.parametrize("parts", [None, np.arange(60) // 20])
def test_all_rows_right_are_as_sure_as_their_groups_are_many(parts):
    actual = np.tile([0, 1, 0], 20)
    sure = {"predicted": actual, "shares": shares_of(*(0.1 + 0.8 * actual))}
    rows = noisy_classes(rows=60, actual=actual, groups=np.arange(60) // 5, parts=parts, **sure)

    found = judge(Task.CLASSIFICATION, rows).intervals

    twelve = pytest.approx((12 / (12 + 1.959964**2), 1))  # Wilson's, of 12 in 12
    assert found["accuracy"] == found["recall"] == found["roc_auc"] == twelve


def test_intervals_of_small_amounts_by_groups_are_kept():
    rows = visited_amounts(people=40)
    small = replace(rows, actual=rows.actual * 1e-12, predicted=rows.predicted * 1e-12, baseline=rows.baseline * 1e-12)
    small = replace(small, middle=rows.middle * 1e-12)

    found, tiny = (judge(Task.REGRESSION, each).intervals for each in (rows, small))

    assert tiny.keys() == found.keys()
    assert tiny["rmse"] == pytest.approx([end * 1e-12 for end in found["rmse"]], rel=1e-9, abs=0)
