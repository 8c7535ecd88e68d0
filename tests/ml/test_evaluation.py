import json

import numpy as np
import pytest

from ml.evaluation import (
    HeldOut,
    amount,
    classification_scores,
    classification_sentence,
    evaluate,
    positive_class,
    regression_scores,
    regression_sentence,
)
from ml.schema import Task


def shares_of(*probabilities):
    return np.array([[1 - each, each] for each in probabilities])


def held_out_amounts(rows=4, error=1.0):
    actual = np.arange(rows, dtype=float)
    return HeldOut(
        actual=actual,
        predicted=actual + error,
        baseline=np.full(rows, actual.mean()),
        middle=np.full(rows, 1.0),
        rows_train=16,
        metric="mae",
    )


def held_out_classes():
    return HeldOut(
        actual=np.array(["yes", "no", "no", "maybe"], dtype=object),
        predicted=np.array(["yes", "no", "yes", "no"], dtype=object),
        shares=shares_of(0.9, 0.1, 0.8, 0.4),
        baseline=np.array(["no"] * 4, dtype=object),
        baseline_shares=shares_of(0.25, 0.25, 0.25, 0.25),
        classes=np.array(["no", "yes"], dtype=object),
        positive="yes",
        rows_train=16,
        metric="accuracy",
    )


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


def test_a_class_the_model_never_saw_counts_as_wrong():
    metrics, evaluation = evaluate(Task.CLASSIFICATION, held_out_classes())

    assert metrics["accuracy"] == 0.5
    assert evaluation["confusion"] == {
        "labels": ["maybe", "no", "yes"],
        "matrix": [[0, 1, 0], [0, 1, 1], [0, 0, 1]],
    }


def test_every_score_stands_beside_the_baseline():
    metrics, evaluation = evaluate(Task.CLASSIFICATION, held_out_classes())

    assert metrics["baseline"]["accuracy"] == 0.5
    assert metrics["baseline"].keys() == metrics.keys() - {"baseline"}
    assert (evaluation["score"], evaluation["baseline_score"], evaluation["better"]) == (0.5, 0.5, "higher")


def test_an_evaluation_of_amounts_is_whole_and_fit_for_json():
    metrics, evaluation = evaluate(Task.REGRESSION, held_out_amounts())

    assert json.loads(json.dumps([metrics, evaluation], allow_nan=False)) == [metrics, evaluation]
    assert evaluation["predicted_vs_actual"][3] == {"actual": 3.0, "predicted": 4.0}
    assert evaluation["residuals"] == {"edges": [-1.0, -1.0], "counts": [4]}
    assert evaluation["sentence"] == (
        "Off by 1.00 on average on 4 rows it had not seen; always answering the middle value is off by 1.00. "
        "It is no better than that."
    )


def test_long_tables_show_300_points_spread_evenly():
    _, evaluation = evaluate(Task.REGRESSION, held_out_amounts(rows=1000))

    points = [point["actual"] for point in evaluation["predicted_vs_actual"]]
    assert (len(points), points[:3], points[-1]) == (300, [0.0, 3.0, 6.0], 996.0)


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


def test_sentences_own_up_when_nothing_was_learnt():
    assert classification_sentence(10, 6, True, 6) == (
        "Right for 6 of 10 rows it had not seen; always answering true is right for 6. It is no better than that."
    )
    assert regression_sentence(10, None, None) == (
        "Its errors on 10 rows it had not seen are too large to be averaged."
    )


@pytest.mark.parametrize(
    ("value", "written"), [(94.16, "94.2"), (0.4612, "0.461"), (100.4, "100"), (999.6, "1,000"), (1e-9, "1e-09")]
)
def test_amounts_are_written_with_three_digits(value, written):
    assert amount(value) == written
