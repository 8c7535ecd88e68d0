"""Rows of text on their way into Parquet, a batch at a time."""

import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ml.errors import UnreadableTable
from ml.tables.summary import MEGABYTE, Limits

_TEXT = pa.string()
_HALF_CHARACTERS = re.compile("[\ud800-\udfff]")

_BATCH_ROWS = 16_384
_BATCH_CELLS = 400_000
_BATCH_CHARACTERS = 8 * MEGABYTE


def cell_too_long(limits: Limits, where: str) -> UnreadableTable:
    detail = f"A cell {where} is longer than {limits.max_cell_bytes:,} bytes; shorten it, and check that"
    return UnreadableTable("cell_too_long", f"{detail} every quotation mark before it is closed.")


def too_many_rows(limits: Limits) -> UnreadableTable:
    return UnreadableTable("too_large", f"The file has more than {limits.max_rows:,} rows; upload fewer rows.")


class TextSink:
    """Takes rows of cells and writes Parquet files with the columns c0, c1, …, all text, in `folder`.

    A row may be shorter than `width` (the rest is missing); `width` may grow while rows come in, the files
    written later then have more columns. Raises UnreadableTable `cell_too_long` and `too_large`.
    """

    def __init__(self, folder: Path, *, width: int, limits: Limits) -> None:
        self.width = width
        self.rows = 0
        self.paths: list[Path] = []
        self._folder = folder
        self._limits = limits
        self._waiting: list[Sequence[str | None]] = []
        self._characters = 0
        self._tables: list[pa.Table] = []
        self._writer: pq.ParquetWriter | None = None
        self._writer_width = 0

    def add(self, row: Sequence[str | None], characters: int) -> None:
        """Take one row; `characters` is about its size in the file."""
        self._waiting.append(row)
        self.rows += 1
        self._characters += characters
        waiting = len(self._waiting)
        full = waiting >= _BATCH_ROWS or waiting * self.width >= _BATCH_CELLS
        if full or self._characters >= _BATCH_CHARACTERS:
            self._flush()

    def add_columns(self, columns: Sequence[Sequence[str | None] | pa.Array], characters: int) -> None:
        """Take rows that come column by column, as wide as the sink."""
        self._pack()
        arrays = [self._column(cells, self.rows) for cells in columns]
        if self._tables and self._tables[0].num_columns != len(arrays):
            self._flush_tables()
        self._tables.append(pa.table({f"c{i}": values for i, values in enumerate(arrays)}))
        self.rows += len(arrays[0]) if arrays else 0
        self._characters += characters
        if self._characters >= _BATCH_CHARACTERS:
            self._flush()

    def add_table(self, table: pa.Table) -> None:
        """Take rows that are whole columns of text already, as wide as the sink, of cells within the limit."""
        self._pack()
        self.rows += table.num_rows
        self._characters += table.nbytes
        self._tables.append(table)
        if self._characters >= _BATCH_CHARACTERS:
            self._flush()

    def close(self) -> None:
        """Write what is waiting; no row may follow."""
        self._flush()
        self._close_writer()

    def _flush(self) -> None:
        self._pack()
        self._flush_tables()

    def _flush_tables(self) -> None:
        if self._tables:
            table = pa.concat_tables(self._tables)
            self._writer_for(table.schema).write_table(table)
        self._tables = []
        self._characters = 0

    def _pack(self) -> None:
        if self._limits.max_rows is not None and self.rows > self._limits.max_rows:
            raise too_many_rows(self._limits)
        if not self._waiting:
            return
        if self._tables and self._tables[0].num_columns != self.width:
            self._flush_tables()
        self._tables.append(pa.table({f"c{i}": values for i, values in enumerate(self._columns())}))
        self._waiting = []

    def _columns(self) -> list[pa.Array]:
        blank = (None,) * self.width
        rows = (row if len(row) == self.width else (*row, *blank[len(row) :]) for row in self._waiting)
        first = self.rows - len(self._waiting)
        return [self._column(cells, first) for cells in zip(*rows, strict=True)]

    def _column(self, cells: Sequence[str | None] | pa.Array, first: int) -> pa.Array:
        try:
            values = pa.array(cells, _TEXT)
        except UnicodeEncodeError:  # half a surrogate pair, as JSON may escape it
            values = pa.array([_whole_characters(cell) for cell in cells], _TEXT)
        lengths = pc.binary_length(values)
        longest = pc.max(lengths)
        if (longest.as_py() or 0) > self._limits.max_cell_bytes:
            row = first + pc.index(lengths, longest).as_py() + 1
            raise cell_too_long(self._limits, f"in row {row:,}")
        return values

    def _writer_for(self, schema: pa.Schema) -> pq.ParquetWriter:
        if self._writer is not None and self._writer_width == len(schema):
            return self._writer
        self._close_writer()
        path = self._folder / f"text-{len(self.paths)}.parquet"
        self.paths.append(path)
        self._writer = pq.ParquetWriter(path, schema, compression="lz4")
        self._writer_width = len(schema)
        return self._writer

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _whole_characters(cell: str | None) -> str | None:
    return None if cell is None else _HALF_CHARACTERS.sub("\ufffd", cell)
