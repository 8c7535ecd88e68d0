"""From a thousand bootstrap scores to a 95 % interval."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm, t

Interval = tuple[float, float]

# Of the draws, this share must define a score for its interval to be said.
_ENOUGH = 0.9


@dataclass(frozen=True, slots=True)
class Skew:
    """How far the middle of the draws is from the score, and how its spread changes with it (Efron 1987)."""

    bias: float = 0.0
    acceleration: float = 0.0


def skew_of(values: Any, score: float, left_out: Any) -> Skew:
    """The corrections of BCa (Efron 1987, Journal of the American Statistical Association 82).

    `values` are the scores of the draws, `left_out` those of the rows without each one of them in turn.
    """
    known, spread = values[np.isfinite(values)], left_out[np.isfinite(left_out)]
    below = (np.sum(known < score) + np.sum(known <= score)) / (2 * max(len(known), 1))
    distance = spread.mean() - spread if len(spread) else np.zeros(1)
    size = float(np.sum(distance**2)) ** 1.5
    if not 0 < below < 1 or size == 0:
        return Skew()
    return Skew(float(norm.ppf(below)), float(np.sum(distance**3) / (6 * size)))


def percentile_interval(values: Any, units: int, skew: Skew | None = None) -> Interval | None:
    """The middle 95 % of bootstrap scores, corrected for `skew`; None where too few draws define the score.

    The bootstrap's spread is that of a variance over n, not n - 1, and knows no t: both are made good by taking
    quantiles further out (expanded percentile interval, Hesterberg 2015, The American Statistician 69(4)). `units` is
    that n: the rows drawn, or the groups of them.

    >>> low, high = percentile_interval(np.arange(1001.0), 10**9)
    >>> round(low, 6), round(high, 6)
    (25.0, 975.0)
    """
    known = values[np.isfinite(values)]
    if len(known) < _ENOUGH * len(values) or units < 2:
        return None
    reach = math.sqrt(units / (units - 1)) * float(t.ppf(0.975, units - 1))
    shift = skew or Skew()
    ends = [shift.bias + side * reach for side in (-1, 1)]
    low, high = np.quantile(known, [norm.cdf(shift.bias + end / (1 - shift.acceleration * end)) for end in ends])
    return float(low), float(high)
