"""The figures of pictures of two columns of a sample: points, squares, boxes, shares and means by period.

Each takes the rows in which both columns have a value as `known`, booleans of shape (rows,); everything returned is
JSON-ready, dates as ISO strings. `ml.tables.pairing` tells what each one holds.
"""

from datetime import datetime
from typing import Any

import numpy as np

from ml.schema import Column, Dtype
from ml.tables.sampling import SampledColumn
from ml.values import LARGEST

SQUARES = (40, 16)  # at most, across and up
MOST_LEVELS, MOST_LEVELS_ACROSS = 12, 8
MOST_PERIODS = 80

# Outliers are left out of a picture that they would stretch to so many times the width of the middle 99%.
_STRETCHED = 4
_MIDDLE = (0.005, 0.995)
_BOX = {"min": 0.0, "q1": 0.25, "median": 0.5, "q3": 0.75, "max": 1.0}
# The first and last moment that ISO dates of four digits can tell, in microseconds since 1970.
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_000_000
# Name, the unit of NumPy, how many of those are one period, and where the count begins before 1970: weeks on a Monday.
_UNITS = (
    ("second", "s", 1, 0),
    ("minute", "m", 1, 0),
    ("hour", "h", 1, 0),
    ("day", "D", 1, 0),
    ("week", "D", 7, 3),
    ("month", "M", 1, 0),
    ("quarter", "M", 3, 0),
    ("year", "Y", 1, 0),
    ("decade", "Y", 10, 0),
    ("century", "Y", 100, 70),
)


def is_drawn(column: Column) -> bool:
    """Whether a column can be one of a pair: amounts, dates and categories, with a value at all."""
    return column.dtype not in {Dtype.TEXT, Dtype.ID} and column.unique > 0


def known(column: SampledColumn) -> Any:
    """Which rows have a value, of shape (rows,)."""
    return ~np.isnan(column.numbers) if column.is_numeric else column.words.codes >= 0


def points(x: SampledColumn, y: SampledColumn, known: Any) -> list[list[Any]]:
    """Every row as [x, y]."""
    return [list(each) for each in zip(_told(_amounts(x, known), x), _told(_amounts(y, known), y), strict=True)]


def squares(x: SampledColumn, y: SampledColumn, known: Any) -> dict[str, Any]:
    """How many rows lie in each square."""
    across, up = _amounts(x, known), _amounts(y, known)
    x_edges = _edges(across, x.column, SQUARES[0])
    y_edges = _edges(up, y.column, SQUARES[1])
    counts, _, _ = np.histogram2d(up, across, bins=(y_edges, x_edges))
    return {
        "x_edges": _told(x_edges, x),
        "y_edges": _told(y_edges, y),
        "counts": counts.astype(np.int64).tolist(),
        "beyond": len(across) - int(counts.sum()),
    }


def boxes(amounts: SampledColumn, words: SampledColumn, known: Any) -> dict[str, Any]:
    """The quartiles of the amounts of each of the most frequent words."""
    values, codes = _amounts(amounts, known), words.words.codes[known]
    kept, counts = _most_frequent(codes, MOST_LEVELS)
    found, levels = [], _levels(words)
    for code in kept:
        quantiles = _told(np.quantile(values[codes == code], list(_BOX.values())), amounts)
        box = dict(zip(_BOX, quantiles, strict=True))
        found.append({"value": levels[code], "count": int(counts[code]), **box})
    return {
        "groups": found,
        "other_values": int((counts > 0).sum()) - len(kept),
        "other_count": int(counts.sum() - counts[kept].sum()),
    }


