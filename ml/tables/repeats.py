"""Rows that are equal in every stored value, told by hashes, so that no row is kept."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from ml.tables.duck import connect, one_row, parquet, select


def count_repeats(path: Path) -> int:
    """How many rows repeat an earlier one."""
    one, two = _hashes(path)
    hashes = [f"{one} AS one", f"{two} AS two"]
    groups = f"({select(['count(*) AS n'], f'({select(hashes, parquet([path]))})')} GROUP BY one, two)"
    with tempfile.TemporaryDirectory() as scratch, connect(Path(scratch)) as connection:
        (repeated,) = one_row(connection, f"{select(['sum(n - 1)'], groups)} WHERE n > 1")
    return int(repeated or 0)


def repeats(path: Path) -> Any:
    """A number for each row that equal rows share, 0 for a row that no other is equal to: uint64 of shape (rows,)."""
    with tempfile.TemporaryDirectory() as scratch, connect(Path(scratch)) as connection:
        found = connection.sql(select([f"{_hashes(path)[0]} AS one"], parquet([path]))).to_arrow_table()
    numbers = found.column("one").to_numpy()
    return np.where(pd.Series(numbers).duplicated(keep=False), numbers, np.uint64(0))


def _hashes(path: Path) -> tuple[str, str]:
    """Two of 64 bits each; one alone takes two of a few million rows for equal once in a million tables.

    A constant goes before the values, as the hash of nothing but zeros is 0.
    """
    names = [f"c{place}" for place in range(len(pq.read_schema(path)))]
    return f"hash({', '.join(['1', *names])})", f"hash({', '.join(['2', *names[::-1]])})"
