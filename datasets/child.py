"""What reads a file: into a table on disk, with its types, its profile and a look at the whole.

Runs inside the child process of a worker, and in a web process for a small file. Imported by the fork server, so it
knows neither Django nor the database.
"""

import errno
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from core.processes import Send
from ml.errors import UnreadableTable
from ml.tables.duck import raise_if_disk_is_full
from ml.tables.exploring import explore_table
from ml.tables.profiling import Report, profile_table
from ml.tables.reading import Limits, Progress, read_table, silent

TABLE, BAD_ROWS = "table.parquet", "bad_rows.csv"  # what `read_file` leaves in its folder
BAD_ROWS_KEPT = 100
SENT_EVERY_S = 0.3


class DiskFull(Exception):
    """A full disk, in words for a person, as the worker hears of it."""

    detail = "The disk of this server is full, so the file was not read. Ask its operator to make room, then try again."


def read(send: Send, *, source: str, filename: str, folder: str, limits: dict[str, int]) -> dict[str, Any]:
    """Read a file in the child process of a worker, who hears how far it is; see `read_file`."""
    tempfile.tempdir = folder  # what a killed child leaves lies where the sweep looks
    last = ("", 0.0)

    def report(stage: str, done: int, total: int, unit: str) -> None:
        nonlocal last
        now = time.monotonic()
        if stage != last[0] or now - last[1] > SENT_EVERY_S:
            last = stage, now
            send({"stage": stage, "done": done, "total": total, "unit": unit})

    try:
        return read_file(Path(source), filename=filename, folder=Path(folder), limits=Limits(**limits), report=report)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull from error
        raise


def read_file(
    source: Path, *, filename: str, folder: Path, limits: Limits, report: Progress = silent
) -> dict[str, Any]:
    """Write the table, and the rows that could not be read, into `folder`; returns what a version keeps of it, as JSON.

    Raises UnreadableTable, OSError of the disk, MemoryError.
    """
    table = folder / TABLE
    with _errors_of_the_engine():
        summary = read_table(
            source,
            filename=filename,
            destination=table,
            limits=limits,
            report=report,
            bad_rows=folder / BAD_ROWS,
        )
        profile = profile_table(table, summary.columns, looks=summary.looks, report=_stage("profiling", report))
        exploration = explore_table(table, summary.columns, profile=profile, report=_stage("exploring", report))
    return {
        "rows": summary.rows,
        "columns": [column.to_json() for column in summary.columns],
        "column_count": len(summary.columns),
        "profile": profile,
        "exploration": exploration,
        "dialect": summary.dialect.to_json(),
        "notes": summary.notes,
        "bad_row_count": summary.bad_row_count,
        "bad_rows": [asdict(row) for row in summary.bad_rows[:BAD_ROWS_KEPT]],
    }


def _stage(stage: str, report: Progress) -> Report:
    return lambda done, total, unit: report(stage, done, total, unit)


@contextmanager
def _errors_of_the_engine() -> Iterator[None]:
    """Tell a full disk and a want of memory from what is wrong with the file."""
    try:
        yield
    except (duckdb.Error, UnreadableTable) as error:
        cause = error if isinstance(error, duckdb.Error) else error.__cause__
        if isinstance(cause, duckdb.OutOfMemoryException):
            raise MemoryError from error
        if isinstance(cause, duckdb.Error):
            raise_if_disk_is_full(cause)
        raise
