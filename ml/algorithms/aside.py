"""Rows of a training set that tell when to stop learning, drawn by the seed."""

from typing import Any

from ml.errors import CannotFit

ONE_IN = 10


def set_aside(y: Any, *, seed: int, classes: bool) -> tuple[Any, Any]:
    """Part rows into those learnt from and a tenth that tells when to stop: two arrays of positions.

    Every tenth in the order of the target, so that both parts have the same classes or amounts in the same shares;
    of `classes`, one that would have no row to learn from gets its row back. Raises CannotFit when no row is left
    to set aside.

    >>> import numpy as np
    >>> learnt, told = set_aside(np.array(["a"] * 40 + ["b"] * 40), seed=0, classes=True)
    >>> len(learnt), len(told)
    (72, 8)
    """
    import numpy as np  # noqa: PLC0415 -- slow import

    chance = np.random.default_rng(seed)
    places = np.unique(y, return_inverse=True)[1]
    order = np.lexsort((chance.random(len(places)), places))
    told = order[chance.integers(min(ONE_IN, len(order))) :: ONE_IN]
    if classes:
        told = told[np.isin(places[told], np.delete(places, told))]
    if not len(told):
        raise CannotFit("Early stopping sets rows aside, and there are too few. Leave it empty, or add rows.")
    return np.setdiff1d(order, told), told
