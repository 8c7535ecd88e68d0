"""Tables whose columns are parted by blanks, as scientists and printers write them."""

import re
from collections.abc import Sequence
from pathlib import Path

from ml.tables.header_row import is_number
from ml.tables.values import is_missing

_LEAST_LINES = 3
_LEAST_SHARE_ALIKE = 0.9
_LEAST_SHARE_OF_NUMBERS = 0.5
_CELL = re.compile(r'"(?:[^"]|"")*"|[^ \t\n]+')
_ALIGNED = re.compile(r"\S {2,}\S")
# Their presence means that blanks are a part of the cells.
_OTHER_DELIMITERS = re.compile(r"[,;|\x01]")


def with_tabs(line: str) -> str:
    """The same line with one tab between its cells; blanks within quotation marks stay.

    >>> with_tabs('  18.0   8 "buick skylark"')
    '18.0\\t8\\t"buick skylark"'
    """
    return "\t".join(_CELL.findall(line))


def is_blank_separated(lines: Sequence[str]) -> bool:
    """Whether lines of text are columns parted by blanks: mostly numbers, and as many cells in nearly every line.

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
    aligned = sum(1 for line in lines if _ALIGNED.search(line))
    return (
        width > 1
        and widths.count(width) >= _LEAST_SHARE_ALIKE * len(lines)
        and numbers >= _LEAST_SHARE_OF_NUMBERS * len(cells)
        and ("\t" not in "".join(lines) or aligned > len(lines) / 2)
    )


def tabbed(source: Path, copy: Path) -> None:
    """Write the lines of `source` with tabs between their cells."""
    with source.open(encoding="utf-8", newline="\n") as file, copy.open("w", encoding="utf-8", newline="") as out:
        out.writelines(with_tabs(line) + "\n" for line in file)


def _without_quotes(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)
