"""One look at every column of a stored table: each value is read once, whoever wants to know what."""

from collections.abc import Callable, Iterator, Sequence
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
    for kind, places in _batches_of_one_kind(kinds, rows):
        report(len(looks))
        found = (
            _measured(connection, kind, places, rows) if kind in MEASURED else worded(connection, kind, places, rows)
        )
        looks |= {place: found.get(place, Look(kind=kind)) for place in places}
    report(len(looks))
    return [looks[place] for place in range(width)]


def _batches_of_one_kind(kinds: Sequence[str], rows: int) -> Iterator[tuple[str, Sequence[int]]]:
    for kind in sorted(set(kinds)):
        same = [i for i, other in enumerate(kinds) if other == kind]
        for places in batches(same, min(_COLUMNS_AT_ONCE, max(1, _VALUES_AT_ONCE // max(rows, 1)))):
            yield kind, places


def _measured(connection: duckdb.DuckDBPyConnection, kind: str, places: Sequence[int], rows: int) -> dict[int, Look]:
    table = connection.sql(select((f"c{i}" for i in places), "typed")).to_arrow_table()
    with ThreadPoolExecutor(THREADS if rows >= _LEAST_ROWS_FOR_THREADS else 1) as pool:
        looks = pool.map(lambda column: measured(_numbers(column), kind), table.columns)
        return dict(zip(places, looks, strict=True))


def _numbers(column: pa.ChunkedArray) -> Any:
    present = column.drop_null().combine_chunks()
    if pa.types.is_timestamp(present.type):
        present = present.cast(pa.int64())
    return present.to_numpy(zero_copy_only=False)
