"""How good a model is on rows it has not seen, beside the best answer that ignores the inputs.

Every number that leaves here is finite or None. Scores are those of scikit-learn where it has them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn import metrics as sk

from ml.metrics import METRICS
from ml.schema import Task
from ml.values import TRUE_WORDS

Scores = dict[str, float | None]

MOST_POINTS = 300
MOST_CONFUSED = 30
BINS = 20


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
        "log_loss": _log_loss(actual, shares, classes),
    }
    if len(classes) == 2:
        share = shares[:, classes.tolist().index(positive)]
        happened = actual == positive
        scores["pr_auc"] = float(sk.average_precision_score(happened, share)) if happened.any() else None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """The rows a model has not seen: what was, what the model says and what the constant answer says.

    `baseline` and `baseline_shares` come from a dummy fitted on the training rows: the mean and, for absolute
    errors, `middle`, the median; or the most frequent class and the classes' shares.

    `parts` numbers the fold each row was predicted in, None where one part was held out; `places` are the rows'
    places in the table; `learnt` is what the model says of (a sample of) the rows it has learnt from.
    """

    actual: Any
    predicted: Any
    baseline: Any
    rows_train: int
    metric: str
    middle: Any = None
    shares: Any = None
    baseline_shares: Any = None
    classes: Any = None
    positive: Any = None
    parts: Any = None
    places: Any = None
    learnt: "HeldOut | None" = None


def evaluate(task: Task, rows: HeldOut) -> tuple[dict[str, Any], dict[str, Any]]:
    """Work out `(metrics, evaluation)`, both fit for JSON.

    `metrics` holds the scores by name and, under "baseline", the same of the answer that ignores the inputs;
    `evaluation` what a page shows: the rows counted, the chosen score, a sentence, and either the confusion
    matrix or points and residuals.
    """
    judged = _regression(rows) if task is Task.REGRESSION else _classification(rows)
    scores, baseline, evaluation = judged
    summary = {
        "rows_train": rows.rows_train,
        "rows_test": len(rows.actual),
        "metric": rows.metric,
        "score": scores.get(rows.metric),
        "baseline_score": baseline.get(rows.metric),
        "better": METRICS[rows.metric].better,
    }
    return {**scores, "baseline": baseline}, {**summary, **evaluation}


def _regression(rows: HeldOut) -> tuple[Scores, Scores, dict[str, Any]]:
    scores = regression_scores(rows.actual, rows.predicted)
    baseline = regression_scores(rows.actual, rows.baseline)
    middle = regression_scores(rows.actual, rows.middle)
    # Each score is held against the constant best for it: the mean for squares, the median for distances.
    baseline |= {"mae": middle["mae"], "mape": middle["mape"]}
    picked = _spread(len(rows.actual), MOST_POINTS)
    return (
        scores,
        baseline,
        {
            "sentence": regression_sentence(len(rows.actual), scores["mae"], middle["mae"]),
            "predicted_vs_actual": [
                {"actual": float(rows.actual[at]), "predicted": float(rows.predicted[at])} for at in picked
            ],
            "residuals": _histogram(rows.actual - rows.predicted),
        },
    )


def _classification(rows: HeldOut) -> tuple[Scores, Scores, dict[str, Any]]:
    scores = classification_scores(rows.actual, rows.predicted, rows.shares, rows.classes, rows.positive)
    baseline = classification_scores(rows.actual, rows.baseline, rows.baseline_shares, rows.classes, rows.positive)
    labels = sorted({*rows.actual.tolist(), *rows.classes.tolist()})
    right, always_right = (
        int(np.sum(rows.predicted == rows.actual)),
        int(np.sum(rows.baseline == rows.actual)),
    )
    evaluation: dict[str, Any] = {
        "sentence": classification_sentence(len(rows.actual), right, rows.baseline[0], always_right),
        "positive": rows.positive,
    }
    if len(labels) <= MOST_CONFUSED:
        matrix = sk.confusion_matrix(rows.actual, rows.predicted, labels=labels)
        evaluation["confusion"] = {"labels": labels, "matrix": matrix.tolist()}
    return scores, baseline, evaluation


def classification_sentence(rows: int, right: int, usual: Any, usual_right: int) -> str:
    """Say in counts how often a model is right.

    >>> classification_sentence(179, 147, 0, 110)
    'Right for 147 of 179 rows it had not seen; always answering 0 is right for 110.'
    """
    said = str(usual).lower() if isinstance(usual, bool | np.bool_) else str(usual)
    verdict = "" if right > usual_right else " It is no better than that."
    return (
        f"Right for {right:,} of {rows:,} rows it had not seen; "
        f"always answering {said} is right for {usual_right:,}.{verdict}"
    )


def regression_sentence(rows: int, off: float | None, usual_off: float | None) -> str:
    """Say how far off a model is on average, in the target's own unit.

    >>> regression_sentence(10788, 352.4, 2742.8)
    'Off by 352 on average on 10,788 rows it had not seen; always answering the middle value is off by 2,743.'
    """
    if off is None or usual_off is None:
        return f"Its errors on {rows:,} rows it had not seen are too large to be averaged."
    verdict = "" if off < usual_off else " It is no better than that."
    return (
        f"Off by {amount(off)} on average on {rows:,} rows it had not seen; "
        f"always answering the middle value is off by {amount(usual_off)}.{verdict}"
    )


def amount(value: float) -> str:
    """Write an amount with three digits, or all those before the point.

    >>> amount(2742.8), amount(3.14159), amount(0.00123456), amount(0.0), amount(1e20)
    ('2,743', '3.14', '0.00123', '0', '1e+20')
    """
    if abs(value) >= 1e15 or 0 < abs(value) < 1e-6:
        return f"{value:.3g}"
    if abs(value) >= 100 or value == 0:
        return f"{value:,.0f}"
    places = 2 - math.floor(math.log10(abs(value)))
    return f"{value:.{places}f}"


def _roc_auc(actual: Any, shares: Any, classes: Any, positive: Any) -> float | None:
    if {*actual.tolist()} != {*classes.tolist()}:
        return None
    if len(classes) == 2:
        return float(sk.roc_auc_score(actual == positive, shares[:, classes.tolist().index(positive)]))
    return float(sk.roc_auc_score(actual, shares, multi_class="ovr", average="macro", labels=classes))


def _log_loss(actual: Any, shares: Any, classes: Any) -> float:
    """Mean of -log of the share given to what happened; a share of zero counts as the step of a float64."""
    places = {label: place for place, label in enumerate(classes.tolist())}
    column = np.array([places.get(label, -1) for label in actual.tolist()])
    given = np.where(column >= 0, shares[np.arange(len(actual)), column], 0.0)
    step = np.finfo(np.float64).eps
    return float(np.mean(-np.log(np.clip(given, step, 1 - step))))


def _histogram(errors: Any) -> dict[str, list[float]]:
    low, high = float(errors.min()), float(errors.max())
    if high - low <= 1e-9 * max(abs(low), abs(high)):  # too narrow to be cut into bins of different edges
        return {"edges": [low, high], "counts": [len(errors)]}
    counts, edges = np.histogram(errors, bins=BINS)
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def _spread(rows: int, most: int) -> Sequence[int]:
    """Choose at most `most` positions, evenly spread: held-out rows are shuffled already."""
    return range(rows) if rows <= most else [place * rows // most for place in range(most)]


def _finite(scores: Scores) -> Scores:
    return {key: value if value is not None and math.isfinite(value) else None for key, value in scores.items()}
