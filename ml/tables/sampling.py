"""Some rows of a stored table as arrays to calculate with: the same ones every time."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ml.schema import Column, Dtype
from ml.tables.casting import cell, stored_kinds
from ml.tables.duck import connect, parquet, select

_HASHES = 2**64


@dataclass(frozen=True)
class Words:
    """A column as words: `codes` of shape (rows,) into `levels`, -1 where missing."""

    codes: Any
    levels: list[Any]


@dataclass(frozen=True)
class SampledColumn:
    """One column of a sample, as numbers or as words."""

    column: Column
    stored: Any

    @property
    def is_numeric(self) -> bool:
        """Numbers and dates; a category stays words when its levels are numbers."""
        return self.column.dtype in {Dtype.INTEGER, Dtype.NUMBER, Dtype.DATETIME}

    @cached_property
    def numbers(self) -> Any:
        """float64 of shape (rows,), NaN where missing; dates in microseconds since 1970."""
        stored = self.stored.cast(pa.int64()) if pa.types.is_timestamp(self.stored.type) else self.stored
        if stored.type != pa.float64():
            stored = stored.cast(pa.float64(), safe=False)
        return np.asarray(stored.to_numpy(zero_copy_only=False), np.float64)

    @cached_property
    def words(self) -> Words:
        encoded = self.stored.dictionary_encode()
        codes = np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)
        return Words(codes, encoded.dictionary.to_pylist())


@dataclass(frozen=True, slots=True)
class Sample:
    """Columns of the same rows, in file order; `is_whole` when these are all rows of the table."""

    rows: int
    is_whole: bool
    columns: list[SampledColumn]

    @property
    def size(self) -> int | None:
        """The number of rows, or None when they are all."""
        return None if self.is_whole else self.rows


def sample_columns(path: Path, columns: Sequence[Column], places: Sequence[int], *, most_rows: int) -> Sample:
    """The columns at `places`, each read as its type, of at most `most_rows` rows.

    Rows are chosen by a hash of their number: the same rows for the same table whichever columns are asked
    for, from all over the file, and no pattern in the order of rows can meet a pattern in the choice.
    """
    total = pq.read_metadata(path).num_rows
    is_whole = total <= most_rows
    if not places:
        return Sample(min(total, most_rows), is_whole, [])
    kinds = stored_kinds(path)
    cells = [f"{cell(columns[place], kinds[place], place)} AS c{place}" for place in places]
    source = parquet([path]).replace("hive_partitioning", "file_row_number = true, hive_partitioning")
    # A little less than asked for, so that the limit rarely cuts off the end of the file.
    share = int(_HASHES * min(1, 0.98 * most_rows / max(total, 1)))
    chosen = "" if is_whole else f" WHERE hash(file_row_number) < {share} LIMIT {most_rows}"
    with tempfile.TemporaryDirectory() as scratch, connect(Path(scratch)) as connection:
        table: pa.Table = connection.sql(f"{select(cells, source)}{chosen}").to_arrow_table()
    sampled = [
        SampledColumn(columns[place], _one_chunk(table.column(position))) for position, place in enumerate(places)
    ]
    return Sample(table.num_rows, is_whole, sampled)


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
