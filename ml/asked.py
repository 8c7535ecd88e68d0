"""Single values of a wish, taken or refused: whole numbers, and columns by their names."""

import difflib
from collections.abc import Iterable, Sequence

from ml.errors import BadInput
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
        raise BadInput(attr, f"{attr} must be a whole number from {low} to {high}.")
    return value


def named_column(attr: str, name: object, columns: Sequence[Column]) -> Column:
    """The column called `name`; raises BadInput (`attr`) with the nearest name there is."""
    found = next((each for each in columns if each.name == name), None)
    if found is None:
        raise BadInput(attr, unknown_column(name, [each.name for each in columns]))
    return found


def named_columns(attr: str, names: object, columns: Sequence[Column]) -> list[Column]:
    """The columns of a list of names; raises BadInput (`attr`)."""
    if isinstance(names, str | bytes) or not isinstance(names, Sequence):
        raise BadInput(attr, f"{attr} must be a list of names of columns.")
    return [named_column(attr, name, columns) for name in names]
