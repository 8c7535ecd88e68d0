"""What one look at all values of a column tells, whatever is made of it: its type, its role, its profile."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ml.tables.bins import Bins
from ml.tables.disguised import Rest

TOP_VALUES = 10
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
# Tukey's inner and outer fences, in interquartile ranges beyond the quartiles.
INNER, OUTER = 1.5, 3.0


@dataclass(frozen=True, slots=True)
class Texts:
    """Of texts: how many characters and words they have, and how many different ones hold a blank."""

    shortest: int = 0
    mean: float = 0.0
    longest: int = 0
    words: float = 0.0
    with_blanks: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """Where numbers lie; dates in microseconds since 1970."""

    low: float
    high: float
    mean: float | None
    std: float | None
    quantiles: list[float]

    @property
    def width(self) -> float:
        """Between the quartiles."""
        return self.quantiles[3] - self.quantiles[1]

    def fences(self, distance: float) -> tuple[float, float] | None:
        """None where they would have no width, or lie beyond the largest double."""
        low, high = self.quantiles[1] - distance * self.width, self.quantiles[3] + distance * self.width
        return (low, high) if self.width > 0 and math.isfinite(high - low) else None


@dataclass(frozen=True, slots=True)
class Histogram:
    """Numbers counted by bins, and beyond the inner and the outer fences."""

    bins: Bins
    counts: list[int]
    outside: int
    far: int


@dataclass(frozen=True, slots=True)
class Gaps:
    """Between neighbouring different dates, in microseconds: the longest and where it ends, the usual and its share."""

    longest: int
    end: int
    usual: int
    usual_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A column stored as `kind` (BIGINT, DOUBLE, BOOLEAN, TIMESTAMP, VARCHAR), over every row that has a value.

    `most_frequent` are at most ten values with their counts, ties in order of value; `suspected` may stand for
    "missing", and `rest` is what is known of all others. Dates are microseconds since 1970, but for those suspected.
    """

    kind: str
    present: int = 0
    unique: int = 0
    low: Any = None
    high: Any = None
    most_frequent: Sequence[tuple[Any, int]] = ()
    suspected: Sequence[tuple[Any, int]] = ()
    rest: Rest | None = None
    texts: Texts | None = None
    spread: Spread | None = None
    histogram: Histogram | None = None
    gaps: Gaps | None = None
