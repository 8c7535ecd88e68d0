"""Rows and columns back out of a stored table, each value read as the type of its column."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from ml.schema import Column
from ml.tables.casting import cell, cells, stored_kinds
from ml.tables.duck import connect, parquet, select, storage_kinds
from ml.tables.filtering import Condition, Where, condition


def read_rows(
    path: Path,
    columns: Sequence[Column],
    *,
    offset: int,
    limit: int,
    where: Where | None = None,
    search: str = "",
) -> list[list[Any]]:
    """Rows `offset` to `offset + limit` in file order, each with its values in the order of `columns`.

    With `where` and `search` (a text that any cell contains, in capitals or not) only rows that fit both are
    counted and given. JSON-ready: None where missing, ISO strings for dates; fewer rows at the end of the table.

    Raises BadInput for a `where` that does not fit the columns.
    """
    if not columns or limit <= 0:
        return []
    with _rows_asked_for(path, columns, where, search) as (connection, asked):
        names = [f"c{place}" for place in range(len(columns))]
        query = f"{select(names, 'typed')} WHERE {asked.sql} LIMIT {int(limit)} OFFSET {max(int(offset), 0)}"
        rows = connection.execute(query, asked.values).fetchall()
    return [[value.isoformat() if isinstance(value, datetime) else value for value in row] for row in rows]


def count_rows(path: Path, columns: Sequence[Column], *, where: Where | None = None, search: str = "") -> int:
    """How many rows `read_rows` has to give; raises as it does."""
    if where is None and not search:
        return int(pq.read_metadata(path).num_rows)
    with _rows_asked_for(path, columns, where, search) as (connection, asked):
        query = f"{select(['count(*)'], 'typed')} WHERE {asked.sql}"
        (count,) = connection.execute(query, asked.values).fetchone() or (0,)
    return int(count)


def load_frame(path: Path, columns: Sequence[Column], names: Sequence[str]) -> pd.DataFrame:
    """The columns called `names`, in that order, under their real names; no other column is read.

    Rows are in file order. Integers without gaps are int64 and with gaps float64 with NaN; numbers are
    float64, booleans bool (object with None where there are gaps), dates datetime64[us], the rest str, or as
    they are stored where a person made words of numbers or dates.

    Raises KeyError for a name that no column has.
    """
    places = {column.name: place for place, column in enumerate(columns)}
    wanted = [places[name] for name in names]
    kinds = stored_kinds(path)
    expressions = {place: cell(columns[place], kinds[place], place) for place in wanted}
    if all(expression == f"c{place}" for place, expression in expressions.items()):
        # Opened as one file: as a data set, a folder called `a=b` would add a column.
        stored = [f"c{place}" for place in wanted]
        table = pq.ParquetFile(path).read(columns=stored, use_threads=False).select(stored)
    else:
        read = [f"{expressions[place]} AS p{position}" for position, place in enumerate(wanted)]
        with tempfile.TemporaryDirectory() as scratch, connect(Path(scratch)) as connection:
            table = connection.sql(select(read, parquet([path]))).to_arrow_table()
    frame: pd.DataFrame = table.to_pandas()
    return frame.set_axis(list(names), axis="columns")


@contextmanager
def _rows_asked_for(
    path: Path, columns: Sequence[Column], where: Where | None, search: str
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Condition]]:
    """A connection with the view `typed`, and the condition its rows have to fit.

    A page needs few rows, so corrected values are read as rows come and not all of them beforehand.
    """
    read = [f"{expression} AS c{place}" for place, expression in enumerate(cells(path, columns))]
    with tempfile.TemporaryDirectory() as scratch, connect(Path(scratch)) as connection:
        connection.execute(f"CREATE VIEW typed AS {select(read, parquet([path]))}")
        yield connection, condition(columns, storage_kinds(connection, "typed"), where, search)
