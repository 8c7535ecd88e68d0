"""What the values of each column look like: counts, quantiles, histogram, most frequent values, and what is odd."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ml.schema import NUMERIC, Column, Dtype
from ml.tables.bins import BIN_SQL, Bins, equal_bins
from ml.tables.casting import typed_table
from ml.tables.columnwise import Columns, Frame
from ml.tables.disguised import LONGEST_WORD, SUSPECTS, Rest, disguised_as, microseconds
from ml.tables.duck import PLACE, batches, select, storage_kinds
from ml.tables.filtering import LONGEST_VALUE_SHOWN

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

_TOP_VALUES = 10
# Quantiles hold every value of their columns in memory: 8 bytes each, and twice that while they are put together.
_VALUES_AT_ONCE = 10_000_000
# Each column takes memory of its own, however few its values: a thousand at once do not fit into a gigabyte.
_COLUMNS_AT_ONCE = 250
# The squares of larger numbers leave the range of a double, so these are scaled down first.
_LARGE = 1e140
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US = 86_400_000_000
# Tukey's inner and outer fences, in interquartile ranges beyond the quartiles.
_INNER, _OUTER = 1.5, 3.0
# How the values of a stored type are measured (dates in microseconds since 1970); other types are not.
_MEASURED = {"BIGINT": "c{i}", "TIMESTAMP": "epoch_us(c{i})", "DOUBLE": "c{i}"}
# Numbers that a person made words of are counted like words. An id keeps its range.
_MEASURED_TYPES = NUMERIC | {Dtype.DATETIME, Dtype.ID}

Report = Callable[[int, int, str], None]


def silent(_done: int, _total: int, _unit: str) -> None:
    """The report of a caller who does not listen."""


def profile_table(path: Path, columns: Sequence[Column], *, report: Report = silent) -> list[dict[str, Any]]:
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

    `report` is told how many columns are done, of how many, and the unit "column".
    """
    rows = pq.read_metadata(path).num_rows
    with typed_table(path, columns) as connection:
        kinds = storage_kinds(connection, "typed")[: len(columns)]
        found: dict[int, _Found] = {}
        for kind, places in _batches_of_one_kind(kinds, rows):
            found |= _look_at(connection, kind, places, columns, rows)
            report(len(found), len(columns), "column")
    return [_profile(column, rows, found[i], kinds[i]) for i, column in enumerate(columns)]


@dataclass(frozen=True, slots=True)
class _Top:
    """How many values there are, how many different ones, and which are the most frequent.

    `suspected` are values with their counts, and `rest` what is known of all others; `length` is that of texts.
    """

    present: int = 0
    unique: int = 0
    values: list[dict[str, Any]] = field(default_factory=list)
    suspected: list[tuple[Any, int]] = field(default_factory=list)
    rest: Rest | None = None
    length: dict[str, float] | None = None


@dataclass(frozen=True, slots=True)
class _Spread:
    """Where the numbers of a column lie; dates in microseconds since 1970."""

    low: float
    high: float
    mean: float | None
    std: float | None
    quantiles: list[float]

    @property
    def width(self) -> float:
        """Between the quartiles."""
        return self.quantiles[3] - self.quantiles[1]

    def fences(self, distance: float) -> tuple[float, float] | None:
        """None where they would have no width, or lie beyond the largest double."""
        low, high = self.quantiles[1] - distance * self.width, self.quantiles[3] + distance * self.width
        return (low, high) if self.width > 0 and math.isfinite(high - low) else None


@dataclass(frozen=True, slots=True)
class _Counted:
    """The numbers of a column counted by bins and by fences."""

    bins: Bins
    counts: list[int]
    outside: int
    far: int


@dataclass(frozen=True, slots=True)
class _Found:
    """All that was found out about one column."""

    top: _Top
    spread: _Spread | None = None
    counted: _Counted | None = None
    gaps: dict[str, Any] | None = None


