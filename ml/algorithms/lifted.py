"""Trees of scikit-learn for small amounts.

It splits no group of rows whose variance is below 2.2e-16, as if that were rounding: amounts in farads or metres that
vary by 1e-9 would all get the same answer.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ml.algorithms.scaled_target import is_small

# What scikit-learn does not split in amounts of a larger deviation is less than rounding.
LEAST_DEVIATION = 2.0**-10
_MOST_LIFTED = 500  # times two: the square of what is lifted further has no double


@contextmanager
def lifted(estimator: Any, y: Any, *, amounts: bool) -> Iterator[Any]:
    """Yield the target for a tree or a forest to learn, and turn its answers back into the target's unit afterwards.

    Only small `amounts` change, by a power of two, which rounds nothing: the trees are those of any larger unit.
    """
    import numpy as np  # noqa: PLC0415 -- slow import

    if not amounts or not is_small(y, LEAST_DEVIATION):
        yield y
        return
    lift = 2.0 ** min(-float(np.floor(np.log2(np.std(y)))), _MOST_LIFTED)
    pruning = estimator.get_params().get("ccp_alpha", 0.0)
    estimator.set_params(ccp_alpha=min(pruning * lift**2, sys.float_info.max))  # an amount of the target's squared unit
    yield y * lift
    estimator.set_params(ccp_alpha=pruning)
    for each in getattr(estimator, "estimators_", [estimator]):
        each.set_params(ccp_alpha=pruning)
        each.tree_.value[...] /= lift
        each.tree_.impurity[...] /= lift**2
