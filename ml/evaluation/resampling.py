"""The bootstrap: how scores would vary had other rows of the same kind been held out.

Rows of one group (visits of one patient) are alike, and so are the model's mistakes on them: draws of single rows would
vary too little. Where groups are known, whole ones are drawn, and all rows of a group come as often as it does (the
cluster bootstrap: Davison and Hinkley 1997, Bootstrap Methods and their Application, §3.8; consistent where others are
not: Field and Welsh 2007, Journal of the Royal Statistical Society B 69(3)). It takes no longer, as groups have sums
as rows have.

Rows ordered by time are drawn one by one all the same. Blocks of neighbours (Künsch 1989, Annals of Statistics 17(3))
would know that these are alike, but how long a block must be is to be guessed from the rows themselves, their moments
may be far apart or the same for many, and the latest part may hold too few blocks. So it is said instead that the truth
may be further off; folds in time, each a block of its own, suffer less from it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from ml.evaluation.sums import Arrays, Sums

RESAMPLES = 1_000
# Draws of groups lie between the scores of the worst and the best of them. By chance alone five groups are all on the
# same side of the truth in 2 · ½⁵ = 6 of 100 tables, so there is no 95 % to be said of five. Nor can a test that flips
# the signs of their differences find less than that (`ml.paired`).
FEWEST_GROUPS = 6
# Beyond this, rows are drawn in as many random bunches of nearly one size: for sums over rows the spread is the same,
# and so is the cost for any number of rows.
MOST_UNITS = 10_000

_SEED = 0
_MOST_COUNTS = 500_000  # at once: 4 MB, which stay in the cache of a core
_MOST_SUMS = 1_500_000  # that follow from them


def resampled(judges: Sequence[Sums], units: int, *, seed: int = _SEED) -> list[Arrays]:
    """Score `RESAMPLES` draws of `units` rows with replacement (Efron 1979, Annals of Statistics 7(1)), or of groups.

    What is drawn are the columns of the judges: groups of rows where they are `SumsOfGroups`. Every judge sees the same
    draws, so their scores can be compared draw by draw. Up to 10,000 of them, those drawn are those of
    `scipy.stats.bootstrap` with `numpy.random.default_rng(seed)`.

    Returns
    -------
    for each judge an array of shape (RESAMPLES,) by score, NaN where a draw leaves it undefined
    """
    random = np.random.default_rng(seed)
    columns = [judge.columns for judge in judges]
    if units > MOST_UNITS:
        bunches = _bunches(units, random)
        columns = [each @ bunches for each in columns]
        units = MOST_UNITS
    drawn: list[list[Arrays]] = [[] for _ in judges]
    draws = max(1, min(_MOST_COUNTS // units, _MOST_SUMS // max(each.shape[0] for each in columns)))
    with threadpool_limits(1, user_api="blas"):  # products this small cost more to share between cores
        for start in range(0, RESAMPLES, draws):
            weights = _drawn(random, units, min(draws, RESAMPLES - start))
            for judge, each, found in zip(judges, columns, drawn, strict=True):
                found.append(judge.scores(each @ weights))
    return [{key: np.concatenate([part[key] for part in found]) for key in found[0]} for found in drawn]


def score_once(judge: Sums) -> dict[str, float]:
    """The scores of the rows themselves, NaN where undefined."""
    sums = np.asarray(judge.columns.sum(axis=1)).reshape(-1, 1)
    return {key: float(values[0]) for key, values in judge.scores(sums).items()}


def left_out(judge: Sums) -> Arrays:
    """The scores without each row, or group, in turn (the jackknife): an array of shape (units,) by score."""
    every = np.asarray(judge.columns.sum(axis=1)).reshape(-1, 1)
    sums, units = judge.columns.shape
    width = max(1, _MOST_SUMS // sums)
    found = [judge.scores(every - _dense(judge.columns[:, at : at + width])) for at in range(0, units, width)]
    return {key: np.concatenate([part[key] for part in found]) for key in found[0]}


def _dense(columns: Any) -> Any:
    return columns if isinstance(columns, np.ndarray) else columns.toarray()


def _drawn(random: np.random.Generator, units: int, draws: int) -> Any:
    """How often each unit was drawn: an array of shape (units, draws)."""
    picked = random.integers(0, units, (draws, units))
    places = picked * draws + np.arange(draws)[:, None]
    return np.bincount(places.ravel(), minlength=units * draws).reshape(units, draws).astype(np.float64)


def _bunches(units: int, random: np.random.Generator) -> Any:
    """A sparse array of shape (units, MOST_UNITS) that says which bunch each belongs to."""
    bunch = random.permutation(np.arange(units) % MOST_UNITS)
    return csr_array((np.ones(units), (np.arange(units), bunch)), shape=(units, MOST_UNITS))
