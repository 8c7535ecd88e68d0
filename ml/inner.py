"""Folds within one fit: rows answered for by what other rows teach, where rows are tied to each other.

They do within a fit what the rows held out do for the whole, so they part rows as the wish parts the rows to judge.
Were a row answered for by rows it is tied to, what only these know would look like knowledge of all.
"""

from typing import Any

import numpy as np
from sklearn.model_selection import KFold

from ml.splits import Cut, Grounds, folds


def whole_parts(grounds: Grounds, count: int, *, seed: int) -> Any:
    """The part of each row, an array of numbers from 0: at most `count` parts, as there are groups or moments enough.

    A group is in one part, as is a moment; parts of moments are stretches of time, one after the other.

    >>> from ml.schema import Task
    >>> hours = np.array([1, 1, 2, 3, 3, 4])
    >>> whole_parts(Grounds(values=hours * 1.0, task=Task.REGRESSION, moments=hours), 2, seed=0).tolist()
    [0, 0, 0, 1, 1, 1]
    """
    ties = grounds.groups if grounds.moments is None else grounds.moments
    _, places = np.unique(ties, return_inverse=True)
    units = int(places.max()) + 1
    parts = np.zeros(len(places), dtype=int)
    if min(count, units) < 2:
        return parts
    for number, test in enumerate(_tests(grounds, places, min(count, units), seed)):
        parts[test] = number
    return parts


def crossed(grounds: Grounds, parts: Any) -> list[Cut]:
    """For each part, the rows that answer for it: all other groups, or all earlier rows.

    Time runs one way, as it does for what judges: rows that are predicted later know nothing that comes after them, so
    what is learnt from both sides of a gap would seem surer than it will be. It has a price: the earliest part has no
    rows to learn from (nor has a part that is all there is), and early ones have few.
    """
    cuts = []
    for number in np.unique(parts):
        its = parts == number
        others = ~its if grounds.moments is None else grounds.moments < grounds.moments[its].min()
        cuts.append(Cut(np.flatnonzero(others), np.flatnonzero(its)))
    return cuts


def _tests(grounds: Grounds, places: Any, count: int, seed: int) -> list[Any]:
    if grounds.moments is None:
        return [cut.test for cut in folds(grounds, count, seed=seed)]
    stretches = KFold(count).split(np.unique(places))
    return [np.flatnonzero(np.isin(places, chosen)) for _, chosen in stretches]
