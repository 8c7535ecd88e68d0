"""The last word on each column: identifier, constant, category or text, told from the stored values."""

from collections.abc import Sequence

import duckdb

from ml.schema import Column, Dtype, Role
from ml.tables.duck import one_row, select
from ml.tables.looks import Look, Texts
from ml.tables.name_words import says_id, says_time
from ml.tables.readings import Reading
from ml.tables.values import WORD_PAIRS

# In a shorter table, values that all differ say little.
_LEAST_ROWS_FOR_ID = 21
_LEAST_WORDS_OF_TEXT = 2.5
_LEAST_LENGTH_OF_TEXT = 40
_LEAST_SHARE_DISTINCT_OF_TEXT = 0.5


def describe_columns(
    connection: duckdb.DuckDBPyConnection,
    names: Sequence[str],
    readings: Sequence[Reading],
    looks: Sequence[Look],
    rows: int,
) -> list[Column]:
    """The columns of the stored table in the view `typed`, in order."""
    columns = []
    for i, (name, reading, look) in enumerate(zip(names, readings, looks, strict=True)):
        is_code = _may_be_code(look, reading, rows) and (says_id(name) or _looks_like_codes(connection, i))
        columns.append(_column(name, reading, look, rows, is_code=is_code))
    return columns


def _may_be_code(look: Look, reading: Reading, rows: int) -> bool:
    return reading.dtype is None and _all_differ(look, rows) and not (look.texts and look.texts.with_blanks)


def _all_differ(look: Look, rows: int) -> bool:
    return rows >= _LEAST_ROWS_FOR_ID and look.present == rows == look.unique


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


def _column(name: str, reading: Reading, look: Look, rows: int, *, is_code: bool) -> Column:
    dtype, role, reason = _type_and_role(name, reading, look, rows, is_code=is_code)
    return Column(
        name=name,
        dtype=dtype,
        role=role,
        missing=rows - look.present,
        unique=look.unique,
        reason=reason,
        written=reading.written,
    )


def _type_and_role(name: str, reading: Reading, look: Look, rows: int, *, is_code: bool) -> tuple[Dtype, Role, str]:
    dtype, phrase = _text_or_category(reading, look) if reading.dtype is None else (reading.dtype, reading.phrase)
    if look.unique == 0:
        return dtype, Role.CONSTANT, "empty: every value is missing"
    if look.unique == 1:
        return dtype, Role.CONSTANT, "one value only"
    if is_code:
        return Dtype.ID, Role.ID, "codes, a different one in every row"
    if dtype is Dtype.INTEGER and _all_differ(look, rows):
        if look.high - look.low == rows - 1 and not says_time(name):
            return Dtype.ID, Role.ID, "running numbers, a different one in every row"
        if says_id(name):
            return Dtype.ID, Role.ID, "named like an identifier, and a different number in every row"
    return dtype, Role.FEATURE, phrase


def _text_or_category(reading: Reading, look: Look) -> tuple[Dtype, str]:
    if look.unique == 0:
        return Dtype.CATEGORY, "empty"
    pair = {look.low.lower(), look.high.lower()}
    if look.unique <= 2 and len(pair) == look.unique and any(pair <= set(words) for words in WORD_PAIRS):
        return Dtype.BOOLEAN, f"“{look.low}” and “{look.high}”"
    share = look.unique / look.present
    texts = look.texts or Texts()
    is_long = texts.words >= _LEAST_WORDS_OF_TEXT or texts.mean >= _LEAST_LENGTH_OF_TEXT
    if share > _LEAST_SHARE_DISTINCT_OF_TEXT and is_long:
        return Dtype.TEXT, f"mostly different texts of {texts.words:.0f} words"
    return Dtype.CATEGORY, reading.phrase or f"{look.unique:,} different words"
