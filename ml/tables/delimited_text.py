"""Delimited text into Parquet columns of text: DuckDB where the file is clean, row by row where it is not."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import duckdb

from ml.tables.cells import cleaned_cells
from ml.tables.contents import PlainText
from ml.tables.delimited import Layout, is_blank, rows_of
from ml.tables.duck import copy, file_name, literal, one_row, parquet, select
from ml.tables.summary import MEGABYTE, BadRow, Limits, counted
from ml.tables.text_sink import TextSink, cell_too_long, too_many_rows
from ml.tables.values import BLANKS

_KEPT_BAD_ROWS = 100
_LONGEST_LINE = 64 * MEGABYTE


@dataclass(slots=True)
class Ragged:
    """Rows that did not have as many cells as there are columns; the first hundred are kept."""

    rows: list[BadRow] = field(default_factory=list)
    above: int = 0
    short: int = 0
    long: int = 0

    @property
    def count(self) -> int:
        return self.above + self.short + self.long

    def note(self, line: int, reason: str) -> None:
        if len(self.rows) < _KEPT_BAD_ROWS:
            self.rows.append(BadRow(line, reason))

    def notes(self) -> list[str]:
        notes = []
        if self.above:
            notes.append(f"{counted(self.above, 'line', 'lines')} above the table left out.")
        if self.short:
            rows = counted(self.short, "row has", "rows have")
            notes.append(f"{rows} too few cells, kept; what is not there counts as missing.")
        if self.long:
            notes.append(f"{counted(self.long, 'row has', 'rows have')} too many cells, left out.")
        return notes


def clean_rows_to_parquet(
    connection: duckdb.DuckDBPyConnection, text: PlainText, layout: Layout, folder: Path, limits: Limits
) -> Path | None:
    """The fast way, for a file in which every row fits; None when it is not (nothing is lost by trying)."""
    if not layout.is_plain or not _starts_plainly(text, layout):
        return None
    path = folder / "clean.parquet"
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(layout.width))
    file = f"""
        read_csv({file_name(text.path)}, columns = {{{columns}}}, delim = {literal(layout.delimiter)}, quote = '"',
            escape = '"', header = {str(layout.header).lower()}, auto_detect = false, strict_mode = true,
            new_line = '\\n', max_line_size = {limits.max_cell_bytes})"""
    try:
        connection.execute(copy(cleaned_cells(layout.width, file), path))
    except duckdb.Error:
        return None
    rows = int(one_row(connection, select(["count(*)"], parquet([path])))[0])
    if rows == 0 or (not text.has_quotes and rows != _expected_rows(text, layout)):
        return None
    if limits.max_rows is not None and rows > limits.max_rows:
        raise too_many_rows(limits)
    return path


def _starts_plainly(text: PlainText, layout: Layout) -> bool:
    """Whether the first line is a row of its own; DuckDB takes a blank one, or half a quoted one, for a header."""
    with text.path.open(encoding="utf-8", newline="\n") as file:
        line = file.readline(_LONGEST_LINE)
    try:
        row = next(rows_of([line], layout, strict=True), [])
    except csv.Error:
        return False
    return len(row) == layout.width


def _expected_rows(text: PlainText, layout: Layout) -> int:
    """Rows of a file without quotes and blank lines; with blank lines it is too many, and the slow way is taken."""
    with text.path.open("rb") as file:
        file.seek(-1, 2)
        ends_open = file.read(1) != b"\n"
    return text.lines + ends_open - layout.header


def ragged_rows_to_parquet(text: PlainText, layout: Layout, sink: TextSink, limits: Limits) -> Ragged:
    """The careful way: every row is looked at.

    A row with too few cells is kept, the rest missing; one with too many is left out, unless what is too
    much is blank. A quotation that is opened and never closed is taken as text, line by line. Raises
    UnreadableTable `cell_too_long`, `too_large`.
    """
    # The limit belongs to the whole process, so it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), limits.max_cell_bytes))
    ragged = Ragged()
    with text.path.open(encoding="utf-8", newline="\n") as file:
        _Walk(file, layout, sink, ragged, limits).run()
    sink.close()
    return ragged


class _Walk:
    """One pass over the lines of a file; a row may take several lines."""

    def __init__(self, file: IO[str], layout: Layout, sink: TextSink, ragged: Ragged, limits: Limits) -> None:
        self._file = file
        self._layout = layout
        self._sink = sink
        self._ragged = ragged
        self._limits = limits
        self._taken: list[str] = []
        self._ended = False

    def run(self) -> None:
        layout = self._layout
        reader = rows_of(self._lines(), layout)
        above, header = layout.skipped, layout.header
        line = 1
        try:
            for row in reader:
                lines, self._taken = self._taken, []
                if is_blank(row):
                    pass
                elif above:
                    above -= 1
                    self._ragged.above += 1
                    self._ragged.note(line, "stands above the table; left out")
                elif header:
                    header = False
                elif len(lines) > 1 and (not self._fits(row) or self._ends_open(lines)):
                    self._take_line_by_line(lines, line)
                else:
                    self._take(row, line, sum(map(len, lines)))
                line += len(lines)
        except csv.Error as error:
            raise cell_too_long(self._limits, f"in line {line:,}") from error

    def _lines(self) -> Iterator[str]:
        while line := self._file.readline(_LONGEST_LINE):
            if len(line) == _LONGEST_LINE:
                raise csv.Error
            self._taken.append(line)
            yield line
        self._ended = True

    def _ends_open(self, lines: list[str]) -> bool:
        """Whether the file ends within a quotation; a reader that is not strict passes over that."""
        if not self._ended:
            return False
        try:
            deque(rows_of(lines, self._layout, strict=True), maxlen=0)
        except csv.Error as error:
            return "end of data" in str(error)
        return False

    def _take_line_by_line(self, lines: list[str], first: int) -> None:
        for line, text in enumerate(lines, start=first):
            row = self._row_of_one_line(text)
            if not is_blank(row):
                self._take([cell.rstrip("\n") for cell in row], line, len(text))

    def _row_of_one_line(self, text: str) -> list[str]:
        try:
            row = next(rows_of([text], self._layout, strict=True), [])
        except csv.Error:
            row = []
        if self._fits(row):
            return row
        return next(rows_of([text], self._layout, quotes=False), [])

    def _fits(self, row: list[str]) -> bool:
        width = self._layout.width
        return len(row) == width or (len(row) > width and _all_blank(row[width:]))

    def _take(self, row: list[str], line: int, characters: int) -> None:
        width, count = self._layout.width, len(row)
        if self._fits(row):
            self._sink.add(row[:width] if count > width else row, characters)
        elif count < width:
            self._ragged.short += 1
            self._ragged.note(line, f"{count} cells where there are {width} columns; the rest counts as missing")
            self._sink.add(row, characters)
        else:
            self._ragged.long += 1
            self._ragged.note(line, f"{count} cells where there are {width} columns; left out")


def _all_blank(cells: list[str]) -> bool:
    return all(not cell.strip(BLANKS) for cell in cells)
