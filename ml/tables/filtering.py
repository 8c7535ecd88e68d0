"""Which rows to show: those behind one bar of a chart, and those that hold a text."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ml.errors import BadInput
from ml.schema import Column, unknown_column

# Texts in a profile are cut at this length, with … as the last character.
LONGEST_VALUE_SHOWN = 200

Scalar = str | float | bool

# Within 64 bits DuckDB compares whole numbers exactly, beyond them nothing stored is meant.
_LARGEST_WHOLE = 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Rows by one column; of the rest, one thing is given.

    `equals` is one value as a profile shows it; `low` and `high` hold low ≤ x < high, or x ≤ high when
    `closed` (the last bin of a histogram); `is_missing` asks for rows without a value; `not_among` for rows
    with a value beyond the listed ones. Dates are ISO strings; numbers may come as text, from an address.
    """

    column: str
    equals: Scalar | None = None
    low: Scalar | None = None
    high: Scalar | None = None
    closed: bool = False
    is_missing: bool = False
    not_among: tuple[Scalar, ...] | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in SQL over the columns c0, c1, … and the values of its question marks."""

    sql: str = "true"
    values: tuple[Any, ...] = ()


def condition(columns: Sequence[Column], kinds: Sequence[str], where: Where | None, search: str) -> Condition:
    """What `where` and `search` ask for, over columns that DuckDB holds as `kinds`.

    A person's values are never part of the SQL. Raises BadInput: `where.column` for an unknown column,
    `where.<field>` for a value the column cannot have, `where` when nothing is asked of the column.
    """
    parts = [] if where is None else [_of_column(columns, kinds, where)]
    if search:
        parts.append(_holding(kinds, search))
    if not parts:
        return Condition()
    return Condition(
        " AND ".join(f"({part.sql})" for part in parts), tuple(value for part in parts for value in part.values)
    )


def _of_column(columns: Sequence[Column], kinds: Sequence[str], where: Where) -> Condition:
    place = next((place for place, column in enumerate(columns) if column.name == where.column), None)
    if place is None:
        raise BadInput("where.column", unknown_column(where.column, [column.name for column in columns]))
    kind, cell = kinds[place], f"c{place}"
    if where.is_missing:
        return Condition(f"{cell} IS NULL")
    if where.equals is not None:
        return _among(cell, kind, where.column, "equals", (where.equals,))
    if where.not_among is not None:
        listed = _among(cell, kind, where.column, "not_among", where.not_among)
        return Condition(f"{cell} IS NOT NULL AND NOT ({listed.sql})", listed.values)
    if where.low is None and where.high is None:
        raise BadInput("where", f"Say which rows of {where.column} to show: a value, a range, missing or other ones.")
    return _between(cell, kind, where)


def _among(cell: str, kind: str, name: str, field: str, wanted: Sequence[Scalar]) -> Condition:
    if not wanted:
        return Condition("false")
    values = tuple(_value(kind, one, name, field) for one in wanted)
    same = [f"{cell} = ?"] * len(values)
    cut = [one for one in values if isinstance(one, str) and len(one) == LONGEST_VALUE_SHOWN and one[-1] == "…"]
    start = f"length({cell}) > {LONGEST_VALUE_SHOWN} AND left({cell}, {LONGEST_VALUE_SHOWN - 1}) = ?"
    longer = [start] * len(cut)
    return Condition(" OR ".join([*same, *longer]), (*values, *(one[:-1] for one in cut)))


def _between(cell: str, kind: str, where: Where) -> Condition:
    if kind in {"VARCHAR", "BOOLEAN"}:
        raise BadInput("where.low", f"{where.column} holds words, which have no range; ask for one of its values.")
    parts, values = [], []
    for field, bound, sign in (("low", where.low, ">="), ("high", where.high, "<=" if where.closed else "<")):
        if bound is not None:
            parts.append(f"{cell} {sign} ?")
            values.append(_value(kind, bound, where.column, field))
    return Condition(" AND ".join(parts), tuple(values))


def _value(kind: str, given: Scalar, name: str, field: str) -> Any:
    """`given` as what DuckDB compares with values stored as `kind`."""
    try:
        if kind == "VARCHAR":
            return str(given).encode().decode()  # fails for what no table holds
        if kind == "BOOLEAN":
            return {"true": True, "false": False}[str(given).lower()]
        if kind == "TIMESTAMP":
            return _moment(str(given))
        return _number(given)
    except (KeyError, ValueError, OverflowError) as error:
        shown = repr(str(given)[:40])
        raise BadInput(f"where.{field}", f"{name} has no value {shown}; take one from its profile.") from error


def _moment(written: str) -> datetime:
    found = datetime.fromisoformat(written)
    return found if found.tzinfo is None else found.astimezone(UTC).replace(tzinfo=None)


def _number(given: Scalar) -> float | int:
    written = str(given)
    if written.lstrip("+-").isdecimal() and abs(int(written)) < _LARGEST_WHOLE:
        return int(written)
    found = float(written)
    if math.isnan(found) or "_" in written:
        raise ValueError
    return found


def _holding(kinds: Sequence[str], text: str) -> Condition:
    """Rows where any cell contains `text`, in capitals or not; dates as they are shown, with a T or a blank."""
    parts, values = [], []
    for place, kind in enumerate(kinds):
        wanted = text.replace("T", " ") if kind == "TIMESTAMP" else text
        if _may_contain(kind, wanted.lower()):
            parts.append(f"contains(lower(CAST(c{place} AS VARCHAR)), lower(?))")
            values.append(wanted)
    return Condition(" OR ".join(parts) or "false", tuple(values))


# What numbers and dates are written with; casting millions of them for a word that has other letters takes seconds.
_LETTERS = {
    "BIGINT": frozenset("0123456789-"),
    "DOUBLE": frozenset("0123456789-+.e"),
    "TIMESTAMP": frozenset("0123456789-:. "),
}


def _may_contain(kind: str, text: str) -> bool:
    if kind == "BOOLEAN":
        return text in "true" or text in "false"
    return _can_be_stored(text) if kind == "VARCHAR" else _LETTERS.get(kind, frozenset()).issuperset(text)


def _can_be_stored(text: str) -> bool:
    """JSON and addresses can spell half a character (a lone surrogate), which no table holds."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
