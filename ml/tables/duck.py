"""One small DuckDB for one call: bounded memory, no network, everything in the time zone UTC."""

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

MEMORY_LIMIT = "1GB"
THREADS = 2

_LOOK_AGAIN_S = 0.25
_CELLS_A_ROW_GROUP = 4_000_000
_ROWS_A_GROUP = (2048, 122_880)
_LEAST_ROWS_ONE_BY_ONE = 200_000
_WORDS_IN_A_DICTIONARY = 4096


@contextmanager
def connect(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that spills into the folder `scratch` (made when needed) and is closed afterwards."""
    connection = duckdb.connect(
        config={
            "threads": THREADS,
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": str(scratch / "spill"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    try:
        connection.execute("SET TimeZone = 'UTC'")
        # It makes a join of `x IN (many constants)`, and rows do not come out of a join in their order.
        connection.execute("SET disabled_optimizers = 'in_clause'")
        # It counts its progress only for a bar; the bar itself is not drawn.
        connection.execute("SET enable_progress_bar = true")
        connection.execute("SET enable_progress_bar_print = false")
        yield connection
    finally:
        connection.close()


def execute(connection: duckdb.DuckDBPyConnection, statement: str, report: Callable[[int], None]) -> None:
    """Run a long statement and say, a few times a second, how many percent of it are done.

    `report` is called in the thread of the caller; what it raises stops the statement.
    """
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(connection.execute, statement)
        try:
            while wait([running], timeout=_LOOK_AGAIN_S).not_done:
                report(min(99, max(0, int(connection.query_progress()))))
        except BaseException:
            connection.interrupt()
            raise
        running.result()


def raise_if_disk_is_full(error: duckdb.Error) -> None:
    """Raises OSError as any other writer would, when that is what `error` is about."""
    if isinstance(error, duckdb.IOException) and "No space left" in str(error):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error


def one_row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    """The single row that an aggregate answers."""
    row: tuple[Any, ...] | None = connection.execute(query).fetchone()
    if row is None:
        raise duckdb.InternalException("An aggregate query answered no row.")
    return row


def storage_kinds(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """The type of each column as it is stored: BIGINT, DOUBLE, BOOLEAN, TIMESTAMP or VARCHAR."""
    return [str(kind) for _name, kind, *_ in connection.execute(f"DESCRIBE {table}").fetchall()]


def select(expressions: Iterable[str], source: str) -> str:
    """A query; every other query of this package is put together here.

    Its parts are names of our own (c0, c1 …), numbers and constants made by `literal`, never a text from a
    file as it came.
    """
    return f"SELECT {', '.join(expressions)} FROM {source}"  # noqa: S608 -- see above


def copy(query: str, path: Path, *, compression: str = "lz4", row_group: int = 122_880) -> str:
    """A statement that writes what `query` answers as Parquet, in order."""
    # The later encodings, and no dictionary of a column that has next to no value twice, are written faster.
    options = f"FORMAT parquet, PARQUET_VERSION V2, DICTIONARY_SIZE_LIMIT {_WORDS_IN_A_DICTIONARY}"
    return f"COPY ({query}) TO {literal(str(path))} ({options}, COMPRESSION {compression}, ROW_GROUP_SIZE {row_group})"


def typed_copy(query: str, path: Path, width: int) -> str:
    """As `copy`, for the table that is kept: smaller, and in row groups that suit its number of columns."""
    least, most = _ROWS_A_GROUP
    return copy(query, path, compression="zstd", row_group=max(least, min(most, _CELLS_A_ROW_GROUP // width)))


def literal(text: str) -> str:
    """`text` as a string constant in SQL."""
    return "'" + text.replace("'", "''") + "'"


def parquet(paths: Sequence[Path]) -> str:
    """A FROM clause over Parquet files one after the other, in this order; columns meet by name."""
    files = ", ".join(file_name(path) for path in paths)
    # To look for names in several files takes milliseconds a hundred columns, in every query.
    union = str(len(paths) > 1).lower()
    return f"read_parquet([{files}], union_by_name = {union}, hive_partitioning = false)"


def file_name(path: Path) -> str:
    """A file to read, as a string constant in SQL."""
    # DuckDB reads * ? [ in a path as a pattern; a folder may well be called that.
    return literal("".join(f"[{char}]" if char in "*?[" else char for char in str(path)))


def long_form(cells: Mapping[int, str], source: str) -> str:
    """A FROM clause with one row (`place`, `value`) for each value of some columns of `source`; no row for NULL.

    `cells` gives an expression for each place, all of one type. One query in this form replaces a query with
    a part for each column, which takes minutes to plan for a table of two thousand columns.
    """
    if len(cells) == 1:
        ((place, cell),) = cells.items()
        only = select([f"'p{place}' AS p", f"{cell} AS value"], source)
        return f"({only} WHERE value IS NOT NULL)"
    wide = select((f"{cell} AS p{place}" for place, cell in cells.items()), source)
    names = ", ".join(f"p{place}" for place in cells)
    return f"(UNPIVOT ({wide}) ON {names} INTO NAME p VALUE value)"


# The place of a value in long form, as a number.
PLACE = "p[2:]::INTEGER"


def batches(places: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """`places` in parts of at most `size`: a query over too many columns at once takes too much memory."""
    for start in range(0, len(places), size):
        yield places[start : start + size]


def columns_at_once(rows: int) -> int:
    """How many columns one query in long form best asks about: it costs more a row, and a query costs to plan."""
    return 1 if rows >= _LEAST_ROWS_ONE_BY_ONE else 1000
