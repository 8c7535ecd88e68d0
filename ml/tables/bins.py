"""Edges of a histogram."""

import math
from dataclasses import dataclass

import numpy as np

BINS = 20
_HUGE = 1e307


@dataclass(frozen=True, slots=True)
class Bins:
    """Bins between neighbouring edges; a value on an edge belongs to the bin above, the last edge to the last bin."""

    edges: tuple[float, ...]

    @property
    def count(self) -> int:
        return len(self.edges) - 1


def equal_bins(low: float, high: float, *, whole: bool) -> Bins:
    """Twenty bins of equal width from `low` to `high`, as `numpy.histogram` has them.

    Whole numbers that span at most twenty values have a bin each, a single value has one bin around it.

    >>> equal_bins(0, 2, whole=True).edges
    (-0.5, 0.5, 1.5, 2.5)
    """
    if low == high or (whole and high - low < BINS):
        steps = math.floor(high - low) + 1
        return Bins(tuple(float(low) - 0.5 + step for step in range(steps + 1)))
    # Halved, because the distance of the two may be beyond the largest double.
    half = 2.0 if max(abs(low), abs(high)) > _HUGE else 1.0
    edges = np.linspace(low / half, high / half, BINS + 1) * half
    return Bins(tuple(float(edge) for edge in edges))
