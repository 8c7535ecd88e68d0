"""One look at every column of a stored table: each value is read once, whoever wants to know what."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import duckdb
import pyarrow as pa

from ml.tables.duck import THREADS, batches, select, storage_kinds
from ml.tables.looks import Look
from ml.tables.measuring import MEASURED, measured
from ml.tables.wording import worded

# In memory at a time: 8 bytes each, and a few times that while a column is put in order.
_VALUES_AT_ONCE = 10_000_000
# Each column takes memory of its own, however few its values: a thousand at once do not fit into a gigabyte.
_COLUMNS_AT_ONCE = 250
# Short columns are done sooner than a thread is found for them.
_LEAST_ROWS_FOR_THREADS = 20_000


def look_at_all(
    connection: duckdb.DuckDBPyConnection, width: int, rows: int, report: Callable[[int], None]
) -> list[Look]:
    """The look of each of the first `width` columns of the view `typed`; `report` hears how many are done."""
    kinds = storage_kinds(connection, "typed")[:width]
    looks: dict[int, Look] = {}
    for places in _batches([i for i, kind in enumerate(kinds) if kind in MEASURED], rows):
        report(len(looks))
        looks |= _measured(connection, {i: kinds[i] for i in places}, rows)
    for kind in sorted({*kinds} - MEASURED):
        for places in _batches([i for i, other in enumerate(kinds) if other == kind], rows):
            report(len(looks))
            looks |= {i: Look(kind=kind) for i in places} | worded(connection, kind, places, rows)
    report(len(looks))
    return [looks[place] for place in range(width)]


def _batches(places: Sequence[int], rows: int) -> Iterator[Sequence[int]]:
    return batches(places, min(_COLUMNS_AT_ONCE, max(1, _VALUES_AT_ONCE // max(rows, 1))))


def _measured(connection: duckdb.DuckDBPyConnection, kinds: Mapping[int, str], rows: int) -> dict[int, Look]:
    table = connection.sql(select((f"c{i}" for i in kinds), "typed")).to_arrow_table()
    with ThreadPoolExecutor(THREADS if rows >= _LEAST_ROWS_FOR_THREADS else 1) as pool:
        looks = pool.map(lambda column, kind: measured(_numbers(column), kind), table.columns, kinds.values())
        return dict(zip(kinds, looks, strict=True))


def _numbers(column: pa.ChunkedArray) -> Any:
    present = column.drop_null().combine_chunks()
    if pa.types.is_timestamp(present.type):
        present = present.cast(pa.int64())
    return present.to_numpy(zero_copy_only=False)
