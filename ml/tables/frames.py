"""Rows and columns back out of a stored table."""

import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from ml.schema import Column
from ml.tables.duck import connect, parquet, select


def read_rows(path: Path, columns: Sequence[Column], *, offset: int, limit: int) -> list[list[Any]]:
    """Rows `offset` to `offset + limit` in file order, each with its values in the order of `columns`.

    JSON-ready: None where missing, ISO strings for dates; fewer rows at the end of the table.
    """
    if not columns or limit <= 0:
        return []
    cells = [f"c{i}" for i in range(len(columns))]
    query = f"{select(cells, parquet([path]))} LIMIT {int(limit)} OFFSET {max(int(offset), 0)}"
    with tempfile.TemporaryDirectory() as scratch, connect(Path(scratch)) as connection:
        rows = connection.execute(query).fetchall()
    return [[value.isoformat() if isinstance(value, datetime) else value for value in row] for row in rows]


def load_frame(path: Path, columns: Sequence[Column], names: Sequence[str]) -> pd.DataFrame:
    """The columns called `names`, in that order, under their real names; no other column is read.

    Rows are in file order. Integers without gaps are int64 and with gaps float64 with NaN; numbers are
    float64, booleans bool (object with None where there are gaps), dates datetime64[us], the rest str.

    Raises KeyError for a name that no column has.
    """
    places = {column.name: i for i, column in enumerate(columns)}
    wanted = [f"c{places[name]}" for name in names]
    # Opened as one file: as a data set, a folder called `a=b` would add a column.
    table = pq.ParquetFile(path).read(columns=wanted, use_threads=False)
    frame: pd.DataFrame = table.select(wanted).to_pandas()
    return frame.set_axis(list(names), axis="columns")
