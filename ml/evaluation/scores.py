"""The scores themselves, those of scikit-learn where it has them. Every number that leaves here is finite or None."""

import math
from typing import Any

import numpy as np
from sklearn import metrics as sk

from ml.evaluation.held_out import HeldOut
from ml.schema import Task
from ml.values import TRUE_WORDS

Scores = dict[str, float | None]


def regression_scores(actual: Any, predicted: Any) -> Scores:
    """Score amounts: r2, rmse, mae, mse and mape (a share: 0.1 is 10 %).

    Parameters
    ----------
    actual, predicted : float arrays of shape (rows,)

    Returns
    -------
    dict of score by name; r2 is None for fewer than two rows or where `actual` never changes, and mape is
    None where `actual` has a zero, which would make it endless.

    >>> regression_scores(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0]))["mae"]
    0.3333333333333333
    """
    mse = float(sk.mean_squared_error(actual, predicted))
    defined = len(actual) > 1 and bool(np.ptp(actual) > 0)
    return _finite(
        {
            "r2": float(sk.r2_score(actual, predicted)) if defined else None,
            "rmse": math.sqrt(mse),
            "mae": float(sk.mean_absolute_error(actual, predicted)),
            "mse": mse,
            "mape": float(np.mean(np.abs((actual - predicted) / actual))) if np.all(actual) else None,
        }
    )


def classification_scores(actual: Any, predicted: Any, shares: Any, classes: Any, positive: Any) -> Scores:
    """Score classes by all that `ml.metrics` lists, pr_auc and brier only where there are two.

    With two classes, f1, precision, recall, pr_auc and brier are those of the `positive` one; with more, f1,
    precision and recall are macro means (each class counts the same) and roc_auc the macro mean of each class
    against the rest.

    Parameters
    ----------
    actual, predicted : arrays of classes of shape (rows,); `actual` may hold classes the model never saw
    shares : float array of shape (rows, classes), rows adding up to 1
    classes : the classes of the columns of `shares`, sorted
    positive : the class looked for among two; ignored otherwise

    Returns
    -------
    dict of score by name; roc_auc and pr_auc are None where the rows lack a class they need.

    >>> shares = np.array([[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]])
    >>> actual, predicted = np.array([0, 1, 1]), np.array([0, 1, 0])
    >>> scores = classification_scores(actual, predicted, shares, np.array([0, 1]), 1)
    >>> scores["recall"], scores["roc_auc"], round(scores["brier"], 3)
    (0.5, 1.0, 0.22)
    """
    present = {*actual.tolist()}
    two = len(classes) == 2 and present <= {*classes.tolist()}
    average: dict[str, Any] = {"average": "binary", "pos_label": positive} if two else {"average": "macro"}
    precision, recall, f1, _ = sk.precision_recall_fscore_support(actual, predicted, **average, zero_division=0)
    recalls = [float(np.mean(predicted[actual == each] == each)) for each in sorted(present)]
    scores: Scores = {
        "accuracy": float(np.mean(actual == predicted)),
        "balanced_accuracy": float(np.mean(recalls)),
        "f1": float(f1),
        "precision": float(precision),
        "recall": float(recall),
        "roc_auc": _roc_auc(actual, shares, classes, positive),
        "log_loss": float(np.mean(surprise(given_to_actual(actual, shares, classes)))),
    }
    if len(classes) == 2:
        share = shares[:, classes.tolist().index(positive)]
        happened = actual == positive
        both = happened.any() and not happened.all()
        scores["pr_auc"] = float(sk.average_precision_score(happened, share)) if both else None
        scores["brier"] = float(np.mean((share - happened) ** 2))
    return _finite(scores)


def positive_class(actual: Any, classes: Any) -> Any:
    """Choose which of two classes is the one looked for: the yes of yes and no, else the rarer in `actual`.

    >>> positive_class(np.array(["ham", "ham", "spam"]), np.array(["ham", "spam"]))
    'spam'
    >>> positive_class(np.array([1, 1, 0]), np.array([0, 1]))
    1
    """
    first, second = classes.tolist()
    said = [str(each).lower() in TRUE_WORDS for each in (first, second)]
    if said[0] != said[1]:
        return first if said[0] else second
    return first if np.sum(actual == first) < np.sum(actual == second) else second


def scores_of(task: Task, rows: HeldOut) -> tuple[Scores, Scores]:
    """The scores of the model and of the answer that ignores the inputs, on the same rows."""
    if task is Task.CLASSIFICATION:
        sides = ((rows.predicted, rows.shares), (rows.baseline, rows.baseline_shares))
        found = [classification_scores(rows.actual, *side, rows.classes, rows.positive) for side in sides]
        return found[0], found[1]
    baseline = regression_scores(rows.actual, rows.baseline)
    middle = regression_scores(rows.actual, rows.middle)
    # Each score is held against the constant best for it: the mean for squares, the median for distances.
    return regression_scores(rows.actual, rows.predicted), baseline | {key: middle[key] for key in ("mae", "mape")}


def _roc_auc(actual: Any, shares: Any, classes: Any, positive: Any) -> float | None:
    if {*actual.tolist()} != {*classes.tolist()}:
        return None
    if len(classes) == 2:
        return float(sk.roc_auc_score(actual == positive, shares[:, classes.tolist().index(positive)]))
    return float(sk.roc_auc_score(actual, shares, multi_class="ovr", average="macro", labels=classes))


def given_to_actual(actual: Any, shares: Any, classes: Any) -> Any:
    """The share given to what happened, of shape (rows,): 0 for a class the model never saw."""
    places = {label: place for place, label in enumerate(classes.tolist())}
    column = np.array([places.get(label, -1) for label in actual.tolist()], dtype=np.intp)
    return np.where(column >= 0, shares[np.arange(len(actual)), column], 0.0)


def surprise(given: Any) -> Any:
    """-log of each share; a share of zero counts as the step of a float64."""
    step = np.finfo(np.float64).eps
    return -np.log(np.clip(given, step, 1 - step))


def _finite(scores: Scores) -> Scores:
    return {key: value if value is not None and math.isfinite(value) else None for key, value in scores.items()}
