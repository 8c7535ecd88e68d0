"""Columns that are very likely of one kind, so that a clean file may be read and typed in one pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from ml.tables.alike import each_column
from ml.tables.cells import cleaned_cell
from ml.tables.dates import DATE_FORMATS
from ml.tables.duck import literal
from ml.tables.kinds import BOOLEAN, DATES, INTEGER, NUMBER, Kind
from ml.tables.readings import Reading, Trials, count_all, trials_left_by_a_sample
from ml.tables.values import BLANKS, MISSING_MARKS

# Kinds that say alone how each of their values is read, whatever the other values are.
_PLAIN = {BOOLEAN, INTEGER, NUMBER, next(kind for kind in DATES if kind.name == DATE_FORMATS[0].name)}
_MISFIT = "does not fit the guess for column "


@dataclass(frozen=True, slots=True)
class Guesses:
    """The kind of each column that the first rows leave no doubt about, and the trials they leave every column."""

    kinds: dict[int, Kind]
    trials: Trials


def guess_kinds(
    connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], *, decimal_comma: bool
) -> Guesses:
    """What the first rows of `table` (cleaned text) tell.

    A guess that holds for every value is the kind that `find_readings` would find, as kinds that come before it have
    failed already.
    """
    trials = trials_left_by_a_sample(connection, table, names, decimal_comma=decimal_comma)
    first = {i: each[0] for i, each in trials.items() if each and len(each[0]) == 1 and each[0][0] in _PLAIN}
    found = count_all(connection, "sampled", first)
    sure = {i: kinds[0] for i, kinds in first.items() if found[i].hits.get(kinds[0].name) and found[i].is_plain}
    return Guesses(sure, trials)


def guessed_cells(width: int, guesses: Mapping[int, Kind], source: str) -> str:
    """A query over the raw text in c0, c1, … of `source`: typed where there is a guess, else cleaned.

    A value that is neither missing nor as guessed ends the query with an error that `misfit` knows.
    """
    return each_column([_typed(guesses[i]) if i in guesses else cleaned_cell("{v}") for i in range(width)], source)


def misfit(error: duckdb.Error) -> int | None:
    """The column whose guess was wrong, if that is what an error is about."""
    _, found, place = str(error).partition(_MISFIT)
    return int(place.split(".")[0]) if found else None


def known_readings(guesses: Mapping[int, Kind]) -> dict[int, Reading]:
    """Readings of columns that are stored as their kind already."""
    return {i: Reading("{v}", kind.dtype, kind.phrase, None) for i, kind in guesses.items()}


def _typed(kind: Kind) -> str:
    marks = ", ".join(literal(mark) for mark in sorted(MISSING_MARKS))
    # It depends on the cell, so that no optimiser works it out beforehand.
    wrong = f"error(concat({literal(f'A value {_MISFIT}')}, {{p}}, '.', left({{v}}, 0)))"
    return (
        f"CASE WHEN {kind.test} THEN coalesce({kind.sql}, {wrong}) "
        f"WHEN {{v}} IS NULL OR lower(trim({{v}}, {literal(BLANKS)})) IN ({marks}) THEN NULL "
        f"ELSE {wrong} END"
    )
