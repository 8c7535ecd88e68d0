import numpy as np
import pytest

from ml.evaluation.intervals import judges_of
from ml.evaluation.resampling import score_once
from ml.evaluation.scores import scores_of
from ml.evaluation.sums import AmountSums, ClassSums
from ml.schema import Task
from tests.ml.evaluation.factories import noisy_amounts, noisy_classes, three_labels


def test_sums_give_the_scores_of_amounts():
    rows = noisy_amounts()

    found = [score_once(judge) for judge in judges_of(Task.REGRESSION, rows)[:2]]

    scores, baseline = scores_of(Task.REGRESSION, rows)
    assert found[0] == pytest.approx(scores, abs=1e-9)
    assert found[1]["r2"] == pytest.approx(baseline["r2"], abs=1e-9)


@pytest.mark.parametrize(
    "rows",
    [
        noisy_classes(),
        noisy_classes(count=5),
        noisy_classes(count=5, rows=12),
        noisy_classes(positive=0),
        noisy_classes(shares=noisy_classes().shares.round(1)),
    ],
)
def test_sums_give_the_scores_of_classes(rows):
    found = [score_once(judge) for judge in judges_of(Task.CLASSIFICATION, rows)]

    for mine, scores in zip(found, scores_of(Task.CLASSIFICATION, rows), strict=True):
        assert mine == pytest.approx({key: score for key, score in scores.items() if score is not None}, abs=1e-9)


def test_a_class_the_model_never_saw_counts_in_the_sums_too():
    rows = three_labels()

    found = score_once(judges_of(Task.CLASSIFICATION, rows)[0])

    scores, _ = scores_of(Task.CLASSIFICATION, rows)
    assert found == pytest.approx({key: scores[key] for key in found}, abs=1e-9)
    assert scores.keys() - found.keys() == {"roc_auc", "pr_auc"}


def test_weights_count_as_rows_do():
    rows = noisy_classes(rows=30)
    twice = np.repeat(np.arange(30), np.arange(30) % 3)
    sides = (rows.actual, rows.predicted, rows.shares)

    weighted = ClassSums(*sides, rows.classes, 1)
    repeated = ClassSums(*(side[twice] for side in sides), rows.classes, 1)

    found = weighted.scores(weighted.columns @ (np.arange(30) % 3).astype(float)[:, None])
    assert {key: value[0] for key, value in found.items()} == pytest.approx(score_once(repeated), abs=1e-12)


def test_what_is_not_defined_is_not_a_number():
    found = score_once(AmountSums(np.array([0.0, 0.0]), np.array([1.0, 2.0])))

    assert found == pytest.approx({"r2": np.nan, "rmse": 2.5**0.5, "mae": 1.5, "mse": 2.5, "mape": np.nan}, nan_ok=True)
