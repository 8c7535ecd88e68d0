"""A person's word on what a column is: the type changes, the stored values stay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from ml.errors import BadInput
from ml.schema import Column, Dtype, Role, unknown_column
from ml.tables.casting import AS_STORED, Way, stored_kinds, typed_table, ways_to_read
from ml.tables.duck import one_row, select
from ml.wording import counted

_LONGEST_EXAMPLE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Retyped:
    """The columns with their corrected types, and how many values of each corrected one cannot be read so."""

    columns: list[Column]
    unreadable: dict[str, int]


def retype(path: Path, columns: Sequence[Column], changes: Mapping[str, Dtype]) -> Retyped:
    """Correct the types of the columns named in `changes`; the table at `path` is only read.

    `missing` and `unique` are counted anew. A value that cannot be read as its new type counts as missing and
    stays in the file, so that a correction back to the first type gives the first values again. Of the ways
    to read a type (decimal point or comma, day or month first …) the one is taken that reads most values.

    Raises BadInput: `columns.<n>.name` for a column that does not exist, `columns.<n>.dtype` for a type that
    no value can be read as, where n is the position in `changes`.
    """
    places = {column.name: place for place, column in enumerate(columns)}
    for position, name in enumerate(changes):
        if name not in places:
            raise BadInput(f"columns.{position}.name", unknown_column(name, list(places)))
    kinds = stored_kinds(path)
    corrected = list(columns)
    unreadable: dict[str, int] = {}
    stored = [replace(column, dtype=_natural(kind), written="") for column, kind in zip(columns, kinds, strict=False)]
    with typed_table(path, stored) as connection:
        for position, (name, dtype) in enumerate(changes.items()):
            place = places[name]
            if dtype is columns[place].dtype:
                continue
            found = _read_as(connection, place, kinds[place], dtype)
            if found.present and not found.readable:
                raise BadInput(f"columns.{position}.dtype", _refusal(connection, name, place, dtype))
            corrected[place] = _corrected(columns[place], dtype, found)
            unreadable[name] = found.present - found.readable
    return Retyped(columns=corrected, unreadable=unreadable)


# The type whose values are the stored ones.
_NATURAL = {
    "BIGINT": Dtype.INTEGER,
    "DOUBLE": Dtype.NUMBER,
    "BOOLEAN": Dtype.BOOLEAN,
    "TIMESTAMP": Dtype.DATETIME,
}


def _natural(kind: str) -> Dtype:
    return _NATURAL.get(kind, Dtype.TEXT)


@dataclass(frozen=True, slots=True)
class _Found:
    """What reading a column in one way gives: all counts but `unique` are of rows."""

    way: Way
    rows: int
    present: int
    readable: int
    unique: int


def _read_as(connection: duckdb.DuckDBPyConnection, place: int, kind: str, dtype: Dtype) -> _Found:
    """The best way to read a stored column, the likelier of two that read as many values."""
    ways = ways_to_read(kind, dtype)
    found = [_count(connection, place, way) for way in ways]
    if not found:
        rows, present = one_row(connection, select(["count(*)", f"count(c{place})"], "typed"))
        return _Found(AS_STORED, rows, present, 0, 0)
    if kind == "VARCHAR" and dtype is Dtype.BOOLEAN:
        words, spellings = found
        # A pair of words is kept as written, for it is what people will see; other spellings become two values.
        return words if words.unique == spellings.unique else spellings
    return max(found, key=lambda one: one.readable)


def _count(connection: duckdb.DuckDBPyConnection, place: int, way: Way) -> _Found:
    value = way.sql.replace("{v}", f"c{place}")
    once = f"({select([f'c{place} AS stored', f'{value} AS value'], 'typed')})"
    counts = ["count(*)", "count(stored)", "count(value)", "count(DISTINCT value)"]
    return _Found(way, *one_row(connection, select(counts, once)))


def _corrected(column: Column, dtype: Dtype, found: _Found) -> Column:
    whole = found.readable == found.present
    as_stored = found.way == AS_STORED or (whole and found.way.name == "words")
    return Column(
        name=column.name,
        dtype=dtype,
        role=_role(dtype, found.unique),
        missing=found.rows - found.readable,
        unique=found.unique,
        reason=_reason(found),
        written="" if as_stored else found.way.name,
    )


def _role(dtype: Dtype, unique: int) -> Role:
    if dtype is Dtype.ID:
        return Role.ID
    return Role.CONSTANT if unique <= 1 else Role.FEATURE


def _reason(found: _Found) -> str:
    phrase = f": {found.way.phrase}" if found.way.phrase else ""
    if found.unique == 0:
        return "corrected by a person; empty: every value is missing"
    if found.unique == 1:
        return "corrected by a person; one value only"
    lost = counted(found.present - found.readable, "value", "values")
    gaps = f"; {lost} cannot be read so and count as missing" if found.readable < found.present else ""
    return f"corrected by a person{phrase}{gaps}"


def _refusal(connection: duckdb.DuckDBPyConnection, name: str, place: int, dtype: Dtype) -> str:
    query = f"{select([f'c{place}'], 'typed')} WHERE c{place} IS NOT NULL LIMIT 1"
    example = _shown(one_row(connection, query)[0])
    return f"No value of {name} can be read as {_called(dtype)}, such as {example}; choose category, text or id."


def _called(dtype: Dtype) -> str:
    called = {
        Dtype.INTEGER: "a whole number",
        Dtype.NUMBER: "a number",
        Dtype.BOOLEAN: "yes or no",
        Dtype.DATETIME: "a date",
    }
    return called.get(dtype, dtype.value)


def _shown(value: Any) -> str:
    written = str(value)
    return repr(written if len(written) <= _LONGEST_EXAMPLE else written[: _LONGEST_EXAMPLE - 1] + "…")
