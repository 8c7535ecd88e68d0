"""What the values of each column look like: counts, quantiles, histogram and most frequent values."""

import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ml.schema import Column
from ml.tables.bins import BIN_SQL, Bins, equal_bins
from ml.tables.duck import PLACE, batches, connect, long_form, one_row, parquet, select, storage_kinds

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

_TOP_VALUES = 10
_LONGEST_VALUE_SHOWN = 200
# Quantiles hold every value of their columns in memory: 8 bytes each, and twice that while they are put together.
_VALUES_AT_ONCE = 10_000_000
# The squares of larger numbers leave the range of a double, so these are scaled down first.
_LARGE = 1e140
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# How the values of a stored type are measured (dates in microseconds since 1970); other types are not.
_MEASURED = {"BIGINT": "c{i}", "TIMESTAMP": "epoch_us(c{i})", "DOUBLE": "c{i}"}


def profile_table(path: Path, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """One JSON-ready dict for each column, in order, exact over every row.

    For integers and numbers `mean`, `std` (with n - 1), `min`, `max`, `quantiles` (linear between neighbours)
    and `histogram` are those of pandas and numpy; dates have all but mean and std, as ISO strings. What does
    not apply, or has no values to stand on, is None. `top_values` are the ten most frequent, ties in order of
    value, texts cut at 200 characters; `other_count` counts the values beyond them.
    """
    with tempfile.TemporaryDirectory() as scratch, connect(Path(scratch)) as connection:
        connection.execute(f"CREATE VIEW stored AS FROM {parquet([path])}")
        kinds = storage_kinds(connection, "stored")[: len(columns)]
        rows = int(one_row(connection, select(["count(*)"], "stored"))[0])
        tops: dict[int, _Top] = {}
        shapes: dict[int, _Shape] = {}
        for kind, places in _batches_of_one_kind(kinds, rows):
            tops.update(_tops(connection, places))
            if kind in _MEASURED:
                shapes.update(_shapes(connection, kind, places))
    return [
        _profile(column, rows, tops.get(i, _Top()), shapes.get(i), is_date=kinds[i] == "TIMESTAMP")
        for i, column in enumerate(columns)
    ]


@dataclass(frozen=True, slots=True)
class _Top:
    """How many values there are, how many different ones, and which are the most frequent."""

    present: int = 0
    unique: int = 0
    values: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Shape:
    """How the numbers of a column are spread."""

    low: float
    high: float
    mean: float | None
    std: float | None
    quantiles: list[float]
    bins: Bins
    counts: list[int]


def _batches_of_one_kind(kinds: Sequence[str], rows: int) -> Iterator[tuple[str, Sequence[int]]]:
    for kind in sorted(set(kinds)):
        same = [i for i, other in enumerate(kinds) if other == kind]
        for places in batches(same, max(1, _VALUES_AT_ONCE // max(rows, 1))):
            yield kind, places


def _tops(connection: duckdb.DuckDBPyConnection, places: Sequence[int]) -> dict[int, _Top]:
    source = long_form({i: f"c{i}" for i in places}, "stored")
    distinct = f"({select(['p', 'value', 'count(*) AS n'], source)} GROUP BY ALL)"
    # The least of (-n, value) are the most frequent, ties in order of value.
    parts = [PLACE, "sum(n)::BIGINT", "count(*)", f"min({{'n': -n, 'value': value}}, {_TOP_VALUES})"]
    answer = connection.execute(f"{select(parts, distinct)} GROUP BY p").fetchall()
    return {
        place: _Top(
            present, unique, [{"value": _presentable(one["value"]), "count": -one["n"]} for one in most_frequent]
        )
        for place, present, unique, most_frequent in answer
    }


def _shapes(connection: duckdb.DuckDBPyConnection, kind: str, places: Sequence[int]) -> dict[int, _Shape]:
    source = long_form({i: _MEASURED[kind].format(i=i) for i in places}, "stored")
    query = f"{select([PLACE, 'min(value)', 'max(value)'], source)} GROUP BY p"
    ends = {place: (low, high) for place, low, high in connection.execute(query).fetchall()}
    bins = {i: equal_bins(low, high, whole=kind == "BIGINT") for i, (low, high) in ends.items()}
    scales = {i: _scale(low, high) for i, (low, high) in ends.items()}
    connection.register("frames", _frames(bins, scales))
    framed = f"{source} JOIN frames USING (p)"
    parts = [PLACE, "any_value(scale)", "avg(value / scale)", "stddev_samp(value / scale)"]
    parts += [f"quantile_cont(value, {list(QUANTILES)})"]
    spreads = connection.execute(f"{select(parts, framed)} GROUP BY p").fetchall()
    counts = {i: [0] * one.count for i, one in bins.items()}
    query = f"{select([PLACE, f'{BIN_SQL} AS bin', 'count(*)'], framed)} GROUP BY ALL"
    for place, at, count in connection.execute(query).fetchall():
        counts[place][at] = count
    connection.unregister("frames")
    return {
        i: _Shape(*ends[i], _scaled(mean, scale), _scaled(std, scale), quantiles, bins[i], counts[i])
        for i, scale, mean, std, quantiles in spreads
    }


def _frames(bins: Mapping[int, Bins], scales: Mapping[int, float]) -> pa.Table:
    """What the values of each column are measured against, by its name in long form."""
    return pa.table(
        {
            "p": [f"p{i}" for i in bins],
            "scale": pa.array([scales[i] for i in bins], pa.float64()),
            "edges": pa.array([one.edges for one in bins.values()], pa.list_(pa.float64())),
        }
    )


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
    if isinstance(value, str) and len(value) > _LONGEST_VALUE_SHOWN:
        return value[: _LONGEST_VALUE_SHOWN - 1] + "…"
    return value


def _profile(column: Column, rows: int, top: _Top, shape: _Shape | None, *, is_date: bool) -> dict[str, Any]:
    missing = rows - top.present
    return {
        "name": column.name,
        "dtype": str(column.dtype),
        "missing": missing,
        "share_missing": missing / rows if rows else 0.0,
        "unique": top.unique,
        **_measures(shape, is_date=is_date),
        "top_values": top.values,
        "other_count": top.present - sum(one["count"] for one in top.values),
        "exact": True,
    }


def _measures(shape: _Shape | None, *, is_date: bool) -> dict[str, Any]:
    if shape is None:
        return dict.fromkeys(("mean", "std", "min", "max", "quantiles", "histogram"))
    shown: Callable[[float], Any] = _iso if is_date else _same
    return {
        "mean": None if is_date else shape.mean,
        "std": None if is_date else shape.std,
        "min": shown(shape.low),
        "max": shown(shape.high),
        "quantiles": {str(q): shown(value) for q, value in zip(QUANTILES, shape.quantiles, strict=True)},
        "histogram": {"edges": [shown(edge) for edge in shape.bins.edges], "counts": shape.counts},
    }


def _same(value: float) -> float:
    return value


def _iso(microseconds: float) -> str:
    return (_EPOCH + timedelta(microseconds=round(microseconds))).replace(tzinfo=None).isoformat()
