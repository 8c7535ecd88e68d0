"""What reading a file tells about it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ml.schema import Column
from ml.tables.looks import Look

MEGABYTE = 1024 * 1024

# Told now and then while a file is read: the stage (unpacking, checking, reading, typing, writing, describing), how
# much of it is done, of how much, and in what unit (bytes, columns, percent). Always in the caller's own thread;
# what it raises ends the reading and leaves nothing behind.
Progress = Callable[[str, int, int, str], None]


def silent(_stage: str, _done: int, _total: int, _unit: str) -> None:
    """The progress of a reading that nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a file is read; beyond it the file is refused, never cut.

    `max_bytes` counts the file as it came and, when it is compressed, what comes out of it; `max_rows` of
    None means no limit of its own.
    """

    max_bytes: int = 100 * MEGABYTE
    max_columns: int = 2000
    max_cell_bytes: int = 1_000_000
    max_rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How the file was written, as far as it could be told from its contents.

    `format` is csv, json, jsonl or parquet; `compression` is gzip or None. The other marks are None where
    the format has no such thing. `header` says whether the first row holds the names.
    """

    format: str
    compression: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    header: bool | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that did not fit; `line` counts from 1 in the file, `reason` says what became of the row."""

    line: int
    reason: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSummary:
    """A table as it was read and written; `bad_rows` are the first ones, `bad_row_count` counts them all.

    `looks` tell of the values of each column, for whoever wants to know more (see `ml.tables.profiling`).
    """

    rows: int
    columns: list[Column]
    looks: list[Look]
    dialect: Dialect
    bad_rows: list[BadRow]
    bad_row_count: int
    notes: list[str]
