"""Rows of a training set that tell when to stop learning.

They do for one fit what the rows held out do for the whole: were they tied to rows learnt from, learning by heart
would look like gain, and the fit would go on too long. So they are chosen as the wish parts the rows to judge.
"""

from typing import Any

from ml.algorithms.registry import RowFacts
from ml.errors import CannotFit
from ml.schema import Task

ONE_IN = 10


def set_aside(y: Any, facts: RowFacts, *, seed: int, classes: bool) -> tuple[Any, Any]:
    """Part rows into those learnt from and a tenth that tells when to stop: two arrays of positions, in order.

    Rows of groups are set aside by whole groups, and of rows with moments the latest are, as near to a tenth as that
    allows. All others are every tenth in the order of the target, so that both parts have the same classes or amounts
    in the same shares. Of `classes`, one that would have no row to learn from gets its rows back (with the whole of
    their groups). Raises CannotFit when no row is left to set aside.

    >>> import numpy as np
    >>> learnt, told = set_aside(np.array(["a"] * 40 + ["b"] * 40), RowFacts(), seed=0, classes=True)
    >>> len(learnt), len(told)
    (72, 8)
    >>> hours = np.arange(80)[::-1]
    >>> set_aside(hours * 2.5, RowFacts(moments=hours), seed=0, classes=False)[1]
    array([0, 1, 2, 3, 4, 5, 6, 7])
    """
    import numpy as np  # noqa: PLC0415 -- slow import

    told = _by_chance(y, seed) if facts.ties is None else _untied(y, facts, seed, classes=classes)
    if classes:
        told = _with_classes_left(y, told, facts.groups)
    if not len(told):
        raise CannotFit(_too_few(facts))
    return np.setdiff1d(np.arange(len(y)), told), np.sort(told)


def _by_chance(y: Any, seed: int) -> Any:
    import numpy as np  # noqa: PLC0415 -- slow import

    chance = np.random.default_rng(seed)
    places = np.unique(y, return_inverse=True)[1]
    order = np.lexsort((chance.random(len(places)), places))
    return order[chance.integers(min(ONE_IN, len(order))) :: ONE_IN]


def _untied(y: Any, facts: RowFacts, seed: int, *, classes: bool) -> Any:
    import numpy as np  # noqa: PLC0415 -- slow import

    from ml.splits import Grounds, held_out  # noqa: PLC0415 -- slow import

    if len(np.unique(facts.ties)) < 2:
        raise CannotFit(_too_few(facts))
    task = Task.CLASSIFICATION if classes else Task.REGRESSION
    grounds = Grounds(values=y, task=task, groups=facts.groups, moments=facts.moments)
    return held_out(grounds, train_percentage=100 - 100 // ONE_IN, seed=seed).test


def _with_classes_left(y: Any, told: Any, groups: Any) -> Any:
    """The rows of `told` but those whose class, or a class of whose group, has no other row to learn from."""
    import numpy as np  # noqa: PLC0415 -- slow import

    places = np.unique(y, return_inverse=True)[1]
    needed = ~np.isin(places[told], np.delete(places, told))
    if groups is not None:
        needed = np.isin(groups[told], groups[told][needed])
    return told[~needed]


def _too_few(facts: RowFacts) -> str:
    which, what = "rows", "rows"
    if facts.groups is not None:
        which, what = "whole groups of rows", "groups"
    elif facts.moments is not None:
        which, what = "the latest rows", "moments"
    return f"Early stopping sets {which} aside, and there are too few {what} to learn from. Do without it, or add rows."
