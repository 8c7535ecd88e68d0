import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_curve, roc_curve

from ml.evaluation.thresholds import (
    MOST_THRESHOLDS,
    best_by_f1,
    cheapest,
    pr_points,
    roc_points,
    threshold_used,
    thresholds_of,
)


@pytest.fixture(params=[40, 5000])
def rows(request):
    random = np.random.default_rng(2)
    happened = random.random(request.param) < 0.1
    return happened, (random.random(request.param) + 0.5 * happened) / 1.5


def test_every_threshold_has_its_confusion_matrix(rows):
    happened, share = rows

    found = thresholds_of(happened, share, used=0.5)

    for place, at in enumerate(found["at"]):
        matrix = confusion_matrix(happened, share >= at, labels=[False, True])
        assert [found[key][place] for key in ("tn", "fp", "fn", "tp")] == matrix.ravel().tolist()


def test_the_table_is_short_and_has_the_ends_the_best_and_the_one_used(rows):
    happened, share = rows

    found = thresholds_of(happened, share, used=0.5)

    precision, recall, _ = precision_recall_curve(happened, share)
    best = np.max(2 * precision * recall / np.maximum(precision + recall, 1e-12))
    assert len(found["at"]) <= MOST_THRESHOLDS
    assert 0.5 in found["at"]
    assert (found["fp"][0] + found["tp"][0], found["fp"][-1] + found["tp"][-1]) == (len(share), 0)
    assert best_by_f1(found)["score"] == pytest.approx(best, abs=1e-6)


def test_few_shares_give_the_points_of_scikit_learn():
    random = np.random.default_rng(3)
    happened, share = random.random(100) < 0.4, random.random(100).round(1)

    found = thresholds_of(happened, share, used=0.5)

    false, true, _ = roc_curve(happened, share, drop_intermediate=False)
    assert {*roc_points(found)} == {*zip(false.tolist(), true.tolist(), strict=True)}


def test_a_class_that_is_lacking_has_no_curve():
    nobody = thresholds_of(np.array([False, False]), np.array([0.2, 0.8]), used=0.5)

    assert (roc_points(nobody), pr_points(nobody)) == ([], [])
    assert best_by_f1(nobody)["score"] == 0


@pytest.mark.parametrize(("cost_fp", "cost_fn", "place"), [(1, 100, 0), (100, 1, 2), (1, 1, 2), (0, 0, 2)])
def test_the_cheapest_threshold_weighs_alarms_against_misses(cost_fp, cost_fn, place):
    table = {"at": [0.1, 0.4, 0.9], "tp": [2, 1, 0], "fp": [3, 2, 0], "tn": [0, 1, 3], "fn": [0, 1, 2]}

    assert cheapest(table, cost_fp, cost_fn)["place"] == place


@pytest.mark.parametrize("positive", [0, 1])
def test_the_threshold_used_predicts_as_the_model_does(positive):
    shares = np.array([[0.5, 0.5], [0.4, 0.6], [0.6, 0.4]])

    chosen = shares[:, positive] >= threshold_used(positive == 0)

    assert chosen.tolist() == (shares.argmax(axis=1) == positive).tolist()
