"""What the values of each column look like: counts, quantiles, histogram, most frequent values, and what is odd."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ml.schema import NUMERIC, Column, Dtype
from ml.tables.bins import Bins
from ml.tables.casting import typed_table
from ml.tables.disguised import disguised_as
from ml.tables.filtering import LONGEST_VALUE_SHOWN
from ml.tables.looking import look_at_all
from ml.tables.looks import INNER, QUANTILES, Gaps, Look, Spread

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US = 86_400_000_000
# Numbers that a person made words of are counted like words. An id keeps its range.
_MEASURED_TYPES = NUMERIC | {Dtype.DATETIME, Dtype.ID}

Report = Callable[[int, int, str], None]


def silent(_done: int, _total: int, _unit: str) -> None:
    """The report of a caller who does not listen."""


def profile_table(
    path: Path, columns: Sequence[Column], *, looks: Sequence[Look] | None = None, report: Report = silent
) -> list[dict[str, Any]]:
    """One JSON-ready dict for each column, in order, exact over every row.

    For integers and numbers `mean`, `std` (with n - 1), `min`, `max`, `quantiles` (linear between neighbours)
    and `histogram` are those of pandas and numpy; dates have all but mean and std, as ISO strings. What does
    not apply, or has no values to stand on, is None. `top_values` are the ten most frequent, ties in order of
    value, texts cut at 200 characters; `other_count` counts the values beyond them.

    Numbers have `outliers`: how many values lie outside the fences `low` and `high`, 1.5 interquartile ranges
    beyond the quartiles, and how many are `far` outside, beyond 3 (Tukey 1977, Exploratory Data Analysis,
    section 2D); None where half of the values or more are one. Texts have the `length` of their values in
    characters: min, mean, max. Dates have `range_days` from first to last, and `gaps` between neighbouring
    different dates: the longest (`longest_days`, `start`, `end`; the first of several) and the most frequent
    (`usual_step_days`, the shortest of several, with its `usual_share` of all steps in 0..1). `disguised` lists
    values that may stand for "missing", each with count and reason (see `ml.tables.disguised`).

    `looks` are those of `read_table`, whose columns nobody corrected since; without them every value is read again.
    `report` is told how many columns are done, of how many, and the unit "column".
    """
    rows = pq.read_metadata(path).num_rows
    if looks is None:
        with typed_table(path, columns) as connection:
            looks = look_at_all(connection, len(columns), rows, lambda done: report(done, len(columns), "column"))
    else:
        report(len(columns), len(columns), "column")
    return [_profile(column, rows, look) for column, look in zip(columns, looks, strict=True)]


def _profile(column: Column, rows: int, look: Look) -> dict[str, Any]:
    missing = rows - look.present
    spread = look.spread if column.dtype in _MEASURED_TYPES else None
    is_date = look.kind == "TIMESTAMP"
    return {
        "name": column.name,
        "dtype": str(column.dtype),
        "missing": missing,
        "share_missing": missing / rows if rows else 0.0,
        "unique": look.unique,
        **_measures(look, spread),
        "length": _length(look) if column.dtype is Dtype.TEXT else None,
        "gaps": _gaps(look.gaps) if spread and look.gaps else None,
        "disguised": disguised_as(
            look.kind, look.suspected, look.rest, usual_high=spread.quantiles[-1] if spread else math.inf
        ),
        "top_values": [
            {"value": _iso(value) if is_date else _presentable(value), "count": count}
            for value, count in look.most_frequent
        ],
        "other_count": look.present - sum(count for _, count in look.most_frequent),
        "exact": True,
    }


def _length(look: Look) -> dict[str, float] | None:
    texts = look.texts
    return None if texts is None else {"min": texts.shortest, "mean": texts.mean, "max": texts.longest}


def _gaps(gaps: Gaps) -> dict[str, Any]:
    return {
        "longest_days": gaps.longest / _DAY_US,
        "start": _iso(gaps.end - gaps.longest),
        "end": _iso(gaps.end),
        "usual_step_days": gaps.usual / _DAY_US,
        "usual_share": gaps.usual_share,
    }


def _measures(look: Look, spread: Spread | None) -> dict[str, Any]:
    histogram = look.histogram
    if spread is None or histogram is None:
        return dict.fromkeys(("mean", "std", "min", "max", "quantiles", "histogram", "outliers", "range_days"))
    is_date = look.kind == "TIMESTAMP"
    shown: Callable[[float], Any] = _iso if is_date else _same
    fences = None if is_date else spread.fences(INNER)
    return {
        "mean": None if is_date else spread.mean,
        "std": None if is_date else spread.std,
        "min": shown(spread.low),
        "max": shown(spread.high),
        "quantiles": {str(q): shown(value) for q, value in zip(QUANTILES, spread.quantiles, strict=True)},
        "histogram": {"edges": _edges(spread, histogram.bins, is_date=is_date), "counts": histogram.counts},
        "outliers": fences and {"count": histogram.outside, "far": histogram.far, "low": fences[0], "high": fences[1]},
        "range_days": (spread.high - spread.low) / _DAY_US if is_date else None,
    }


def _edges(spread: Spread, bins: Bins, *, is_date: bool) -> list[Any]:
    if not is_date:
        return list(bins.edges)
    # A date at or after an edge is at or after the next whole microsecond; the ends are exact.
    inner = [math.ceil(edge) for edge in bins.edges[1:-1]]
    ends = (spread.low, spread.high + 1) if bins.count == 1 else (spread.low, spread.high)
    return [_iso(edge) for edge in (ends[0], *inner, ends[1])]


def _presentable(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST_VALUE_SHOWN:
        return value[: LONGEST_VALUE_SHOWN - 1] + "…"
    return value


def _same(value: float) -> float:
    return value


def _iso(microseconds_since_1970: float) -> str:
    last = datetime.max.replace(tzinfo=UTC) - _EPOCH
    return (_EPOCH + min(timedelta(microseconds=round(microseconds_since_1970)), last)).replace(tzinfo=None).isoformat()
