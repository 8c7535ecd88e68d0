"""More than two classes, each against the rest; and how far probabilities can be taken at their word."""

from typing import Any

import numpy as np
from sklearn import metrics as sk

from ml.evaluation.plain import label, shorts, spread

MOST_CLASSES_DRAWN = 10
CALIBRATION_BINS = 10

_POINTS = 50


def one_vs_rest(actual: Any, shares: Any, classes: Any) -> dict[str, Any]:
    """Curves of the ten most frequent classes, each against all others, and their mean.

    Returns `{"classes": [{"label", "rows", "roc_auc", "pr_auc", "roc", "pr"}], "macro": {"classes", "roc_auc",
    "pr_auc", "roc"}}`: `roc` lists [false positive rate, true positive rate] and `pr` [recall, precision], at most 50
    points each; `macro` is of all `classes` that the rows have, each counting the same. Classes without a row, or
    that every row has, are left out.
    """
    rows = [(int(np.sum(actual == each)), place) for place, each in enumerate(classes.tolist())]
    there = [(count, place) for count, place in rows if 0 < count < len(actual)]
    each = {place: _curves(actual == classes[place], shares[:, place]) for _, place in there}
    most = sorted(there, key=lambda pair: (-pair[0], pair[1]))[:MOST_CLASSES_DRAWN]
    drawn = [{"label": label(classes[place]), "rows": count, **_drawn(each[place])} for count, place in most]
    return {"classes": drawn, "macro": _macro([*each.values()])}


def _curves(happened: Any, share: Any) -> dict[str, Any]:
    false, true, _ = sk.roc_curve(happened, share)
    precision, recall, _ = sk.precision_recall_curve(happened, share)
    return {
        "roc_auc": float(sk.auc(false, true)),
        "pr_auc": float(sk.average_precision_score(happened, share)),
        "roc": np.column_stack([false, true]),
        "pr": np.column_stack([recall, precision])[::-1],
    }


def _drawn(curve: dict[str, Any]) -> dict[str, Any]:
    return {
        "roc_auc": curve["roc_auc"],
        "pr_auc": curve["pr_auc"],
        "roc": _thinned(curve["roc"]),
        "pr": _thinned(curve["pr"]),
    }


def _macro(curves: list[dict[str, Any]]) -> dict[str, Any] | None:
    if not curves:
        return None
    at = np.linspace(0, 1, _POINTS)
    heights = np.mean([np.interp(at, *curve["roc"].T) for curve in curves], axis=0)
    return {
        "classes": len(curves),
        "roc_auc": float(np.mean([curve["roc_auc"] for curve in curves])),
        "pr_auc": float(np.mean([curve["pr_auc"] for curve in curves])),
        "roc": _thinned(np.column_stack([at, heights])),
    }


def _thinned(points: Any) -> list[list[float | None]]:
    """At most 50 of the points, the last one too."""
    places = [*spread(len(points) - 1, _POINTS - 1), len(points) - 1]
    return [shorts(points[place], 4) for place in places]


def calibration(happened: Any, share: Any) -> tuple[list[dict[str, Any]], float]:
    """What was said beside what came true, over up to ten bins of as many rows, and the mean distance of the two.

    Parameters
    ----------
    happened : boolean array of shape (rows,)
    share : float array of shape (rows,), the probability said of it

    Returns
    -------
    bins : `{"predicted", "actual", "rows"}`: mean share, share that happened, and rows; empty bins are left out
    error : expected calibration error in 0..1, the bins weighted by their rows (Naeini et al. 2015, AAAI)

    >>> calibration(np.array([False, True]), np.array([0.25, 0.75]))[1]
    0.25
    """
    edges = np.percentile(share, np.linspace(0, 100, CALIBRATION_BINS + 1))
    place = np.searchsorted(edges[1:-1], share)
    rows = np.bincount(place, minlength=CALIBRATION_BINS)
    there = rows > 0
    said = np.bincount(place, weights=share, minlength=CALIBRATION_BINS)[there] / rows[there]
    came = np.bincount(place, weights=happened, minlength=CALIBRATION_BINS)[there] / rows[there]
    bins = [
        {"predicted": short_said, "actual": short_came, "rows": int(count)}
        for short_said, short_came, count in zip(shorts(said), shorts(came), rows[there], strict=True)
    ]
    return bins, float(np.sum(rows[there] * np.abs(said - came)) / len(share))
