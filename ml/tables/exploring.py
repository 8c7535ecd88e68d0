"""What a table as a whole is like: rows that repeat, columns that go together, and what to mind before learning."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from ml.schema import Column, Dtype, Role
from ml.tables.advice import NearCopy, Odd, all_advice
from ml.tables.associating import association_matrix
from ml.tables.casting import stored_kinds
from ml.tables.profiling import Report, silent
from ml.tables.repeats import count_repeats
from ml.tables.sampling import Sample, SampledColumn, sample_columns
from ml.values import Unreadable, moment, number

MOST_COLUMNS = 40
MOST_SAMPLED_ROWS = 50_000

_LEAST_ASSOCIATION_OF_A_COPY = 0.999
_LEAST_ROWS_OF_A_COPY = 30
# Copies may differ in a few entries, but one that names the other's groups has fewer values.
_MOST_UNLIKE = 0.1
# A column of words with this share of numbers or dates was spoilt by the rest.
_LEAST_SHARE_OF_ANOTHER_TYPE = 0.9
_MOST_LEVELS_READ = 5_000


def explore_table(
    path: Path, columns: Sequence[Column], *, profile: Sequence[dict[str, Any]], report: Report = silent
) -> dict[str, Any]:
    """Look at a table as a whole; `profile` is that of `profile_table` for the same columns.

    Returns JSON-ready
    `{"duplicates": {"rows", "exact"}, "associations": {"columns", "kinds", "values", "exact", "sample_rows",
    "left_out"}, "warnings": [{"code", "columns", "detail", "severity", "remedy"}]}`.

    `duplicates.rows` counts the rows that are equal to an earlier one in every stored value, over all rows.
    `associations.values` is symmetric in 0..1 (`association_matrix` says how it is measured; `kinds` says
    "numbers" or "words"), for at most 40 columns, over at most 50,000 rows: then `exact` is false and
    `sample_rows` says how many. Ids, free text, constants and columns beyond the fortieth are `left_out`.
    Warnings are those of `ml.tables.advice`. `report` is told the columns associated, of how many, "column".
    """
    places = [place for place, column in enumerate(columns) if _is_related(column)]
    chosen = places[:MOST_COLUMNS]
    duplicates = count_repeats(path)
    sample = sample_columns(path, columns, chosen, most_rows=MOST_SAMPLED_ROWS)
    matrix = association_matrix(sample.columns, report=lambda done, total: report(done, total, "column"))
    names = [columns[place].name for place in chosen]
    return {
        "duplicates": {"rows": duplicates, "exact": True},
        "associations": {
            "columns": names,
            "kinds": ["numbers" if column.is_numeric else "words" for column in sample.columns],
            "values": matrix.tolist(),
            "exact": sample.is_whole,
            "sample_rows": sample.size,
            "left_out": [column.name for place, column in enumerate(columns) if place not in set(chosen)],
        },
        "warnings": all_advice(
            columns,
            profile,
            rows=pq.read_metadata(path).num_rows,
            duplicates=duplicates,
            copies=_near_copies(sample, matrix),
            odd=_of_another_type(sample, stored_kinds(path), chosen),
        ),
    }


def _is_related(column: Column) -> bool:
    has_words_of_its_own = column.dtype in {Dtype.ID, Dtype.TEXT} or column.role is Role.ID
    return not has_words_of_its_own and column.unique > 1


def _near_copies(sample: Sample, matrix: Any) -> list[NearCopy]:
    """Each later column that says nearly what an earlier one says, with the first such."""
    if sample.rows < _LEAST_ROWS_OF_A_COPY:
        return []
    found = []
    for later, column in enumerate(sample.columns):
        for earlier in range(later):
            first = sample.columns[earlier]
            if matrix[earlier, later] >= _LEAST_ASSOCIATION_OF_A_COPY and _says_the_same(first, column, sample.rows):
                found.append(NearCopy(first.column.name, column.column.name, float(matrix[earlier, later])))
                break
    return found


def _says_the_same(first: SampledColumn, second: SampledColumn, rows: int) -> bool:
    """Whether two associated columns have about as many different values, in enough rows."""
    one, other = first.column, second.column
    if one.dtype is other.dtype is Dtype.DATETIME:
        # The time between two dates is worth as much as either, so only the same date is a copy.
        return bool(np.array_equal(first.numbers, second.numbers, equal_nan=True))
    enough = rows * min(1 - _share_missing(first), 1 - _share_missing(second)) >= _LEAST_ROWS_OF_A_COPY
    return enough and abs(one.unique - other.unique) <= _MOST_UNLIKE * max(one.unique, other.unique)


def _share_missing(column: SampledColumn) -> float:
    return int(column.stored.null_count) / max(len(column.stored), 1)


def _of_another_type(sample: Sample, kinds: Sequence[str], places: Sequence[int]) -> list[Odd]:
    """Columns of words most of which are numbers or dates, with one that is not."""
    found = []
    for place, column in zip(places, sample.columns, strict=True):
        is_text = kinds[place] == "VARCHAR" and column.column.dtype is Dtype.CATEGORY
        if is_text and 2 < len(column.words.levels) <= _MOST_LEVELS_READ:
            odd = _odd_one(column)
            if odd is not None:
                found.append(odd)
    return found


def _odd_one(column: SampledColumn) -> Odd | None:
    counts = column.stored.value_counts()
    levels = [(one["values"], one["counts"]) for one in counts.to_pylist() if one["values"] is not None]
    present = sum(count for _, count in levels)
    for dtype, reader in ((Dtype.NUMBER, number), (Dtype.DATETIME, moment)):
        unreadable = [(count, level) for level, count in levels if not _reads(reader, level)]
        share = 1 - sum(count for count, _ in unreadable) / present
        # When all can be read, there was a reason to keep them as text: leading zeros, or telephone numbers.
        if unreadable and share >= _LEAST_SHARE_OF_ANOTHER_TYPE:
            return Odd(column.column.name, dtype, share, str(max(unreadable)[1]))
    return None


def _reads(reader: Any, level: str) -> bool:
    try:
        reader(level)
    except Unreadable:
        return False
    return True
