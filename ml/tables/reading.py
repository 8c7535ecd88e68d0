"""Read a file of any known format into one typed Parquet file."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from ml.errors import UnreadableTable
from ml.schema import Column
from ml.tables.alike import each_column
from ml.tables.bad_rows import BadRows
from ml.tables.blank_separated import tabbed
from ml.tables.careful_rows import careful_rows
from ml.tables.cells import cleaned_cells
from ml.tables.contents import PARQUET_MAGIC, PlainText, head_of, inflated, plain_text, refuse_binary
from ml.tables.delimited import RARE_DELIMITERS, sniff_layout
from ml.tables.delimited_text import clean_rows_to_parquet
from ml.tables.duck import connect, copy, execute, one_row, parquet, raise_if_disk_is_full, select, typed_copy
from ml.tables.guesses import known_readings
from ml.tables.headers import clean_names, notes_on_names
from ml.tables.json_text import objects_to_text
from ml.tables.looking import look_at_all
from ml.tables.looks import Look
from ml.tables.parquet_text import parquet_to_text
from ml.tables.readings import Reading, Trials, find_readings
from ml.tables.roles import describe_columns
from ml.tables.sniffing import looks_like_json
from ml.tables.summary import BadRow, Dialect, Limits, Progress, TableSummary, silent
from ml.tables.text_sink import TextSink
from ml.tables.totals import notes_on_total
from ml.wording import counted

__all__ = ["BadRow", "Dialect", "Limits", "Progress", "TableSummary", "read_table", "silent"]


def read_table(
    source: Path,
    *,
    filename: str,
    destination: Path,
    limits: Limits = Limits(),  # noqa: B008 -- immutable
    report: Progress = silent,
    bad_rows: Path | None = None,
) -> TableSummary:
    """Read `source` (CSV and its kin, JSON, JSON lines, Parquet, each also gzipped) and write `destination`.

    The format is told from the contents and only then from `filename`. Values are stripped of the blanks
    around them; types are decided over every value. The Parquet file has one column c0, c1, … for each
    column of the summary and appears only when it is whole. Memory stays bounded whatever the size.
    `report` hears how far the reading is. The rows that did not fit are written to `bad_rows` (CSV: line, reason,
    text; at most 10,000), a file that is there only when there are any.

    Raises UnreadableTable with its code and a sentence that says the remedy, and OSError of the disk.
    """
    with tempfile.TemporaryDirectory(prefix=".reading-", dir=destination.parent) as folder:
        work = Path(folder)
        bad = BadRows(work / "bad-rows.csv")
        try:
            with connect(work) as connection:
                summary = _Reader(connection, filename, work, limits, report, bad).read(source)
        except (duckdb.Error, pa.ArrowException) as error:
            raise_if_disk_is_full(error)
            detail = "The file could not be read as a table; save it as plain CSV in UTF-8 and try again."
            raise UnreadableTable("unreadable", detail) from error
        finally:
            bad.close()
        if bad_rows is not None and bad.count:
            _publish(work / "bad-rows.csv", bad_rows)
        _publish(work / "table.parquet", destination)
    return summary


@dataclass(frozen=True, slots=True)
class _Text:
    """A file turned into Parquet columns of text; those `known` are typed already, when `is_clean` the rest is tidy."""

    paths: list[Path]
    names: list[str]
    dialect: Dialect
    is_clean: bool = False
    known: dict[int, Reading] = field(default_factory=dict)
    trials: Trials | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one file, from its bytes to the typed table in the folder `work`."""

    connection: duckdb.DuckDBPyConnection
    filename: str
    work: Path
    limits: Limits
    report: Progress
    bad: BadRows

    def read(self, source: Path) -> TableSummary:
        text = self._text_of(source)
        names = clean_names(text.names)
        self._make_cells(text)
        decimal_comma = text.dialect.delimiter in {";", "\t", "|", *RARE_DELIMITERS}
        readings = find_readings(
            self.connection,
            "cells",
            names,
            decimal_comma=decimal_comma,
            known=text.known,
            trials=text.trials,
            report=self.report,
        )
        path = self._write(text, readings)
        rows = int(one_row(self.connection, select(["count(*)"], parquet([path])))[0])
        looks = self._look_at(path, len(names), rows)
        columns = describe_columns(self.connection, names, readings, looks, rows)
        return TableSummary(
            rows=rows,
            columns=columns,
            looks=looks,
            dialect=text.dialect,
            bad_rows=self.bad.listed,
            bad_row_count=self.bad.count,
            notes=[
                *text.notes,
                *(notes_on_names(text.names, names) if text.dialect.header is not False else ()),
                *_notes_on(columns, readings, rows),
                *notes_on_total(self.connection, path, rows),
            ],
        )

    def _text_of(self, source: Path) -> _Text:
        path, compression = inflated(source, self.work, self.limits, self.report)
        head = head_of(path)
        if head.startswith(PARQUET_MAGIC):
            file, names = parquet_to_text(self.connection, path, self.work, self.limits, self.report)
            text = _Text([file], names, Dialect(format="parquet", header=True))
        else:
            refuse_binary(head)
            text = self._text_of_characters(path)
        if len(text.names) < 2:
            detail = "Only one column was found; a table needs one to predict and at least one to learn from."
            raise UnreadableTable("one_column", detail)
        return replace(text, dialect=replace(text.dialect, compression=compression))

    def _text_of_characters(self, path: Path) -> _Text:
        plain = plain_text(path, self.work, self.bad, self.report)
        if not looks_like_json(plain.path, self.filename):
            return self._text_of_rows(plain)
        sink = TextSink(self.work, width=0, limits=self.limits)
        wrong = self.bad.count  # lines with bytes that are no text, which are kept
        found = objects_to_text(plain.path, sink, self.limits, self.bad, self.report)
        out = self.bad.count - wrong
        notes = [*plain.notes, *found.notes]
        if out:
            notes.append(f"{counted(out, 'line is', 'lines are')} no JSON object, left out.")
        dialect = Dialect(format=found.format, encoding=plain.encoding, header=found.header)
        return _Text(sink.paths, found.names, dialect, notes=notes)

    def _text_of_rows(self, plain: PlainText) -> _Text:
        layout = sniff_layout(plain.path, self.limits)
        if layout.parted_by:
            tabbed(plain.path, self.work / "tabbed", layout.parted_by)
            plain = replace(plain, path=self.work / "tabbed")
        dialect = Dialect(
            format="csv",
            encoding=plain.encoding,
            delimiter=layout.parted_by or layout.delimiter,
            quote=layout.quote,
            escape=layout.escape,
            header=layout.header,
        )
        names = list(layout.names)
        clean = clean_rows_to_parquet(self.connection, plain, layout, self.work, self.limits, self.report)
        if clean is not None:
            known, trials = known_readings(clean.kinds), clean.trials
            return _Text([clean.path], names, dialect, is_clean=True, known=known, trials=trials, notes=plain.notes)
        sink = TextSink(self.work, width=layout.width, limits=self.limits)
        ragged = careful_rows(plain, layout, sink, self.limits, self.bad, self.report)
        if sink.rows == 0:
            detail = "No row of the file fits its header; check the delimiter, then upload again."
            raise UnreadableTable("empty", detail)
        return _Text(sink.paths, names, dialect, notes=[*plain.notes, *ragged.notes()])

    def _make_cells(self, text: _Text) -> None:
        """The view `cells` over the cleaned text; cleaned once, as every test of every type reads it."""
        cells = text.paths
        if not text.is_clean:
            path = self.work / "cells.parquet"
            self._execute("tidying", copy(cleaned_cells(len(text.names), parquet(text.paths)), path))
            for each in text.paths:
                each.unlink()
            cells = [path]
        self.connection.execute(f"CREATE VIEW cells AS FROM {parquet(cells)}")

    def _write(self, text: _Text, readings: list[Reading]) -> Path:
        """The typed table; the clean file itself when nothing in it needs another reading."""
        path = self.work / "table.parquet"
        if text.is_clean and all(reading.sql == "{v}" for reading in readings):
            return text.paths[0].rename(path)
        query = each_column([reading.sql for reading in readings], "cells")
        self._execute("writing", typed_copy(query, path, len(readings)))
        return path

    def _look_at(self, path: Path, width: int, rows: int) -> list[Look]:
        """What the values of the typed table tell, which is the view `typed` from now on."""
        self.connection.execute(f"CREATE VIEW typed AS FROM {parquet([path])}")
        return look_at_all(self.connection, width, rows, lambda done: self.report("describing", done, width, "columns"))

    def _execute(self, stage: str, statement: str) -> None:
        execute(self.connection, statement, lambda percent: self.report(stage, percent, 100, "percent"))


def _notes_on(columns: Sequence[Column], readings: Sequence[Reading], rows: int) -> Iterator[str]:
    for column, reading in zip(columns, readings, strict=True):
        yield from reading.notes
        if reading.present is not None and (lost := reading.present - (rows - column.missing)):
            which = counted(lost, "value", "values")
            yield f"{which} of “{column.name}” infinite or not a number; read as missing."


def _publish(path: Path, destination: Path) -> None:
    """Onto the disk first, then under its name: whoever sees the name finds a whole file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.replace(destination)
