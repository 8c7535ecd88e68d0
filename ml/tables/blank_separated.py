"""Tables whose columns are parted by blanks, as scientists and printers write them, or by double colons."""

import re
from collections.abc import Sequence
from pathlib import Path

from ml.tables.header_row import is_number
from ml.tables.values import is_missing

_LEAST_LINES = 3
_LEAST_SHARE_ALIKE = 0.9
_LEAST_SHARE_OF_NUMBERS = 0.5
# There may be more codes than numbers where so many lines are all alike, as no lines of prose are, and have no tab.
_LINES_ALL_ALIKE, _LEAST_COLUMNS_OF_CODES, _LEAST_SHARE_BESIDE_CODES = 20, 4, 0.25
BLANK, COLONS = " ", "::"
_LEAST_COLONS = 2
_CELL = re.compile(r'"(?:[^"]|"")*"|[^ \t\n]+')
_ALIGNED = re.compile(r"\S {2,}\S")
# Their presence means that blanks are a part of the cells.
_OTHER_DELIMITERS = re.compile(r"[,;|\x01]")


def with_tabs(line: str, parted_by: str) -> str:
    """The same line with one tab between its cells; blanks within quotation marks stay.

    >>> with_tabs('  18.0   8 "buick skylark"', " "), with_tabs("1::Toy Story::Comedy", "::")
    ('18.0\\t8\\t"buick skylark"', '1\\tToy Story\\tComedy')
    """
    return "\t".join(_CELL.findall(line)) if parted_by == BLANK else line.rstrip("\n").replace(COLONS, "\t")


def is_colon_separated(lines: Sequence[str]) -> bool:
    """Whether every line has the same number of double colons, more than an address or a name has.

    >>> is_colon_separated(["1::1193::5", "1::661::3"]), is_colon_separated(["fe80::1", "fe80::2"])
    (True, False)
    """
    counts = {line.count(COLONS) for line in lines if line.strip()}
    return len(counts) == 1 and min(counts) >= _LEAST_COLONS and not any("\t" in line for line in lines)


def is_blank_separated(lines: Sequence[str]) -> bool:
    """Whether lines of text are columns parted by blanks: as many cells in nearly every line, mostly numbers.

    Where tabs part the columns as well, the blanks between them have to stand in columns, too.
    """
    lines = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if len(lines) < _LEAST_LINES or any(_OTHER_DELIMITERS.search(_without_quotes(line)) for line in lines):
        return False
    rows = [_CELL.findall(line) for line in lines]
    widths = [len(row) for row in rows]
    width = max(set(widths), key=widths.count)
    cells = [cell for row in rows[1:] for cell in row]
    numbers = sum(1 for cell in cells if is_number(cell, decimal_comma=False) or is_missing(cell))
    has_tabs = any("\t" in line for line in lines)
    least = _LEAST_SHARE_OF_NUMBERS if has_tabs else _least_share_of_numbers(widths)
    aligned = sum(1 for line in lines if _ALIGNED.search(line))
    return (
        width > 1
        and widths.count(width) >= _LEAST_SHARE_ALIKE * len(lines)
        and numbers >= least * len(cells)
        and (not has_tabs or aligned > len(lines) / 2)
    )


def tabbed(source: Path, copy: Path, parted_by: str) -> None:
    """Write the lines of `source` with tabs between their cells."""
    with source.open(encoding="utf-8", newline="\n") as file, copy.open("w", encoding="utf-8", newline="") as out:
        out.writelines(with_tabs(line, parted_by) + "\n" for line in file)


def _least_share_of_numbers(widths: Sequence[int]) -> float:
    is_alike = len(widths) >= _LINES_ALL_ALIKE and len(set(widths)) == 1
    return _LEAST_SHARE_BESIDE_CODES if is_alike and widths[0] >= _LEAST_COLUMNS_OF_CODES else _LEAST_SHARE_OF_NUMBERS


def _without_quotes(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)
