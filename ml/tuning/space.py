"""The values a range stands for."""

from collections.abc import Mapping
from typing import Any

from ml.tuning.wishes import Range


def is_whole(schema: Mapping[str, Any]) -> bool:
    """Whether a parameter of this JSON Schema takes whole numbers only.

    >>> is_whole({"type": ["integer", "null"]})
    True
    """
    return "integer" in schema["type"]


def points(wanted: Range, schema: Mapping[str, Any], most: int) -> tuple[Any, ...]:
    """The values of a grid: the choices, or at most `most` values from low to high, each step as large or as many
    times as large.

    >>> points(Range(low=0.01, high=100, log=True), {"type": "number"}, 5)
    (0.01, 0.1, 1.0, 10.0, 100.0)
    >>> points(Range(low=1, high=3), {"type": "integer"}, 5)
    (1, 2, 3)
    """
    if wanted.choices is not None:
        return wanted.choices
    low, high = _ends(wanted)
    shares = [place / (most - 1) for place in range(1, most - 1)]
    inner = [low * (high / low) ** share if wanted.log else low + (high - low) * share for share in shares]
    if is_whole(schema):
        return tuple(sorted({int(low), *map(round, inner), int(high)}))
    return (float(low), *(float(f"{value:.6g}") for value in inner), float(high))


def size(wanted: Range, schema: Mapping[str, Any]) -> int | None:
    """How many values a range has; None for endlessly many."""
    if wanted.choices is not None:
        return len(wanted.choices)
    low, high = _ends(wanted)
    return int(high) - int(low) + 1 if is_whole(schema) else None


def holds(wanted: Range, value: Any) -> bool:
    """Whether a value is one of a range's.

    >>> holds(Range(low=1, high=30), None), holds(Range(choices=(None, 5)), None)
    (False, True)
    """
    if wanted.choices is not None:
        return value in wanted.choices
    low, high = _ends(wanted)
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _ends(wanted: Range) -> tuple[float, float]:
    if wanted.low is None or wanted.high is None:
        raise ValueError("a range has choices, or a low and a high end")
    return wanted.low, wanted.high
