"""A look at a column of numbers or dates, in arrays."""

import math
from typing import Any

import numpy as np

from ml.tables.bins import Bins, equal_bins
from ml.tables.disguised import SUSPECTS, Rest
from ml.tables.distinct import Distinct, distinct
from ml.tables.looks import INNER, OUTER, QUANTILES, TOP_VALUES, Gaps, Histogram, Look, Spread

# The squares of larger numbers leave the range of a double, so these are scaled down first.
_LARGE = 1e140
_SUSPECTS = {
    kind: values.cast("int64").to_numpy() if kind == "TIMESTAMP" else values.to_numpy()
    for kind, values in SUSPECTS.items()
    if kind != "VARCHAR"
}
_DATES = dict(zip(_SUSPECTS["TIMESTAMP"].tolist(), SUSPECTS["TIMESTAMP"].to_pylist(), strict=True))
MEASURED = frozenset(_SUSPECTS)


def measured(numbers: Any, kind: str) -> Look:
    """The look of a column stored as `kind`, one of `MEASURED`; `numbers` are its values but for what is missing.

    An array of shape (rows,): int64, or float64 for DOUBLE; dates in microseconds since 1970.
    """
    if not len(numbers):
        return Look(kind=kind)
    values = distinct(numbers)
    suspected = values.found(_SUSPECTS[kind])
    dates = _DATES if kind == "TIMESTAMP" else {}
    spread = _spread(values)
    return Look(
        kind=kind,
        present=values.rows,
        unique=len(values.values),
        low=spread.low,
        high=spread.high,
        most_frequent=values.most_frequent(TOP_VALUES),
        suspected=[(dates.get(value, value), count) for value, count in _by_frequency(suspected)],
        rest=_rest(values, suspected),
        spread=spread,
        histogram=_histogram(values, spread, whole=kind == "BIGINT"),
        gaps=_gaps(values) if kind == "TIMESTAMP" else None,
    )


def _by_frequency(values: Distinct) -> list[tuple[Any, int]]:
    return sorted(values.pairs(), key=lambda one: -one[1])


def _rest(values: Distinct, suspected: Distinct) -> Rest | None:
    """What is left but for those suspected, None where nothing is."""
    unique = len(values.values) - len(suspected.values)
    if not unique:
        return None
    without = set(suspected.values.tolist())
    # At each end at most as many as are suspected stand before the first that is not.
    low = next(value for value in values.values[: len(without) + 1].tolist() if value not in without)
    high = next(value for value in values.values[: -len(without) - 2 : -1].tolist() if value not in without)
    return Rest(low, high, unique, values.rows - int(suspected.counts.sum()))


def _spread(values: Distinct) -> Spread:
    low, high = values.values[0].item(), values.values[-1].item()
    scale = _scale(low, high)
    mean, std = _mean_and_deviation(values.floats if scale == 1.0 else values.floats / scale, values)
    return Spread(low, high, _scaled(mean, scale), _scaled(std, scale), [_quantile(values, q) for q in QUANTILES])


def _mean_and_deviation(numbers: Any, values: Distinct) -> tuple[float, float | None]:
    """The mean, and the standard deviation with n - 1, which one row has not."""
    counts = values.counts.astype(np.float64)
    mean = float(numbers @ counts) / values.rows
    mean += float((numbers - mean) @ counts) / values.rows  # what rounding took, where large numbers cancel out
    if values.rows == 1:
        return mean, None
    return mean, math.sqrt(float((numbers - mean) ** 2 @ counts) / (values.rows - 1))


def _quantile(values: Distinct, share: float) -> float:
    """Linear between neighbours, as pandas has it."""
    place = (values.rows - 1) * share
    row = math.floor(place)
    first, part = values.at(row), place - row
    second = values.at(row + 1) if part else first
    if first == second:
        return float(first)
    between: float = first + (second - first) * part
    # The distance of the two may be beyond the largest double.
    return between if math.isfinite(between) else float(first * (1 - part) + second * part)


def _histogram(values: Distinct, spread: Spread, *, whole: bool) -> Histogram:
    bins = equal_bins(spread.low, spread.high, whole=whole)
    return Histogram(bins, _by_bins(values, bins), *(_outside(values, spread, fence) for fence in (INNER, OUTER)))


def _by_bins(values: Distinct, bins: Bins) -> list[int]:
    ends = np.concatenate(([0], values.rows_below(bins.edges[1:-1]), [values.rows]))
    counts: list[int] = np.diff(ends).tolist()
    return counts


def _outside(values: Distinct, spread: Spread, distance: float) -> int:
    fences = spread.fences(distance)
    return 0 if fences is None else int(values.rows_below([fences[0]])[0]) + values.rows_above(fences[1])


def _gaps(values: Distinct) -> Gaps | None:
    """None where there are less than two different dates."""
    if len(values.values) < 2:
        return None
    steps = np.diff(values.values)
    longest = int(steps.argmax())  # the first of several
    ((usual, count),) = distinct(steps).most_frequent(1)
    return Gaps(int(steps[longest]), int(values.values[longest + 1]), usual, count / len(steps))


def _scale(low: float, high: float) -> float:
    """A power of two (so that dividing by it loses nothing) near the largest value, 1 for usual ones."""
    largest = max(abs(low), abs(high))
    return 1.0 if largest < _LARGE else 2.0 ** (math.frexp(largest)[1] - 1)


def _scaled(value: float | None, scale: float) -> float | None:
    """None also where the true value is beyond the largest double."""
    return None if value is None or not math.isfinite(value * scale) else value * scale