def _batches_of_one_kind(kinds: Sequence[str], rows: int) -> Iterator[tuple[str, Sequence[int]]]:
    for kind in sorted(set(kinds)):
        same = [i for i, other in enumerate(kinds) if other == kind]
        for places in batches(same, min(_COLUMNS_AT_ONCE, max(1, _VALUES_AT_ONCE // max(rows, 1)))):
            yield kind, places


def _look_at(
    connection: duckdb.DuckDBPyConnection, kind: str, places: Sequence[int], columns: Sequence[Column], rows: int
) -> dict[int, _Found]:
    tops = _tops(Columns(connection, {i: f"c{i}" for i in places}, rows), kind)
    is_measured = {i: kind in _MEASURED and columns[i].dtype in _MEASURED_TYPES for i in places}
    numbers = Columns(connection, {i: _MEASURED[kind].format(i=i) for i in places if is_measured[i]}, rows)
    spreads: dict[int, _Spread] = {}
    counted: dict[int, _Counted] = {}
    if numbers.cells:
        spreads = _spreads(numbers)
        counted = _counted(numbers, spreads, whole=kind == "BIGINT")
    gaps = _gaps(numbers) if numbers.cells and kind == "TIMESTAMP" else {}
    return {i: _Found(tops.get(i, _Top()), spreads.get(i), counted.get(i), gaps.get(i)) for i in places}


def _tops(columns: Columns, kind: str) -> dict[int, _Top]:
    # The least of (-n, value) are the most frequent, ties in order of value.
    parts = [PLACE, "sum(n)::BIGINT", "count(*)", f"min({{'n': -n, 'value': value}}, {_TOP_VALUES})"]
    flagged = ["p", "value", "n"]
    if kind in SUSPECTS:
        columns.connection.register("suspects", pa.table({"value": SUSPECTS[kind]}))
        key = f"CASE WHEN strlen(value) <= {LONGEST_WORD} THEN lower(value) END" if kind == "VARCHAR" else "value"
        flagged.append(f"coalesce({key} IN (FROM suspects), false) AS suspected")
        parts += ["list({'n': n, 'value': value} ORDER BY n DESC, value) FILTER (suspected)"]
        parts += _LENGTHS if kind == "VARCHAR" else _REST

    def question(source: str) -> str:
        distinct = f"({select(['p', 'value', 'count(*) AS n'], source)} GROUP BY ALL)"
        return f"{select(parts, f'({select(flagged, distinct)})')} GROUP BY p"

    answer = columns.ask(question)
    if kind in SUSPECTS:
        columns.connection.unregister("suspects")
    return {place: _top(kind, *facts) for place, *facts in answer}


_LENGTHS = ["min(length(value))", "sum(n * length(value)) / sum(n)", "max(length(value))"]
_OTHERS = "FILTER (NOT suspected)"
_REST = [f"min(value) {_OTHERS}", f"max(value) {_OTHERS}", f"count(*) {_OTHERS}", f"sum(n) {_OTHERS}"]


def _top(
    kind: str, present: int, unique: int, most_frequent: list[Any], suspected: list[Any] | None = None, *more: Any
) -> _Top:
    length = rest = None
    if kind == "VARCHAR":
        length = dict(zip(("min", "mean", "max"), more, strict=True))
    elif more and more[0] is not None:
        low, high = (microseconds(end) if isinstance(end, datetime) else end for end in more[:2])
        rest = Rest(low, high, more[2], int(more[3]))
    return _Top(
        present=present,
        unique=unique,
        values=[{"value": _presentable(one["value"]), "count": -one["n"]} for one in most_frequent],
        suspected=[(one["value"], one["n"]) for one in suspected or []],
        rest=rest,
        length=length,
    )


def _spreads(columns: Columns) -> dict[int, _Spread]:
    answer = columns.ask(lambda source: f"{select([PLACE, 'min(value)', 'max(value)'], source)} GROUP BY p")
    ends = {place: (low, high) for place, low, high in answer}
    scales = {i: {"scale": _scale(*ends[i]) if i in ends else 1.0} for i in columns.cells}
    parts = [PLACE, "any_value(scale)", "avg(value / scale)", "stddev_samp(value / scale)"]
    parts += [f"quantile_cont(value, {list(QUANTILES)})"]
    answer = columns.ask(lambda source: f"{select(parts, source)} GROUP BY p", scales)
    return {
        i: _Spread(*ends[i], _scaled(mean, scale), _scaled(std, scale), quantiles)
        for i, scale, mean, std, quantiles in answer
    }


def _counted(columns: Columns, spreads: Mapping[int, _Spread], *, whole: bool) -> dict[int, _Counted]:
    bins = {i: equal_bins(one.low, one.high, whole=whole) for i, one in spreads.items()}
    outside = [f"count(*) FILTER (value < {fences}_low OR value > {fences}_high)" for fences in ("near", "far")]
    parts = [PLACE, f"{BIN_SQL} AS bin", "count(*)", *outside]
    counts = {i: [0] * one.count for i, one in bins.items()}
    beyond = {i: [0, 0] for i in bins}
    valued = replace(columns, cells={i: columns.cells[i] for i in bins})
    frames = {i: _frame(bins[i], spreads[i]) for i in bins}
    for place, at, count, near, far in valued.ask(lambda source: f"{select(parts, source)} GROUP BY ALL", frames):
        counts[place][at] = count
        beyond[place] = [beyond[place][0] + near, beyond[place][1] + far]
    return {i: _Counted(bins[i], counts[i], *beyond[i]) for i in bins}


def _frame(bins: Bins, spread: _Spread) -> Frame:
    """What the values of a column are counted by."""
    near, far = (spread.fences(distance) or (None, None) for distance in (_INNER, _OUTER))
    return {
        "edges": bins.edges,
        "start": bins.start,
        "width": bins.width,
        "last_bin": bins.count - 1,
        "near_low": near[0],
        "near_high": near[1],
        "far_low": far[0],
        "far_high": far[1],
    }


def _gaps(columns: Columns) -> dict[int, dict[str, Any]]:
    """The gaps between neighbouring dates, of columns with at least two different ones."""
    before = "lag(value) OVER (PARTITION BY p ORDER BY value)"
    parts = [PLACE, "max(step)", "arg_max(first, step)", "min({'n': -n, 'step': step})", "sum(n)"]

    def question(source: str) -> str:
        distinct = f"({select(['DISTINCT p', 'value'], source)})"
        steps = f"({select(['p', 'value', f'value - {before} AS step'], distinct)})"
        alike = f"({select(['p', 'step', 'count(*) AS n', 'min(value) AS first'], steps)} WHERE step > 0 GROUP BY ALL)"
        return f"{select(parts, alike)} GROUP BY p"

    return {
        place: {
            "longest_days": longest / _DAY_US,
            "start": _iso(end - longest),
            "end": _iso(end),
            "usual_step_days": usual["step"] / _DAY_US,
            "usual_share": -usual["n"] / int(count),
        }
        for place, longest, end, usual, count in columns.ask(question)
    }


def _scale(low: float, high: float) -> float:
    """A power of two (so that dividing by it loses nothing) near the largest value, 1 for usual ones."""
    largest = max(abs(low), abs(high))
    return 1.0 if largest < _LARGE else 2.0 ** (math.frexp(largest)[1] - 1)


def _scaled(value: float | None, scale: float) -> float | None:
    """None also where the true value is beyond the largest double."""
    return None if value is None or not math.isfinite(value * scale) else value * scale


def _presentable(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and len(value) > LONGEST_VALUE_SHOWN:
        return value[: LONGEST_VALUE_SHOWN - 1] + "…"
    return value


def _profile(column: Column, rows: int, found: _Found, kind: str) -> dict[str, Any]:
    top = found.top
    missing = rows - top.present
    usual_high = found.spread.quantiles[-1] if found.spread else math.inf
    return {
        "name": column.name,
        "dtype": str(column.dtype),
        "missing": missing,
        "share_missing": missing / rows if rows else 0.0,
        "unique": top.unique,
        **_measures(found.spread, found.counted, is_date=kind == "TIMESTAMP"),
        "length": top.length if column.dtype is Dtype.TEXT else None,
        "gaps": found.gaps,
        "disguised": disguised_as(kind, top.suspected, top.rest, usual_high=usual_high),
        "top_values": top.values,
        "other_count": top.present - sum(one["count"] for one in top.values),
        "exact": True,
    }


def _measures(spread: _Spread | None, counted: _Counted | None, *, is_date: bool) -> dict[str, Any]:
    if spread is None or counted is None:
        return dict.fromkeys(("mean", "std", "min", "max", "quantiles", "histogram", "outliers", "range_days"))
    shown: Callable[[float], Any] = _iso if is_date else _same
    fences = None if is_date else spread.fences(_INNER)
    return {
        "mean": None if is_date else spread.mean,
        "std": None if is_date else spread.std,
        "min": shown(spread.low),
        "max": shown(spread.high),
        "quantiles": {str(q): shown(value) for q, value in zip(QUANTILES, spread.quantiles, strict=True)},
        "histogram": {"edges": _edges(spread, counted.bins, is_date=is_date), "counts": counted.counts},
        "outliers": fences and {"count": counted.outside, "far": counted.far, "low": fences[0], "high": fences[1]},
        "range_days": (spread.high - spread.low) / _DAY_US if is_date else None,
    }


def _edges(spread: _Spread, bins: Bins, *, is_date: bool) -> list[Any]:
    if not is_date:
        return list(bins.edges)
    # A date at or after an edge is at or after the next whole microsecond; the ends are exact.
    inner = [math.ceil(edge) for edge in bins.edges[1:-1]]
    ends = (spread.low, spread.high + 1) if bins.count == 1 else (spread.low, spread.high)
    return [_iso(edge) for edge in (ends[0], *inner, ends[1])]


def _same(value: float) -> float:
    return value


def _iso(microseconds_since_1970: float) -> str:
    last = datetime.max.replace(tzinfo=UTC) - _EPOCH
    return (_EPOCH + min(timedelta(microseconds=round(microseconds_since_1970)), last)).replace(tzinfo=None).isoformat()
