"""The rows of a file that did not fit: counted, the first ones listed, more of them in a file of their own."""

import csv
from pathlib import Path
from typing import IO, Any

from ml.tables.summary import BadRow

_LISTED = 100
_WRITTEN = 10_000
_LONGEST_TEXT = 1000


class BadRows:
    """Takes the rows that did not fit. The file (CSV: line, reason, text) is made for the first of them.

    Lists 100, writes 10,000, counts all; the text of a row is cut at 1,000 characters.

    >>> found = BadRows(None)
    >>> found.add(7, "3 cells where there are 2 columns; left out", "1,2,3")
    >>> found.count, found.listed
    (1, [BadRow(line=7, reason='3 cells where there are 2 columns; left out')])
    """

    def __init__(self, path: Path | None) -> None:
        self.count = 0
        self.listed: list[BadRow] = []
        self._path = path
        self._file: IO[str] | None = None
        self._writer: Any = None

    def add(self, line: int, reason: str, text: str) -> None:
        self.count += 1
        if self.count <= _LISTED:
            self.listed.append(BadRow(line, reason))
        if self._path is not None and self.count <= _WRITTEN:
            self._write(self._path, line, reason, text)

    def close(self) -> None:
        """Write what is waiting; no row may follow."""
        if self._file is not None:
            self._file.close()

    def _write(self, path: Path, line: int, reason: str, text: str) -> None:
        if self._writer is None:
            self._file = path.open("w", encoding="utf-8", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow(["line", "reason", "text"])
        self._writer.writerow([line, reason, text.rstrip("\n")[:_LONGEST_TEXT]])
