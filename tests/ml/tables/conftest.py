"""Tables are read from bytes, as they would be uploaded."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ml.schema import Column
from ml.tables.frames import read_rows
from ml.tables.reading import Limits, TableSummary, read_table


@dataclass(frozen=True)
class Table:
    path: Path
    summary: TableSummary

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.summary.columns]

    @property
    def rows(self) -> list[list[Any]]:
        return read_rows(self.path, self.summary.columns, offset=0, limit=1_000_000)

    def column(self, name: str) -> Column:
        return next(column for column in self.summary.columns if column.name == name)

    def values(self, name: str) -> list[Any]:
        place = self.names.index(name)
        return [row[place] for row in self.rows]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Table]:
    """Call it with the contents of a file (text is written as UTF-8), and with a name or limits if they matter."""

    def read_contents(contents: bytes | str, filename: str = "table.csv", limits: Limits | None = None) -> Table:
        source = tmp_path / "upload"
        source.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
        path = tmp_path / "table.parquet"
        return Table(path, read_table(source, filename=filename, destination=path, limits=limits or Limits()))

    return read_contents


@pytest.fixture
def read_values(read: Callable[..., Table]) -> Callable[..., Table]:
    """Call it with the cells of a column called `x`, beside a column of words, so that there is a table."""

    def read_column(cells: list[str], *, name: str = "x", delimiter: str = ",") -> Table:
        lines = [f"{name}{delimiter}beside", *(f"{cell}{delimiter}w{i % 2}" for i, cell in enumerate(cells))]
        return read("\n".join(lines) + "\n")

    return read_column
