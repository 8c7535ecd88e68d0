"""Read a file of any known format into one typed Parquet file."""

import os
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from ml.errors import UnreadableTable
from ml.tables.cells import cleaned_cells
from ml.tables.contents import PARQUET_MAGIC, head_of, inflated, plain_text, refuse_binary
from ml.tables.delimited import sniff_layout
from ml.tables.delimited_text import Ragged, clean_rows_to_parquet, ragged_rows_to_parquet
from ml.tables.duck import connect, copy, one_row, parquet, select
from ml.tables.headers import clean_names
from ml.tables.json_text import objects_to_text
from ml.tables.parquet_text import parquet_to_text
from ml.tables.readings import Reading, find_readings
from ml.tables.roles import describe_columns
from ml.tables.sniffing import looks_like_json
from ml.tables.summary import BadRow, Dialect, Limits, TableSummary, counted
from ml.tables.text_sink import TextSink

__all__ = ["BadRow", "Dialect", "Limits", "TableSummary", "read_table"]

_CELLS_A_ROW_GROUP = 4_000_000
_ROWS_A_GROUP = (2048, 122_880)


def read_table(source: Path, *, filename: str, destination: Path, limits: Limits = Limits()) -> TableSummary:  # noqa: B008 -- immutable
    """Read `source` (CSV and its kin, JSON, JSON lines, Parquet, each also gzipped) and write `destination`.

    The format is told from the contents and only then from `filename`. Values are stripped of the blanks
    around them; types are decided over every value. The Parquet file has one column c0, c1, … for each
    column of the summary and appears only when it is whole. Memory stays bounded whatever the size.

    Raises UnreadableTable with its code and a sentence that says the remedy, and OSError of the disk.
    """
    with tempfile.TemporaryDirectory(prefix=".reading-", dir=destination.parent) as folder:
        work = Path(folder)
        try:
            with connect(work) as connection:
                summary = _read(connection, source, filename, work, limits)
        except (duckdb.Error, pa.ArrowException) as error:
            detail = "The file could not be read as a table; save it as plain CSV in UTF-8 and try again."
            raise UnreadableTable("unreadable", detail) from error
        _publish(work / "table.parquet", destination)
    return summary


@dataclass(slots=True)
class _Text:
    """A file turned into Parquet columns of text; `is_clean` when its cells are ready for typing."""

    paths: list[Path]
    names: list[str]
    dialect: Dialect
    is_clean: bool = False
    ragged: Ragged = field(default_factory=Ragged)
    notes: list[str] = field(default_factory=list)


def _read(
    connection: duckdb.DuckDBPyConnection, source: Path, filename: str, work: Path, limits: Limits
) -> TableSummary:
    text = _text_of(connection, source, filename, work, limits)
    names = clean_names(text.names)
    _make_cells(connection, text, work / "cells.parquet")
    decimal_comma = text.dialect.delimiter in {";", "\t", "|"}
    readings = find_readings(connection, "cells", names, decimal_comma=decimal_comma)
    path = work / "table.parquet"
    rows = _write(connection, readings, path)
    columns = describe_columns(connection, path, names, readings, rows)
    notes = [*text.notes, *text.ragged.notes()]
    for column, reading in zip(columns, readings, strict=True):
        notes.extend(reading.notes)
        if lost := reading.present - (rows - column.missing):
            which = counted(lost, "value", "values")
            notes.append(f"{which} of “{column.name}” infinite or not a number; read as missing.")
    return TableSummary(
        rows=rows,
        columns=columns,
        dialect=text.dialect,
        bad_rows=text.ragged.rows,
        bad_row_count=text.ragged.count,
        notes=notes,
    )


def _text_of(connection: duckdb.DuckDBPyConnection, source: Path, filename: str, work: Path, limits: Limits) -> _Text:
    path, compression = inflated(source, work, limits)
    head = head_of(path)
    if head.startswith(PARQUET_MAGIC):
        file, names = parquet_to_text(connection, path, work, limits)
        text = _Text([file], names, Dialect(format="parquet", compression=compression, header=True))
    else:
        refuse_binary(head)
        text = _text_of_characters(connection, path, filename, work, limits)
        text = replace(text, dialect=replace(text.dialect, compression=compression))
    if len(text.names) < 2:
        detail = "Only one column was found; a table needs one to predict and at least one to learn from."
        raise UnreadableTable("one_column", detail)
    return text


def _text_of_characters(
    connection: duckdb.DuckDBPyConnection, path: Path, filename: str, work: Path, limits: Limits
) -> _Text:
    plain = plain_text(path, work)
    if looks_like_json(plain.path, filename):
        sink = TextSink(work, width=0, limits=limits)
        kind, keys = objects_to_text(plain.path, sink, limits)
        dialect = Dialect(format=kind, encoding=plain.encoding)
        return _Text(sink.paths, keys, dialect, notes=plain.notes)
    layout = sniff_layout(plain.path)
    if layout.width > limits.max_columns:
        detail = f"There are {layout.width:,} columns and at most {limits.max_columns:,} are read; leave some out."
        raise UnreadableTable("too_many_columns", detail)
    dialect = Dialect(
        format="csv",
        encoding=plain.encoding,
        delimiter=layout.delimiter,
        quote=layout.quote,
        escape=layout.escape,
        header=layout.header,
    )
    clean = clean_rows_to_parquet(connection, plain, layout, work, limits)
    if clean is not None:
        return _Text([clean], list(layout.names), dialect, is_clean=True, notes=plain.notes)
    sink = TextSink(work, width=layout.width, limits=limits)
    ragged = ragged_rows_to_parquet(plain, layout, sink, limits)
    if sink.rows == 0:
        raise UnreadableTable("empty", "No row of the file fits its header; check the delimiter, then upload again.")
    return _Text(sink.paths, list(layout.names), dialect, ragged=ragged, notes=plain.notes)


def _make_cells(connection: duckdb.DuckDBPyConnection, text: _Text, path: Path) -> None:
    """The view `cells` over the cleaned text; cleaned once, as every test of every type reads it."""
    cells = text.paths
    if not text.is_clean:
        query = cleaned_cells(len(text.names), parquet(text.paths))
        connection.execute(copy(query, path))
        cells = [path]
    connection.execute(f"CREATE VIEW cells AS FROM {parquet(cells)}")


def _write(connection: duckdb.DuckDBPyConnection, readings: list[Reading], path: Path) -> int:
    least, most = _ROWS_A_GROUP
    group = max(least, min(most, _CELLS_A_ROW_GROUP // len(readings)))
    query = select((reading.sql for reading in readings), "cells")
    connection.execute(copy(query, path, compression="zstd", row_group=group))
    return int(one_row(connection, select(["count(*)"], parquet([path])))[0])


def _publish(path: Path, destination: Path) -> None:
    """Onto the disk first, then under its name: whoever sees the name finds a whole file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.replace(destination)
