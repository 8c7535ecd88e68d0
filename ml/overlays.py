"""Curves of several models to be drawn over each other, from the rows that each has held out (`ml.comparing`)."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from ml.evaluation.plain import short, shorts

GRID = 101

_REACH = 0.95  # errors are drawn as far as the widest model needs for so many of its rows
_MOST_BINS = 41


def macro_curves(path: Path, classes: Sequence[Any]) -> dict[str, Any] | None:
    """Each class against the rest, averaged over the classes: a ROC and a precision-recall curve.

    Every class counts the same. ROC: the mean share of cases found at each of 101 shares of false alarms (vertical
    averaging, Fawcett 2006, Pattern Recognition Letters 27, section 8.1). Precision and recall: the mean precision at
    each of 101 recalls, that of the first threshold to reach it, as a straight line between two would flatter (Davis
    and Goadrich 2006, ICML).

    Returns `{"rows", "classes", "roc", "roc_auc", "pr", "pr_auc"}` for a file of held-out rows: `classes` counts those
    averaged, which are all that some rows have and others have not; `roc` and `pr` list (x, y). None without any.
    """
    with pq.ParquetFile(path) as file:
        places = pd.Index(classes).get_indexer(file.read(["actual"])["actual"].to_pandas())
        found = []
        for place in range(len(classes)):
            happened = places == place
            if happened.any() and not happened.all():
                share = file.read([f"p{place}"])[f"p{place}"].to_numpy()
                found.append(_one_class(np.sort(share[happened]), np.sort(share[~happened])))
    if not found:
        return None
    mean = {key: np.mean([each[key] for each in found], axis=0) for key in found[0]}
    grid = np.linspace(0, 1, GRID)
    return {
        "rows": len(places),
        "classes": len(found),
        "roc": [(0.0, 0.0), *_points(grid, mean["roc"])],
        "roc_auc": short(mean["roc_auc"]),
        "pr": _points(grid, mean["pr"]),
        "pr_auc": short(mean["pr_auc"]),
    }


def _one_class(cases: Any, others: Any) -> dict[str, Any]:
    """Both curves of one class on the grid, from the shares given to its cases and to all others, each sorted."""
    precision = _precision(cases, others, cases)
    below = (np.searchsorted(others, cases, side="left") + np.searchsorted(others, cases, side="right")) / 2
    return {
        "roc": _found_at(cases, others),
        "roc_auc": float(np.mean(below)) / len(others),
        "pr": precision[len(cases) - _needed(len(cases))],
        "pr_auc": float(np.mean(precision)),
    }


def _found_at(cases: Any, others: Any) -> Any:
    """The share of the cases found at each share of false alarms on the grid; between thresholds on a straight line."""
    wanted = np.linspace(0, len(others), GRID)
    at = others[len(others) - np.clip(np.ceil(wanted).astype(int), 1, len(others))]
    false, true = (
        [(len(column) - np.searchsorted(column, at, side=side)) for side in ("right", "left")]
        for column in (others, cases)
    )
    along = (wanted - false[0]) / (false[1] - false[0])
    return (true[0] + along * (true[1] - true[0])) / len(cases)


def _needed(cases: int) -> Any:
    """How many cases must be found for each recall on the grid; of recall 0 the first."""
    return np.clip(np.ceil(np.linspace(0, 1, GRID) * cases - 1e-9).astype(int), 1, cases)


def _precision(cases: Any, others: Any, at: Any) -> Any:
    """Of the rows with a share of at least each of `at`, the share that are cases."""
    hits = len(cases) - np.searchsorted(cases, at, side="left")
    return hits / (hits + len(others) - np.searchsorted(others, at, side="left"))


def error_curves(paths: Sequence[Path]) -> dict[str, Any] | None:
    """How far amounts are off, for models of the same target: both pictures on one scale for all.

    `within`: the share of rows whose absolute error is at most x (regression error characteristic, Bi and Bennett
    2003, ICML), at 101 errors from 0 to `furthest`, where the widest model has 95 % of its rows. `spread`: the share
    of rows whose error, actual less predicted, lies in each bin of one width from -`furthest` to `furthest`, at the
    middle of the bin; the fewer rows, the fewer bins (at most 41), the middle one around 0.

    Returns `{"furthest", "lines": [{"rows", "within", "spread", "median", "mean"}]}` for files of held-out rows, in
    their order: `median` of the absolute errors, `mean` of the errors. None where no model is off at all.
    """
    errors = [_errors(path) for path in paths]
    distances = [np.sort(np.abs(each)) for each in errors]
    furthest = max((float(np.quantile(each, _REACH)) for each in distances if len(each)), default=0.0)
    furthest = furthest or max((float(each[-1]) for each in distances if len(each)), default=0.0)
    if not 0 < furthest < np.inf:
        return None
    bins = _bins(min(map(len, errors)))
    lines = [_off(error, distance, furthest, bins) for error, distance in zip(errors, distances, strict=True)]
    return {"furthest": furthest, "lines": lines}


def _errors(path: Path) -> Any:
    table = pd.read_parquet(path, columns=["actual", "prediction"]).astype(np.float64)
    return (table["actual"] - table["prediction"]).to_numpy()


def _bins(rows: int) -> int:
    """As many as Rice's rule has, 2 cube roots of the rows, made odd."""
    return min(2 * round(math.cbrt(rows)) + 1, _MOST_BINS)


def _off(errors: Any, distances: Any, furthest: float, bins: int) -> dict[str, Any]:
    rows = max(len(errors), 1)
    grid = np.linspace(0, furthest, GRID)
    counts, _ = np.histogram(errors, bins, (-furthest, furthest))
    middles = furthest * (2 * np.arange(bins) + 1 - bins) / bins
    return {
        "rows": len(errors),
        "within": _points(grid, np.searchsorted(distances, grid, side="right") / rows),
        "spread": _points(middles, counts / rows),
        "median": short(np.median(distances)) if len(errors) else None,
        "mean": short(np.mean(errors)) if len(errors) else None,
    }


def _points(across: Any, up: Any) -> list[tuple[float | None, float | None]]:
    return list(zip(shorts(across), shorts(up, 4), strict=True))
