import numpy as np
import pytest

from ml.evaluation import classification_scores, positive_class, regression_scores
from tests.ml.evaluation.factories import shares_of


def test_amounts_are_scored():
    scores = regression_scores(np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 2.0]))

    assert scores == pytest.approx(
        {"r2": 1 - 5 / (14 / 3), "rmse": (5 / 3) ** 0.5, "mae": 1.0, "mse": 5 / 3, "mape": 1 / 3}
    )


def test_mape_is_not_said_where_the_target_has_zeros():
    assert regression_scores(np.array([0.0, 1.0]), np.array([1.0, 1.0]))["mape"] is None


def test_r2_is_not_said_where_the_target_never_changes():
    assert regression_scores(np.array([2.0, 2.0]), np.array([1.0, 3.0]))["r2"] is None


def test_scores_beyond_what_json_can_hold_are_none():
    assert regression_scores(np.array([1e200, -1e200]), np.array([-1e200, 1e200]))["mse"] is None


def test_two_classes_are_scored_for_the_positive_one():
    actual, predicted = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])

    scores = classification_scores(actual, predicted, shares_of(0.1, 0.6, 0.7, 0.9), np.array([0, 1]), 1)

    assert scores == pytest.approx(
        {
            "accuracy": 0.75,
            "balanced_accuracy": 0.75,
            "f1": 0.8,
            "precision": 2 / 3,
            "recall": 1.0,
            "roc_auc": 1.0,
            "pr_auc": 1.0,
            "log_loss": -np.log([0.9, 0.4, 0.7, 0.9]).mean(),
            "brier": (0.01 + 0.36 + 0.09 + 0.01) / 4,
        }
    )


def test_several_classes_are_scored_as_means_over_the_classes():
    actual, predicted = np.array(["a", "b", "c", "c"]), np.array(["a", "c", "c", "c"])
    shares = np.array([[0.8, 0.1, 0.1], [0.1, 0.3, 0.6], [0.1, 0.2, 0.7], [0.2, 0.1, 0.7]])

    scores = classification_scores(actual, predicted, shares, np.array(["a", "b", "c"]), None)

    assert scores["recall"] == pytest.approx(2 / 3)
    assert scores["f1"] == pytest.approx((1 + 0 + 0.8) / 3)
    assert scores["roc_auc"] == 1.0
    assert "brier" not in scores


def test_an_area_is_not_said_where_a_class_is_lacking():
    scores = classification_scores(np.array([0, 0]), np.array([0, 0]), shares_of(0.1, 0.2), np.array([0, 1]), 1)

    assert (scores["roc_auc"], scores["pr_auc"]) == (None, None)


@pytest.mark.parametrize(
    ("actual", "positive"),
    [
        ([0, 1, 1], 1),
        ([False, True, True], True),
        (["No", "Yes", "Yes"], "Yes"),
        (["ham", "ham", "spam"], "spam"),
        (["a", "a", "b", "b"], "b"),
        ([3, 3, 7], 7),
    ],
)
def test_the_positive_class_is_the_yes_or_the_rarer(actual, positive):
    assert positive_class(np.array(actual), np.unique(actual)) == positive


def test_areas_are_not_said_where_rows_hold_one_class_only():
    for label in (0, 1):
        actual = np.full(3, label)

        scores = classification_scores(actual, actual, shares_of(0.1, 0.6, 0.7), np.array([0, 1]), 1)

        assert (scores["roc_auc"], scores["pr_auc"]) == (None, None)
