"""Arrays and NumPy's numbers as plain values for JSON, no longer than they need to be."""

import math
from collections.abc import Iterable
from typing import Any


def short(value: Any, digits: int = 6) -> float | None:
    """A number to so many significant digits; None for what JSON cannot hold.

    >>> short(0.123456789), short(1234567.0), short(float("nan"))
    (0.123457, 1234570.0, None)
    """
    number = float(value)
    return float(f"{number:.{digits}g}") if math.isfinite(number) else None


def shorts(values: Iterable[Any], digits: int = 6) -> list[float | None]:
    return [short(value, digits) for value in values]


def label(value: Any) -> Any:
    """A class as Python has it."""
    return value.item() if hasattr(value, "item") else value


def spread(rows: int, most: int) -> list[int]:
    """At most `most` positions, evenly spread; the first is always among them.

    >>> spread(3, 5), spread(10, 4)
    ([0, 1, 2], [0, 2, 5, 7])
    """
    return list(range(rows)) if rows <= most else [place * rows // most for place in range(most)]
