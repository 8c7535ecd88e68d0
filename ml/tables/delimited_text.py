"""Delimited text into Parquet columns by DuckDB, where the file is clean."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ml.tables.cells import cleaned_cells
from ml.tables.contents import PlainText
from ml.tables.delimited import Layout, rows_of
from ml.tables.duck import execute, file_name, literal, one_row, parquet, raise_if_disk_is_full, select, typed_copy
from ml.tables.guesses import guess_kinds, guessed_cells, misfit
from ml.tables.headers import clean_names
from ml.tables.kinds import Kind
from ml.tables.readings import Trials
from ml.tables.summary import MEGABYTE, Limits, Progress, silent
from ml.tables.text_sink import too_many_rows
from ml.tables.values import BLANKS

_LONGEST_LINE = 64 * MEGABYTE
_MOST_WRONG_GUESSES = 2


@dataclass(frozen=True, slots=True)
class CleanRows:
    """A Parquet file with the columns c0, c1, …: typed already where `kinds` says so, cleaned text elsewhere.

    `trials` are what the first rows leave every column to stand.
    """

    path: Path
    kinds: dict[int, Kind]
    trials: Trials


def clean_rows_to_parquet(
    connection: duckdb.DuckDBPyConnection,
    text: PlainText,
    layout: Layout,
    folder: Path,
    limits: Limits,
    report: Progress = silent,
) -> CleanRows | None:
    """The fast way, for a file in which every row fits; None when it is not (nothing is lost by trying)."""
    if not layout.is_plain or not _starts_plainly(text, layout):
        return None
    path = folder / "clean.parquet"
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(layout.width))
    file = f"""
        read_csv({file_name(text.path)}, columns = {{{columns}}}, delim = {literal(layout.delimiter)}, quote = '"',
            escape = '"', header = {str(layout.header).lower()}, auto_detect = false, strict_mode = true,
            new_line = '\\n', max_line_size = {limits.max_cell_bytes})"""
    size = text.path.stat().st_size
    try:
        clean = _read_as_guessed(
            connection, file, layout, path, lambda percent: report("reading", size * percent // 100, size, "bytes")
        )
    except duckdb.Error as error:
        raise_if_disk_is_full(error)
        return None
    rows = int(one_row(connection, select(["count(*)"], parquet([path])))[0])
    if rows == 0 or (not text.has_quotes and rows != _expected_rows(text, layout)):
        return None
    if limits.max_rows is not None and rows > limits.max_rows:
        raise too_many_rows(limits)
    return None if _repeats_header(connection, clean, layout) else clean


def _read_as_guessed(
    connection: duckdb.DuckDBPyConnection, file: str, layout: Layout, path: Path, report: Callable[[int], None]
) -> CleanRows:
    """Write the file to `path`, typed as far as guesses hold; a wrong one is dropped, and all after a few."""
    sample = f"({cleaned_cells(layout.width, file)})"
    guesses = guess_kinds(connection, sample, clean_names(layout.names), decimal_comma=layout.has_free_comma)
    kinds, wrong = guesses.kinds, 0
    while True:
        try:
            execute(connection, typed_copy(guessed_cells(layout.width, kinds, file), path, layout.width), report)
        except duckdb.Error as error:
            place = misfit(error)
            if place is None:
                raise
            wrong += 1
            kinds = {} if wrong > _MOST_WRONG_GUESSES else {i: kind for i, kind in kinds.items() if i != place}
        else:
            return CleanRows(path, kinds, guesses.trials)


def _repeats_header(connection: duckdb.DuckDBPyConnection, clean: CleanRows, layout: Layout) -> bool:
    """Whether a row says what the header says, as where tables were put together; then no column is of numbers."""
    if not layout.header or clean.kinds:
        return False
    names = [(f"c{i}", literal(name.strip(BLANKS))) for i, name in enumerate(layout.names) if name.strip(BLANKS)]
    alike = " AND ".join(f"{cell} = {name}" for cell, name in names)
    return one_row(connection, select([f"bool_or({alike or 'false'})"], parquet([clean.path])))[0] is True


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
