"""The last word on each column: identifier, constant, category or text, told from the stored values."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ml.schema import Column, Dtype, Role
from ml.tables.duck import PLACE, batches, columns_at_once, long_form, one_row, parquet, select, storage_kinds
from ml.tables.name_words import says_id, says_time
from ml.tables.readings import Reading
from ml.tables.summary import Progress, silent
from ml.tables.values import WORD_PAIRS

_VALUES_AT_ONCE = 10_000_000
# In a shorter table, values that all differ say little.
_LEAST_ROWS_FOR_ID = 21
_LEAST_WORDS_OF_TEXT = 2.5
_LEAST_LENGTH_OF_TEXT = 40
_LEAST_SHARE_DISTINCT_OF_TEXT = 0.5


@dataclass(frozen=True, slots=True)
class _Facts:
    """What one pass over a stored column tells; the last three for text only."""

    present: int
    unique: int
    low: Any
    high: Any
    words: float = 0.0
    length: float = 0.0
    with_blanks: int = 0


def describe_columns(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    names: Sequence[str],
    readings: Sequence[Reading],
    rows: int,
    *,
    report: Progress = silent,
) -> list[Column]:
    """The columns of a stored table of `rows` rows, in order."""
    connection.execute(f"CREATE VIEW typed AS FROM {parquet([path])}")
    kinds = storage_kinds(connection, "typed")
    facts: dict[int, _Facts] = {}
    for kind in set(kinds):
        same = [i for i in range(len(names)) if kinds[i] == kind]
        for places in batches(same, min(columns_at_once(rows), max(1, _VALUES_AT_ONCE // max(rows, 1)))):
            report("describing", len(facts), len(names), "columns")
            facts.update(_facts(connection, places, are_texts=kind == "VARCHAR"))
    nothing = _Facts(present=0, unique=0, low=None, high=None)
    columns = []
    for i, (name, reading) in enumerate(zip(names, readings, strict=True)):
        one = facts.get(i, nothing)
        is_code = _may_be_code(one, reading, rows) and (says_id(name) or _looks_like_codes(connection, i))
        columns.append(_column(name, reading, one, rows, is_code=is_code))
    return columns


def _facts(connection: duckdb.DuckDBPyConnection, places: Sequence[int], *, are_texts: bool) -> dict[int, _Facts]:
    """The facts of those columns of one type that have any value."""
    parts = [PLACE, "sum(n)::BIGINT", "count(*)", "min(value)", "max(value)"]
    if are_texts:
        # Words are counted by the blanks between them; that is near enough, and far cheaper than a pattern.
        words = "length(value) - length(replace(value, ' ', '')) + 1"
        parts += [f"sum(n * ({words})) / sum(n)", "sum(n * length(value)) / sum(n)"]
        parts += ["count(*) FILTER (contains(value, ' '))"]
    source = long_form({i: f"c{i}" for i in places}, "typed")
    distinct = f"({select(['p', 'value', 'count(*) AS n'], source)} GROUP BY ALL)"
    answer = connection.execute(f"{select(parts, distinct)} GROUP BY p").fetchall()
    return {place: _Facts(*facts) for place, *facts in answer}


def _may_be_code(facts: _Facts, reading: Reading, rows: int) -> bool:
    return reading.dtype is None and _all_differ(facts, rows) and facts.with_blanks == 0


def _all_differ(facts: _Facts, rows: int) -> bool:
    return rows >= _LEAST_ROWS_FOR_ID and facts.present == rows == facts.unique


def _looks_like_codes(connection: duckdb.DuckDBPyConnection, i: int) -> bool:
    """Digits in most values, and one shape (`AA-0000`) or one length for all of them."""
    shape = f"regexp_replace(regexp_replace(c{i}, '[0-9]+', '9', 'g'), '[A-Za-z]+', 'A', 'g')"
    parts = [
        f"min(length(c{i})), max(length(c{i}))",
        f"count(*) FILTER (regexp_matches(c{i}, '[0-9]'))",
        f"count(DISTINCT {shape}), count(*)",
    ]
    shortest, longest, with_digits, shapes, rows = one_row(connection, select(parts, "typed"))
    one_length = shortest == longest and shortest >= 6 and with_digits > rows / 2
    return bool(one_length or (shapes <= 3 and with_digits == rows))


def _column(name: str, reading: Reading, facts: _Facts, rows: int, *, is_code: bool) -> Column:
    dtype, role, reason = _type_and_role(name, reading, facts, rows, is_code=is_code)
    return Column(name=name, dtype=dtype, role=role, missing=rows - facts.present, unique=facts.unique, reason=reason)


def _type_and_role(name: str, reading: Reading, facts: _Facts, rows: int, *, is_code: bool) -> tuple[Dtype, Role, str]:
    dtype, phrase = _text_or_category(reading, facts) if reading.dtype is None else (reading.dtype, reading.phrase)
    if facts.unique == 0:
        return dtype, Role.CONSTANT, "empty: every value is missing"
    if facts.unique == 1:
        return dtype, Role.CONSTANT, "one value only"
    if is_code:
        return Dtype.ID, Role.ID, "codes, a different one in every row"
    if dtype is Dtype.INTEGER and _all_differ(facts, rows):
        if facts.high - facts.low == rows - 1 and not says_time(name):
            return Dtype.ID, Role.ID, "running numbers, a different one in every row"
        if says_id(name):
            return Dtype.ID, Role.ID, "named like an identifier, and a different number in every row"
    return dtype, Role.FEATURE, phrase


def _text_or_category(reading: Reading, facts: _Facts) -> tuple[Dtype, str]:
    if facts.unique == 0:
        return Dtype.CATEGORY, "empty"
    pair = {facts.low.lower(), facts.high.lower()}
    if facts.unique <= 2 and len(pair) == facts.unique and any(pair <= set(words) for words in WORD_PAIRS):
        return Dtype.BOOLEAN, f"“{facts.low}” and “{facts.high}”"
    share = facts.unique / facts.present
    is_long = facts.words >= _LEAST_WORDS_OF_TEXT or facts.length >= _LEAST_LENGTH_OF_TEXT
    if share > _LEAST_SHARE_DISTINCT_OF_TEXT and is_long:
        return Dtype.TEXT, f"mostly different texts of {facts.words:.0f} words"
    return Dtype.CATEGORY, reading.phrase or f"{facts.unique:,} different words"
