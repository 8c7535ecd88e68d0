"""How a delimited text is laid out: its delimiter, quoting, width and first row."""

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from ml.errors import UnreadableTable
from ml.tables.blank_separated import BLANK, COLONS, is_blank_separated, is_colon_separated, with_tabs
from ml.tables.header_lines import header_lines
from ml.tables.header_row import has_header, is_number, is_surely_header
from ml.tables.summary import MEGABYTE, Limits
from ml.tables.values import BLANKS

DELIMITERS = (",", ";", "\t", "|")
# Only where one parts every line alike, as it may stand in a value; the last is that of Hive.
RARE_DELIMITERS = ("^", "~", "\x01")

_SAMPLE_CHARACTERS = 256 * 1024
_LONGEST_SAMPLE = 8 * 1024 * 1024
_SAMPLE_ROWS = 1000
_JUDGED_ROWS = 100
_MOST_LINES_ABOVE = 20
_LEAST_SHARE_ALIKE = 0.4
_EXCEL_HINT = re.compile(r"sep=(.)\n", re.IGNORECASE)
_SQL = re.compile(r"--|/\*|(?:create|drop|insert|set|use|begin|start|pragma|lock|alter)\s", re.IGNORECASE)
_SQL_OF_TABLES = re.compile(r"^(?:create table|insert into)\s[^\n;]*[(;]", re.IGNORECASE | re.MULTILINE)
# All remarks above a table but the last, which may be its header. A hash with a word is perhaps a value.
_REMARKS = re.compile(r"(?:[ \t]*(?:#(?:[ \t#].*)?)?\n)+(?=#.*\n\s*[^#\s])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a reader of delimited text must know.

    `skipped` lines of text stand above the table (an empty line is none); then comes the header, when there
    is one, `below` lines that say more of the columns (units, types), and rows of `len(names)` cells. `names` are as
    the file has them, blank ones included. `parted_by` says that columns are parted by blanks or double colons, and
    that this is the layout of the lines after `with_tabs`.
    """

    delimiter: str
    quote: str = '"'
    parted_by: str | None = None
    escape: str | None = None
    header: bool = True
    skipped: int = 0
    below: int = 0
    names: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return len(self.names)

    @property
    def has_free_comma(self) -> bool:
        """Whether a comma can only be a part of a value."""
        return self.delimiter != ","

    @property
    def is_quoted_plainly(self) -> bool:
        """Whether cells are quoted by `"`, doubled inside."""
        return self.quote == '"' and self.escape is None

    @property
    def is_plain(self) -> bool:
        """Whether every reader understands it: quoted plainly, nothing above the table or between header and rows."""
        return self.is_quoted_plainly and self.skipped == 0 and self.below == 0


@dataclass(frozen=True, slots=True)
class _Attempt:
    layout: Layout
    rows: list[list[str]]
    width: int
    share: float
    whole: bool

    def score(self, delimiters: Collection[str]) -> float:
        """How well it parts the lines: cells with others of these `delimiters` tell against it."""
        first = 0.2 if len(self.rows[0]) == self.width else 0.0
        return self.share + 0.5 * self._share_of_clean_cells(delimiters) + first

    @property
    def parts_every_line(self) -> bool:
        return len(self.rows) > 1 and all(len(row) == self.width for row in self.rows)

    def _share_of_clean_cells(self, delimiters: Collection[str]) -> float:
        others = "".join(set(delimiters) - {self.layout.delimiter})
        odd = re.compile(f"[{re.escape(others)}]")
        cells = [cell for row in self.rows[:_JUDGED_ROWS] for cell in row]
        clean = sum(1 for cell in cells if not odd.search(cell) or is_number(cell, decimal_comma=True))
        return clean / len(cells)


def rows_of(lines: Iterable[str], layout: Layout, *, strict: bool = False, quotes: bool = True) -> Iterator[list[str]]:
    """The rows that lines of text make; spaces before a quotation mark do not count, as around any value.

    Raises csv.Error for a cell beyond the limit of the process and, when `strict`, for quotations that are
    not closed or go on after their end.
    """
    return csv.reader(
        lines,
        delimiter=layout.delimiter,
        quotechar=layout.quote,
        escapechar=layout.escape,
        skipinitialspace=True,
        strict=strict,
        quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
    )


def sniff_layout(path: Path, limits: Limits) -> Layout:
    """The layout of a UTF-8 text, told from its first rows.

    Raises UnreadableTable `empty` (no row, or a header alone), `one_column` (no delimiter splits the lines
    alike), `unreadable` (a web page) and `too_many_columns`.
    """
    with path.open(encoding="utf-8", newline="\n") as file:
        return layout_of(*sample_of(file), limits)


def layout_of(sample: str, whole: bool, limits: Limits) -> Layout:
    """As `sniff_layout`, from the first lines of a text and whether they are all there are."""
    # The limit belongs to the whole process, so it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), limits.max_cell_bytes))
    refuse_endless_first_row(sample, limits)
    layout = _layout_of(sample, whole=whole)
    if layout.width > limits.max_columns:
        raise too_many_columns(layout.width, limits)
    return layout


def refuse_endless_first_row(sample: str, limits: Limits) -> None:
    """Raises UnreadableTable when the first row does not end within a megabyte and has too many cells by then."""
    start = sample[:MEGABYTE]
    if len(start) < MEGABYTE or "\n" in start.lstrip():
        return
    widths = {_width_of_line(start, delimiter) for delimiter in DELIMITERS}
    if all(width == 1 or width > limits.max_columns for width in widths) and max(widths) > 1:
        raise too_many_columns(max(widths) - 1, limits, counted_all=False)


def _width_of_line(line: str, delimiter: str) -> int:
    try:
        return len(next(rows_of([line], Layout(delimiter=delimiter)), [""]))
    except csv.Error:  # a cell beyond the limit: this delimiter parts next to nothing
        return 1


def too_many_columns(count: int, limits: Limits, *, counted_all: bool = True) -> UnreadableTable:
    """Refuse a table of so many columns, or of more than that where they were not counted to the end."""
    number = f"{count:,}" if counted_all else f"more than {count:,}"
    detail = f"There are {number} columns and at most {limits.max_columns:,} are read; leave some out."
    return UnreadableTable("too_many_columns", detail)


def _layout_of(sample: str, *, whole: bool) -> Layout:
    text = sample.lstrip()
    if not text:
        raise UnreadableTable("empty", "The file holds only blank lines; upload one with a header and rows.")
    _refuse_other_formats(text)
    hint = _EXCEL_HINT.match(sample)
    if hint and hint[1] in DELIMITERS + RARE_DELIMITERS:
        return _finished(_best_attempt(sample[hint.end() :], (hint[1],), whole=whole), skipped=1)
    remarks = _REMARKS.match(sample)
    if remarks and '"' not in remarks[0]:  # a quotation that opens there may end anywhere
        lines = sum(1 for line in remarks[0].split("\n") if line.strip())
        found = _layout_of(sample[remarks.end() :], whole=whole)
        return replace(found, skipped=found.skipped + lines)
    first = sample.split("\n")[:_SAMPLE_ROWS]
    if is_blank_separated(first):
        return _parted_by(BLANK, sample, whole=whole)
    rare = tuple(delimiter for delimiter in RARE_DELIMITERS if delimiter in sample)
    if is_colon_separated(first) and not _parts_every_line(sample, whole=whole):
        return _parted_by(COLONS, sample, whole=whole)
    return _finished(_best_attempt(sample, DELIMITERS + rare, whole=whole), skipped=0)


def _parts_every_line(sample: str, *, whole: bool) -> bool:
    """Whether one of the usual delimiters parts all lines alike."""
    tried = (_attempt(sample, Layout(delimiter=delimiter), whole=whole) for delimiter in DELIMITERS)
    return any(attempt and attempt.parts_every_line for attempt in tried)


def _parted_by(mark: str, sample: str, *, whole: bool) -> Layout:
    tabbed = "".join(with_tabs(line, mark) + "\n" for line in sample.removesuffix("\n").split("\n"))
    return replace(_finished(_best_attempt(tabbed, ("\t",), whole=whole), skipped=0), parted_by=mark)


def _refuse_other_formats(text: str) -> None:
    if re.match(r"<!doctype|<html|<\?xml", text, re.IGNORECASE):
        raise UnreadableTable("unreadable", "This is a web page or XML; save the table in it as CSV or JSON.")
    if re.match(r"(?:%.*\n|\s)*+@relation\b", text, re.IGNORECASE):
        raise UnreadableTable("unreadable", "This is an ARFF file; save the table as CSV first.")
    if _SQL.match(text) and _SQL_OF_TABLES.search(text):
        raise UnreadableTable("unreadable", "This is a script in SQL; run it, and save the table as CSV first.")


def sample_of(file: IO[str]) -> tuple[str, bool]:
    """The first lines, and whether they are all there are."""
    text = file.read(_SAMPLE_CHARACTERS)
    while text.isspace() and (more := file.read(_SAMPLE_CHARACTERS)):
        text = more
    while text.count("\n") < 5 and len(text) < _LONGEST_SAMPLE and (more := file.read(_SAMPLE_CHARACTERS)):
        text += more
    whole = not file.read(1)
    if not whole and "\n" in text:
        text = text[: text.rindex("\n") + 1]
    return text, whole


def _best_attempt(sample: str, delimiters: Sequence[str], *, whole: bool) -> _Attempt:
    attempts: list[_Attempt] = []
    for delimiter in delimiters:
        is_rare = delimiter in RARE_DELIMITERS
        if is_rare and any(attempt.parts_every_line for attempt in attempts):
            break
        tried = [_attempt(sample, layout, whole=whole) for layout in _quotings(sample, delimiter)]
        attempts += [attempt for attempt in tried if attempt and (attempt.parts_every_line or not is_rare)]
    if not attempts:
        raise _one_column(sample)
    met = {*DELIMITERS, *(attempt.layout.delimiter for attempt in attempts)}
    best = attempts[0]
    for attempt in attempts[1:]:
        if attempt.score(met) > best.score(met) + 1e-9:
            best = attempt
    return best


def _one_column(sample: str) -> UnreadableTable:
    if not sample.strip():
        return UnreadableTable("empty", "The file holds no rows; upload one with a header and at least one row.")
    return UnreadableTable(
        "one_column",
        "Only one column was found; separate the columns by comma, semicolon, tab or |, alike in every line.",
    )


def _quotings(sample: str, delimiter: str) -> list[Layout]:
    plain = Layout(delimiter=delimiter)
    if '\\"' in sample:
        return [plain, replace(plain, escape="\\")]
    edge = re.escape(delimiter)
    plainly_quoted = re.search(rf'(?:^|{edge}) *"', sample, re.MULTILINE)
    if not plainly_quoted and len(re.findall(rf"(?:^|{edge})'[^'\n]*'(?={edge}|$)", sample, re.MULTILINE)) > 1:
        return [plain, replace(plain, quote="'")]
    return [plain]


def _attempt(sample: str, layout: Layout, *, whole: bool) -> _Attempt | None:
    rows, whole = _rows(sample, layout, whole=whole)
    widths = Counter(len(row) for row in rows)
    if not widths:
        return None
    width, count = max(widths.items(), key=lambda item: (item[1], item[0] == len(rows[0]), item[0]))
    if wider := _width_of_late_table(rows, width):
        return _Attempt(layout, rows, wider, widths[wider] / len(rows), whole)
    if width < 2 or count / len(rows) < _LEAST_SHARE_ALIKE:
        return None
    return _Attempt(layout, rows, width, count / len(rows), whole)


def _width_of_late_table(rows: Sequence[Sequence[str]], width: int) -> int | None:
    """The width of rows that are all alike to the end, under a header, below a few remarks with a value each."""
    first = next((place for place, row in enumerate(rows[: _MOST_LINES_ABOVE + 1]) if len(row) > width + 1), 0)
    above, late = rows[:first], rows[first:]
    if not above or any(_filled(row) > 2 for row in above) or len({len(row) for row in late}) > 1:
        return None
    return len(late[0]) if is_surely_header(late[0], late[1:]) else None


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip(BLANKS))


def _rows(sample: str, layout: Layout, *, whole: bool) -> tuple[list[list[str]], bool]:
    """The rows of the sample, and whether they are all of the file's; the last is left out when it may be cut."""
    rows: list[list[str]] = []
    reader = rows_of(io.StringIO(sample, newline="\n"), layout)
    try:
        for row in reader:
            if is_blank(row):
                continue
            rows.append(row)
            if len(rows) > _SAMPLE_ROWS:
                return rows, False
    except csv.Error:  # a cell beyond the limit; the reader of the whole file says where
        return rows, False
    return (rows if whole or len(rows) < 2 else rows[:-1]), whole


def is_blank(row: Sequence[str]) -> bool:
    """Whether this is an empty line: no row, in any reader."""
    return not row or (len(row) == 1 and not row[0].strip(BLANKS))


def _finished(attempt: _Attempt, *, skipped: int) -> Layout:
    above = _lines_above(attempt) or _remarks(attempt)
    rows, width = attempt.rows[above:], attempt.width
    lines = header_lines(rows)
    names = rows[lines.names]
    alike = [row for row in rows[lines.count :] if len(row) == width]
    header = lines.count > 1 or has_header(names, alike, width=width)
    if not header:
        names = [""] * width
    elif len(names) == width - 1 and alike:
        # Either each row ends with a delimiter, or (as R writes it) the row names have no header.
        names = names if all(not row[-1].strip(BLANKS) for row in alike) else ["", *names]
    elif len(names) < width:
        names = [*names, *[""] * (width - len(names))]
    if header and attempt.whole and len(rows) == 1:
        raise UnreadableTable("empty", "The file has a header but no rows; upload one with at least one row.")
    return replace(
        attempt.layout,
        header=header,
        skipped=skipped + above + lines.names,
        below=lines.count - 1 - lines.names,
        names=tuple(names),
    )


def _lines_above(attempt: _Attempt) -> int:
    """How many rows of one cell (a title, a remark) stand above the first row that is wide enough.

    Where that one holds values, the row above it may be a header with a single name. Where it is too narrow, and a
    header as wide as the table follows, it is a remark with its value, such as `Account;123`.
    """
    rows, width = attempt.rows, attempt.width
    wide = (len(row) > 1 and _filled(row) > 1 for row in rows[: _MOST_LINES_ABOVE + 1])
    place = next((place for place, is_wide in enumerate(wide) if is_wide), 0)
    if len(rows[place]) < width - 1:
        return _place_of_wide_header(rows, width) or place
    below = [row for row in rows[place:] if len(row) == width]
    if place and below and len(rows[place - 1]) == width:
        return place - (
            has_header(rows[place - 1], below, width=width) and not has_header(below[0], below[1:], width=width)
        )
    return place


def _place_of_wide_header(rows: Sequence[Sequence[str]], width: int) -> int:
    """The place of the first row as wide as the table, if it is a header; otherwise 0."""
    place = next((place for place, row in enumerate(rows[: _MOST_LINES_ABOVE + 1]) if len(row) >= width - 1), 0)
    below = [row for row in rows[place + 1 :] if len(row) == width]
    return place if below and has_header(rows[place], below, width=width) else 0


def _remarks(attempt: _Attempt) -> int:
    """How many rows that begin with # stand above the table; the last of them may be its header."""
    rows, width = attempt.rows, attempt.width
    count = next((place for place, row in enumerate(rows) if not row[0].lstrip().startswith("#")), 0)
    if not 0 < count <= _MOST_LINES_ABOVE:
        return 0
    below = [row for row in rows[count + 1 :] if len(row) == width]
    is_header = len(rows[count - 1]) == width and not has_header(rows[count], below, width=width)
    return count - is_header
