import json

import numpy as np
import pytest

from ml.evaluation import HeldOut, cheapest, evaluate, roc_points
from ml.schema import Task
from tests.ml.evaluation.factories import amounts, noisy_amounts, noisy_classes, three_labels, visited_amounts


def test_a_class_the_model_never_saw_counts_as_wrong():
    metrics, evaluation = evaluate(Task.CLASSIFICATION, three_labels())

    assert metrics["accuracy"] == 0.5
    assert evaluation["confusion"] == {
        "labels": ["maybe", "no", "yes"],
        "matrix": [[0, 1, 0], [0, 1, 1], [0, 0, 1]],
    }


def test_every_score_stands_beside_the_baseline():
    metrics, evaluation = evaluate(Task.CLASSIFICATION, three_labels())

    assert metrics["baseline"]["accuracy"] == 0.5
    assert metrics["baseline"].keys() == metrics.keys() - {"baseline"}
    assert (evaluation["score"], evaluation["baseline_score"], evaluation["better"]) == (0.5, 0.5, "higher")


def test_an_evaluation_of_amounts_is_whole():
    _, evaluation = evaluate(Task.REGRESSION, amounts())

    assert evaluation["predicted_vs_actual"][3] == {"actual": 3.0, "predicted": 4.0}
    assert evaluation["residuals"] == {"edges": [-1.0, -1.0], "counts": [4]}
    assert evaluation["worst_rows"][0] == {"row": None, "actual": 0.0, "predicted": 1.0}
    assert evaluation["sentence"] == (
        "Off by 1.00 on average on 4 rows it had not seen; always answering the middle value is off by 1.00. "
        "It is no better than that."
    )


@pytest.mark.parametrize(
    ("task", "rows"),
    [
        (Task.REGRESSION, noisy_amounts(rows=5000)),
        (Task.REGRESSION, noisy_amounts(rows=60, parts=np.arange(60) % 3, places=np.arange(60))),
        (Task.REGRESSION, amounts(predicted=np.array([1e200, -1e200, 1e308, 0]))),
        (Task.CLASSIFICATION, noisy_classes(rows=5000, learnt=noisy_classes(rows=500))),
        (Task.CLASSIFICATION, noisy_classes(rows=5000, count=30)),
        (Task.CLASSIFICATION, noisy_classes(rows=3, count=3)),
        (Task.CLASSIFICATION, noisy_classes(rows=60, count=3, parts=np.arange(60) % 30)),
        (Task.CLASSIFICATION, three_labels()),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::sklearn.exceptions.UndefinedMetricWarning")
def test_an_evaluation_is_fit_for_json_and_short(task, rows):
    found = [*evaluate(task, rows)]

    written = json.dumps(found, allow_nan=False)
    assert json.loads(written) == found
    assert len(written) < 60_000


def test_two_classes_can_be_read_at_every_threshold():
    _, evaluation = evaluate(Task.CLASSIFICATION, noisy_classes(rows=300))

    table = evaluation["thresholds"]
    place = table["at"].index(evaluation["threshold_used"])
    matrix = [[table["tn"][place], table["fp"][place]], [table["fn"][place], table["tp"][place]]]
    assert matrix == evaluation["confusion"]["matrix"]
    assert roc_points(table)[-1] == (1, 1)
    assert cheapest(table, 1, 1)["cost"] <= matrix[0][1] + matrix[1][0]
    assert evaluation["calibration_of"] == "positive"


def test_more_classes_stand_against_the_rest():
    _, evaluation = evaluate(Task.CLASSIFICATION, noisy_classes(rows=300, count=3))

    assert "thresholds" not in evaluation
    assert len(evaluation["one_vs_rest"]["classes"]) == 3
    assert evaluation["calibration_of"] == "confidence"


def test_folds_are_said_to_be_pooled():
    rows = noisy_classes(rows=300, parts=np.arange(300) % 5, places=np.arange(300) % 150)

    metrics, evaluation = evaluate(Task.CLASSIFICATION, rows)

    assert (evaluation["interval_method"], evaluation["folds"], evaluation["pooled"]) == ("folds", 5, True)
    assert metrics["accuracy"] == pytest.approx(np.mean(evaluation["fold_scores"]))
    assert sum(map(sum, evaluation["confusion"]["matrix"])) == 300


def test_the_same_rows_are_judged_the_same():
    rows = noisy_classes(rows=300)

    assert evaluate(Task.CLASSIFICATION, rows) == evaluate(Task.CLASSIFICATION, rows)


def test_folds_with_usual_classes_of_their_own_name_none():
    actual = np.tile(["a", "b"], 40)
    rows = HeldOut(
        actual=actual,
        predicted=actual,
        shares=np.eye(2)[(actual == "b").astype(int)],
        baseline=np.where(actual == "a", "b", "a"),
        baseline_shares=np.full((80, 2), 0.5),
        classes=np.array(["a", "b"]),
        positive="b",
        parts=np.tile([0, 1], 40),
        rows_train=40,
        metric="accuracy",
    )

    _, evaluation = evaluate(Task.CLASSIFICATION, rows)

    assert "; always answering the usual class of the other folds is right for 0." in evaluation["sentence"]


def test_what_was_drawn_is_said():
    _, by_groups = evaluate(Task.REGRESSION, visited_amounts(people=8))
    _, too_few = evaluate(Task.REGRESSION, visited_amounts(people=3))
    _, by_rows = evaluate(Task.REGRESSION, noisy_amounts())

    assert [each["groups"] for each in (by_groups, too_few, by_rows)] == [8, 3, None]
    assert [{*each["intervals"]} >= {"mae"} for each in (by_groups, too_few, by_rows)] == [True, False, True]
    assert too_few["gain"]["interval"] is None
