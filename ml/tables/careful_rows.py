"""Delimited text read with care: rows that fit at the speed of a machine, every other row by itself."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from ml.tables.bad_rows import BadRows
from ml.tables.contents import PlainText
from ml.tables.delimited import Layout, is_blank, rows_of
from ml.tables.row_spans import row_spans
from ml.tables.summary import MEGABYTE, Limits, Progress, silent
from ml.tables.text_sink import TextSink, cell_too_long
from ml.tables.values import BLANKS
from ml.wording import counted

_WINDOW = 4 * MEGABYTE
_LONGEST_LINE = 64 * MEGABYTE
# Behind a doubtful quotation this many rows are looked at one by one.
_ROWS_IN_DOUBT = 50
# With more odd rows than one in so many, one by one is faster.
_ROWS_FOR_AN_ODD_ONE = 100
_LEAST_WIDTH_OF_A_ROW = 3


class Ragged:
    """What was odd about the rows of a text."""

    def __init__(self) -> None:
        self.above = 0
        self.below = 0
        self.headers = 0
        self.short = 0
        self.long = 0

    def notes(self) -> list[str]:
        notes = []
        if self.above:
            notes.append(f"{counted(self.above, 'line', 'lines')} above the table left out.")
        if self.below:
            lines = counted(self.below, "line", "lines")
            notes.append(f"{lines} below the names of the columns (units, types or the like) left out.")
        if self.headers:
            notes.append(f"{counted(self.headers, 'row repeats', 'rows repeat')} the header, left out.")
        if self.short:
            rows = counted(self.short, "row has", "rows have")
            notes.append(f"{rows} too few cells, kept; what is not there counts as missing.")
        if self.long:
            notes.append(f"{counted(self.long, 'row has', 'rows have')} too many cells, left out.")
        return notes


def careful_rows(
    text: PlainText, layout: Layout, sink: TextSink, limits: Limits, bad: BadRows, report: Progress = silent
) -> Ragged:
    """Put every row of a text into `sink`.

    A row with too few cells is kept, the rest missing; one with too many is left out, unless what is too
    much is blank; so is one that repeats the line of the header. A quotation that is opened and never closed is
    taken as text, line by line. Raises UnreadableTable `cell_too_long`, `too_large`.
    """
    # The limit belongs to the whole process, so it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), limits.max_cell_bytes))
    ragged = Ragged()
    size = text.path.stat().st_size
    with text.path.open("rb") as file:
        walk = _Walk(file, layout, sink, bad, ragged, limits)
        while walk.step():
            report("reading", min(walk.position, size), size, "bytes")
    sink.close()
    return ragged


class _Walk:
    """One pass over a file through a window that begins where a row begins; a row may take several lines."""

    def __init__(
        self, file: IO[bytes], layout: Layout, sink: TextSink, bad: BadRows, ragged: Ragged, limits: Limits
    ) -> None:
        self._done = 0
        self._file = file
        self._layout = layout
        self._sink = sink
        self._bad = bad
        self._ragged = ragged
        self._limits = limits
        self._above, self._header, self._below = layout.skipped, layout.header, layout.below
        self._header_line = b""
        self._window = b""
        self._at = 0
        self._line = 1
        self._taken: list[str] = []
        self._ended = False
        names = [f"c{i}" for i in range(layout.width)]
        self._convert = pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, quoted_strings_can_be_null=False
        )
        self._parse = pa_csv.ParseOptions(delimiter=layout.delimiter, newlines_in_values=True)
        self._names = names

    @property
    def position(self) -> int:
        """How many bytes of the file are taken."""
        return self._done + self._at

    def step(self) -> bool:
        """Take the rows of one window; False when there are no more."""
        while not self._ended and len(self._window) - self._at < _WINDOW:
            self._fill()
        if self._at == len(self._window):
            return False
        if waiting := self._above + self._header + self._below:
            self._walk(rows=waiting)
        elif not self._layout.is_quoted_plainly:
            self._walk(until=len(self._window))
        else:
            self._take_window()
        return True

    def _fill(self) -> None:
        self._done += self._at
        piece = self._file.read(_WINDOW)
        rest = self._window[self._at :] + piece
        if not piece:
            self._ended = True
            rest += b"" if rest.endswith(b"\n") or not rest else b"\n"
        self._window, self._at = rest, 0

    def _take_window(self) -> None:
        begin = self._at
        spans = row_spans(self._window[begin:], self._layout.delimiter)
        if not len(spans.ends):
            self._walk(rows=_ROWS_IN_DOUBT)
            return
        ends = spans.ends + begin
        sizes = np.diff(ends, prepend=begin)
        is_odd = (spans.cells != self._layout.width) | (sizes > self._limits.max_cell_bytes)
        for place in np.flatnonzero(sizes == len(self._header_line)):
            is_odd[place] |= self._window.startswith(self._header_line, ends[place] - sizes[place])
        odd = np.flatnonzero(is_odd)
        if len(odd) * _ROWS_FOR_AN_ODD_ONE > len(ends):
            self._walk(until=int(ends[-1]))
            return
        for place in odd:
            self._take_alike(int(ends[place - 1]) if place else begin)
            self._walk(until=int(ends[place]))
        self._take_alike(int(ends[-1]))

    def _take_alike(self, end: int) -> None:
        """Take all rows up to `end`, which have one cell for each column."""
        if end == self._at:
            return
        piece = memoryview(self._window)[self._at : end]
        options = pa_csv.ReadOptions(column_names=self._names, use_threads=False, block_size=len(piece) + 1)
        source = pa.BufferReader(pa.py_buffer(piece))
        self._sink.add_table(pa_csv.read_csv(source, options, self._parse, self._convert))
        self._line += self._window.count(b"\n", self._at, end)
        self._at = end

    def _walk(self, *, rows: int | None = None, until: int | None = None) -> None:
        """Take row after row: so many, or as long as they begin before `until` in the window as it is."""
        stop = None if until is None else self._done + until
        try:
            for row in rows_of(self._lines(), self._layout):
                lines, self._taken = self._taken, []
                self._take_any(row, lines)
                self._line += len(lines)
                rows = None if rows is None else rows - 1
                if rows == 0 or (stop is not None and self.position >= stop):
                    return
        except csv.Error as error:
            raise cell_too_long(self._limits, f"in line {self._line:,}") from error

    def _take_any(self, row: list[str], lines: list[str]) -> None:
        if is_blank(row):
            return
        if self._above:
            self._above -= 1
            self._ragged.above += 1
            self._bad.add(self._line, "stands above the table; left out", "".join(lines))
        elif self._header:
            self._header = False
            if tuple(row) == self._layout.names and not _all_blank(row):
                self._header_line = "".join(lines).encode()
        elif self._below:
            self._below -= 1
            self._ragged.below += 1
            self._bad.add(self._line, "tells of the columns, as units or types do; left out", "".join(lines))
        elif len(lines) == 1 and lines[0].encode() == self._header_line:
            self._ragged.headers += 1
            self._bad.add(self._line, "repeats the header; left out", lines[0])
        elif len(lines) > 1 and (not self._fits(row) or self._ends_open(lines) or self._are_rows(lines)):
            self._take_line_by_line(lines)
        else:
            self._take(row, self._line, "".join(lines))

    def _lines(self) -> Iterator[str]:
        while True:
            end = self._window.find(b"\n", self._at)
            while end < 0 and not self._ended:
                if len(self._window) - self._at > _LONGEST_LINE:
                    raise csv.Error
                self._fill()
                end = self._window.find(b"\n", self._at)
            if end < 0:
                return
            line = self._window[self._at : end + 1].decode()
            self._at = end + 1
            self._taken.append(line)
            yield line

    def _are_rows(self, lines: list[str]) -> bool:
        """Whether a quotation that goes on after its end lies over lines of which each is a whole row by itself.

        Two titles that begin with a mark never closed look like one cell between them; of two columns any two lines of
        text with a comma each would look like rows.
        """
        width = self._layout.width
        alone = (next(rows_of([line], self._layout, quotes=False), []) for line in lines)
        if width < _LEAST_WIDTH_OF_A_ROW or any(len(row) != width for row in alone if not is_blank(row)):
            return False
        try:
            deque(rows_of(lines, self._layout, strict=True), maxlen=0)
        except csv.Error:
            return True
        return False

    def _ends_open(self, lines: list[str]) -> bool:
        """Whether the file ends within a quotation; a reader that is not strict passes over that."""
        if not self._ended or self._at < len(self._window):
            return False
        try:
            deque(rows_of(lines, self._layout, strict=True), maxlen=0)
        except csv.Error as error:
            return "end of data" in str(error)
        return False

    def _take_line_by_line(self, lines: list[str]) -> None:
        for line, text in enumerate(lines, start=self._line):
            row = self._row_of_one_line(text)
            if not is_blank(row):
                self._take([cell.rstrip("\n") for cell in row], line, text)

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

    def _take(self, row: list[str], line: int, text: str) -> None:
        width, count = self._layout.width, len(row)
        longest = self._limits.max_cell_bytes
        if len(text) * 4 > longest and any(len(cell.encode()) > longest for cell in row):
            raise cell_too_long(self._limits, f"in line {line:,}")
        if self._fits(row):
            self._sink.add(row[:width] if count > width else row, len(text))
        elif count < width:
            self._ragged.short += 1
            reason = f"{counted(count, 'cell', 'cells')} where there are {width} columns; the rest counts as missing"
            self._bad.add(line, reason, text)
            self._sink.add(row, len(text))
        else:
            self._ragged.long += 1
            self._bad.add(line, f"{count} cells where there are {width} columns; left out", text)


def _all_blank(cells: list[str]) -> bool:
    return all(not cell.strip(BLANKS) for cell in cells)
