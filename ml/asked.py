"""Single values of a wish, taken or refused: whole numbers, and columns by their names."""

import difflib
from collections.abc import Iterable, Mapping, Sequence

from ml.errors import BadInput
from ml.names import known_name
from ml.schema import Column, unknown_column


def nearest(word: str, known: Iterable[str]) -> str:
    """A question to end a refusal with; empty where nothing known comes near.

    >>> nearest("trails", ["method", "trials"])
    ' Did you mean trials?'
    """
    near = difflib.get_close_matches(word[:100], list(known), n=1)
    return f" Did you mean {near[0]}?" if near else ""


def whole_number(attr: str, value: object, low: int, high: int) -> int:
    """Take a whole number from `low` to `high`; raises BadInput (`attr`) for anything else.

    >>> whole_number("train_percentage", 80, 10, 95)
    80
    """
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadInput.breaks(attr, f"must be a whole number from {low:,} to {high:,}; got {shown(value)}.")
    return value


def shown(value: object) -> str:
    """A value as a refusal quotes it, on one line and short.

    >>> shown(0), shown("deep")
    ('0', "'deep'")
    """
    try:
        return repr(value)[:60]
    except ValueError:  # Python refuses to spell out integers of thousands of digits
        return "a number of thousands of digits"


def named_column(attr: str, name: object, columns: Sequence[Column]) -> Column:
    """The column called `name`; raises BadInput (`attr`) with the nearest name there is."""
    return _named(attr, name, {each.name: each for each in columns})


def named_columns(attr: str, names: object, columns: Sequence[Column]) -> list[Column]:
    """The columns of a list of names; raises BadInput (`attr`)."""
    if isinstance(names, str | bytes) or not isinstance(names, Sequence):
        raise BadInput.breaks(attr, "must be a list of names of columns.")
    by_name = {each.name: each for each in columns}
    return [_named(attr, name, by_name) for name in names]


def _named(attr: str, name: object, by_name: Mapping[str, Column]) -> Column:
    meant = known_name(name, by_name)
    if meant is None:
        raise BadInput(attr, unknown_column(name, list(by_name)))
    return by_name[meant]
