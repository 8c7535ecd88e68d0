"""Areas under the ROC and the precision-recall curve for many weightings of the same rows at once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows in the order of their score, best first, rows of equal score as one step.

    `step` numbers the step of each row (rows,); `happened` is 1.0 where the row is a case, else 0.0 (rows,).
    """

    step: Any
    happened: Any

    @classmethod
    def by(cls, score: Any, happened: Any) -> "Ranking":
        levels, place = np.unique(score, return_inverse=True)
        return cls(len(levels) - 1 - place.reshape(-1), happened.astype(np.float64))

    def matrices(self) -> tuple[Any, Any]:
        """Sparse arrays of shape (steps, rows) that count all rows and the cases of each step."""
        rows = np.arange(len(self.step))
        shape = (int(self.step.max()) + 1, len(rows))
        cases = np.flatnonzero(self.happened)
        every = csr_array((np.ones(len(rows)), (self.step, rows)), shape=shape)
        return every, csr_array((np.ones(len(cases)), (self.step[cases], cases)), shape=shape)

    def gradients(self) -> tuple[float, float, Any, Any]:
        """ROC AUC, PR AUC and the change of each with a row's weight, both of shape (rows,).

        Over many rows an area follows weights w as area + sum of w times change does, as its changes sum to 0: the
        infinitesimal jackknife (Efron 1982, The Jackknife, the Bootstrap and Other Resampling Plans, ch. 6), for ROC
        that of DeLong et al. 1988, Biometrics 44.
        """
        size = int(self.step.max()) + 1
        every = np.bincount(self.step, minlength=size).astype(np.float64)
        hit = np.bincount(self.step, weights=self.happened, minlength=size)
        hits, total = np.cumsum(hit), np.cumsum(every)
        cases, others = hits[-1], total[-1] - hits[-1]
        above = (hits - hit / 2) / cases  # the share of the cases ranked above a row of this step, ties by half
        below = 1 - (total - hits - (every - hit) / 2) / others
        roc = float((hit * below).sum() / cases)
        of_case, of_other = (below - roc) / cases, (above - roc) / others
        precision = hits / total
        pr = float((hit * precision).sum() / cases)
        later = np.cumsum((hit / total)[::-1])[::-1]
        lost = np.cumsum((hit * hits / total**2)[::-1])[::-1]
        pr_case, pr_other = (precision + later - lost - pr) / cases, -lost / cases
        is_case = self.happened > 0
        change = np.where(is_case, of_case[self.step], of_other[self.step])
        return roc, pr, change, np.where(is_case, pr_case[self.step], pr_other[self.step])


def areas(every: Any, hit: Any) -> tuple[Any, Any]:
    """ROC AUC and PR AUC (average precision) of weighted rows.

    Parameters
    ----------
    every, hit : arrays of shape (steps, weightings), the weight of all rows and of the cases of each step, best first

    Returns
    -------
    two arrays of shape (weightings,), NaN where the weighted rows lack cases or others

    >>> areas(np.ones((4, 1)), np.array([[1.0], [0.0], [1.0], [0.0]]))
    (array([0.75]), array([0.83333333]))
    """
    hits, total = np.cumsum(hit, axis=0), np.cumsum(every, axis=0)
    cases, others = hits[-1], total[-1] - hits[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        roc = ((every - hit) * (hits - hit / 2)).sum(axis=0) / (cases * others)
        precision = np.divide(hits, total, out=np.zeros_like(hits), where=total > 0)
        return roc, np.where(others > 0, (hit * precision).sum(axis=0) / cases, np.nan)