def shares(x: SampledColumn, y: SampledColumn, known: Any) -> dict[str, Any]:
    """How many rows have each of the most frequent words of one column with each of those of the other."""
    down, across = x.words.codes[known], y.words.codes[known]
    rows, totals = _most_frequent(down, MOST_LEVELS)
    columns, _ = _most_frequent(across, MOST_LEVELS_ACROSS)
    cells = [np.bincount(across[down == row], minlength=len(y.words.levels))[columns].tolist() for row in rows]
    x_levels, y_levels = _levels(x), _levels(y)
    return {
        "x_values": [x_levels[code] for code in rows],
        "y_values": [y_levels[code] for code in columns],
        "counts": cells,
        "totals": totals[rows].tolist(),
        "other_count": int(totals.sum() - totals[rows].sum()),
    }


def means(dates: SampledColumn, amounts: SampledColumn, known: Any) -> dict[str, Any]:
    """The mean of the amounts within each period that has a row.

    Periods are the shortest of which there are at most 80 from first to last, or longer ones that part the rows alike.
    """
    moments = _amounts(dates, known).astype("datetime64[us]")
    if not len(moments):
        return {"unit": "day", "periods": []}
    unit, starts, period = _periods(moments)
    counts = np.bincount(period)
    sums = np.bincount(period, weights=_amounts(amounts, known))
    return {
        "unit": unit,
        "periods": [
            {"start": str(start), "count": int(count), "mean": float(total / count)}
            for start, count, total in zip(starts, counts, sums, strict=True)
        ],
    }


def _periods(moments: Any) -> tuple[str, Any, Any]:
    """The unit, the beginning of each period that occurs, and the place of each moment among them."""
    chosen = None
    for name, unit, size, offset in _UNITS:
        numbers = (moments.astype(f"datetime64[{unit}]").astype(np.int64) + offset) // size
        if np.ptp(numbers) >= MOST_PERIODS and name != _UNITS[-1][0]:
            continue
        distinct, places = np.unique(numbers, return_inverse=True)
        if chosen is not None and len(distinct) < len(chosen[1]):
            break
        starts = (distinct * size - offset).astype(f"datetime64[{unit}]")
        chosen = name, starts.astype("datetime64[s]" if unit in "smh" else "datetime64[D]"), places
    assert chosen is not None  # the last unit always is  # noqa: S101
    return chosen


def _amounts(column: SampledColumn, known: Any) -> Any:
    """The values of those rows, within what sums and dates can bear."""
    low, high = (_FIRST, _LAST) if column.column.dtype is Dtype.DATETIME else (-LARGEST, LARGEST)
    return np.clip(column.numbers[known], low, high)


def _told(values: Any, column: SampledColumn) -> list[Any]:
    """Amounts as JSON values: those of dates as ISO strings."""
    if column.column.dtype is not Dtype.DATETIME:
        found: list[Any] = values.tolist()
        return found
    return [str(moment) for moment in values.astype("datetime64[us]").astype("datetime64[s]")]


def _levels(column: SampledColumn) -> list[Any]:
    """The words of a column as JSON values; a person may have made words of dates."""
    return [level.isoformat() if isinstance(level, datetime) else level for level in column.words.levels]


def _edges(values: Any, column: Column, most: int) -> Any:
    """Edges of at most so many steps of one width; whole numbers stand in the middle of theirs."""
    low, high = _view(values)
    if column.dtype is Dtype.INTEGER:
        low, high = np.floor(low), np.ceil(high)
        width = np.ceil((high - low + 1) / most)
        return low - 0.5 + width * np.arange(np.ceil((high - low + 1) / width) + 1)
    if low == high:
        return np.array([low - 0.5, high + 0.5])
    return np.linspace(low, high, most + 1)


def _view(values: Any) -> tuple[float, float]:
    """From where to where a picture shows the values."""
    low, high = float(values.min()), float(values.max())
    near, far = (float(edge) for edge in np.quantile(values, _MIDDLE))
    return (near, far) if near < far and high - low > _STRETCHED * (far - near) else (low, high)


def _most_frequent(codes: Any, most: int) -> tuple[Any, Any]:
    """The most frequent codes, and how many rows each code has."""
    counts = np.bincount(codes, minlength=1)
    kept = np.argsort(-counts, kind="stable")[:most]
    return kept[counts[kept] > 0], counts
