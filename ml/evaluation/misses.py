"""Where a model goes wrong: points to draw, residuals, and the rows it misses most."""

from typing import Any

import numpy as np

from ml.evaluation.held_out import HeldOut
from ml.evaluation.plain import label, short, spread

MOST_POINTS = 300
WORST_ROWS = 10

_BINS = 20


def points(rows: HeldOut) -> dict[str, Any]:
    """`predicted_vs_actual` and `residuals_by_prediction`: the same rows, at most 300, evenly spread."""
    picked = [(rows.actual[at], rows.predicted[at]) for at in spread(len(rows.actual), MOST_POINTS)]
    return {
        "predicted_vs_actual": [{"actual": short(was), "predicted": short(said)} for was, said in picked],
        "residuals_by_prediction": [{"predicted": short(said), "residual": short(was - said)} for was, said in picked],
    }


def histogram(errors: Any) -> dict[str, list[float]]:
    """Residuals in up to 20 bins of one width as `{"edges", "counts"}`."""
    errors = errors[np.isfinite(errors)]
    if not len(errors):
        return {"edges": [], "counts": []}
    low, high = float(errors.min()), float(errors.max())
    if high - low <= 1e-9 * max(abs(low), abs(high)):  # too narrow to be cut into bins of different edges
        return {"edges": [low, high], "counts": [len(errors)]}
    counts, edges = np.histogram(errors, bins=_BINS)
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def largest_misses(rows: HeldOut) -> list[dict[str, Any]]:
    """The ten rows furthest off, the worst first, as `{"row", "actual", "predicted"}`."""
    order = _first_of_each(rows, np.argsort(-np.abs(rows.actual - rows.predicted), kind="stable"))
    return [
        {"row": _place(rows, at), "actual": short(rows.actual[at]), "predicted": short(rows.predicted[at])}
        for at in order
    ]


def surest_misses(rows: HeldOut) -> list[dict[str, Any]]:
    """The ten rows most confidently wrong as `{"row", "actual", "predicted", "confidence"}`."""
    confidence = rows.shares.max(axis=1)
    wrong = np.flatnonzero(rows.actual != rows.predicted)
    order = _first_of_each(rows, wrong[np.argsort(-confidence[wrong], kind="stable")])
    return [
        {
            "row": _place(rows, at),
            "actual": label(rows.actual[at]),
            "predicted": label(rows.predicted[at]),
            "confidence": short(confidence[at], 4),
        }
        for at in order
    ]


def _first_of_each(rows: HeldOut, order: Any) -> Any:
    """The first ten positions, none of a row that is there already: repeats predict a row several times."""
    if rows.places is not None:
        _, first = np.unique(rows.places[order], return_index=True)
        order = order[np.sort(first)]
    return order[:WORST_ROWS]


def _place(rows: HeldOut, at: int) -> int | None:
    return None if rows.places is None else int(rows.places[at])
