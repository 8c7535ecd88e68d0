"""The different values of a column in order: all that counting and measuring needs, and mostly far fewer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_JUDGED_ROWS = 10_000
# From this share of different values on sorting is faster than looking up.
_MANY = 0.2
_MOST_PLACES_A_ROW = 2


@dataclass(frozen=True)
class Distinct:
    """Different numbers in ascending order, and how many rows have each: two arrays of shape (unique,), not empty."""

    values: Any
    counts: Any

    @cached_property
    def up_to(self) -> Any:
        """How many rows have one of the first 0, 1, 2 … values: shape (unique + 1,)."""
        return np.concatenate(([0], np.cumsum(self.counts)))

    @property
    def rows(self) -> int:
        return int(self.up_to[-1])

    @cached_property
    def floats(self) -> Any:
        return self.values.astype(np.float64, copy=False)

    def rows_below(self, limits: Sequence[float]) -> Any:
        """How many rows have less than each limit."""
        return self.up_to[np.searchsorted(self.floats, limits, side="left")]

    def rows_above(self, limit: float) -> int:
        return self.rows - int(self.up_to[np.searchsorted(self.floats, limit, side="right")])

    def at(self, row: int) -> Any:
        """The value in that row, from 0, if all rows were put in order."""
        return self.values[np.searchsorted(self.up_to, row, side="right") - 1].item()

    def most_frequent(self, most: int) -> list[tuple[Any, int]]:
        """At most so many values with their counts, ties in order of value."""
        repeated = np.flatnonzero(self.counts > 1)  # few where there are many values, so that little is sorted
        places = repeated[np.argsort(-self.counts[repeated], kind="stable")[:most]]
        if len(places) < most:
            places = np.concatenate((places, np.flatnonzero(self.counts == 1)[: most - len(places)]))
        return self._counted(places)

    def found(self, values: Any) -> "Distinct":
        """Those of `values` (in ascending order) that there are."""
        places = np.minimum(np.searchsorted(self.values, values), len(self.values) - 1)
        places = places[self.values[places] == values]
        return Distinct(self.values[places], self.counts[places])

    def pairs(self) -> list[tuple[Any, int]]:
        return self._counted(slice(None))

    def _counted(self, places: Any) -> list[tuple[Any, int]]:
        return list(zip(self.values[places].tolist(), self.counts[places].tolist(), strict=True))


def distinct(numbers: Any) -> Distinct:
    """The different ones of an array that is not empty and has no NaN.

    Whole numbers that lie close together are counted by their places. Of others sorting is fastest where many differ,
    else looking each up.

    >>> distinct(np.array([3, 1, 3])).pairs()
    [(1, 1), (3, 2)]
    """
    if numbers.dtype.kind == "f":
        numbers = numbers + 0.0  # -0.0 is no value of its own
    elif (low := int(numbers.min())) + _MOST_PLACES_A_ROW * len(numbers) > int(numbers.max()):
        counts = np.bincount(numbers - low)
        places = np.flatnonzero(counts)
        return Distinct(places + low, counts[places])
    if _many_differ(numbers):
        ordered = numbers if _is_ordered(numbers) else np.sort(numbers)
        begins = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        return Distinct(ordered[begins], np.diff(begins, append=len(ordered)))
    counted = pc.value_counts(pa.array(numbers))
    values, counts = (counted.field(name).to_numpy() for name in ("values", "counts"))
    order = np.argsort(values)
    return Distinct(values[order], counts[order])


def _many_differ(numbers: Any) -> bool:
    """Whether more than a share of the rows differ, by how many of a few rows do: as if all values were as frequent."""
    judged = numbers[:: max(1, len(numbers) // _JUDGED_ROWS)]
    many = len(numbers) * _MANY
    return len(np.unique(judged)) > -math.expm1(-len(judged) / many) * many


def _is_ordered(numbers: Any) -> bool:
    """Numbered rows, and moments as they came, need no sorting."""
    return bool(np.all(numbers[1:] >= numbers[:-1]))
