"""Regressors that learn their target in a unit of its spread, and answer in the target's own unit.

All is made of scikit-learn's own parts, so that a downloaded model opens without this package.
"""

from collections.abc import Callable
from typing import Any


def with_scaled_target(regressor: Any) -> Any:
    """Let a regressor whose penalty or margin is an amount of the target learn it at mean 0 and deviation 1.

    Its parameters then mean the same for a target in millions as for one in thousandths.
    """
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 -- slow import

    return _wrapped(regressor, StandardScaler())


def with_small_target_scaled(regressor: Any) -> Any:
    """Let a regressor that takes small amounts for rounding learn such a target scaled, and any other as it is.

    `scale_if_small` tells it which; the answers to any other are those of the regressor alone, to the last digit.
    """
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 -- slow import

    return _wrapped(regressor, StandardScaler(with_mean=False, with_std=False))


def fit_scaled(estimator: Any, x: Any, y: Any, learn: Callable[[Any, Any, Any], None]) -> None:
    """Fit such a regressor, the one inside by `learn(regressor, x, scaled y)` in place of its own `fit`.

    What learns the scaled amounts is the copy that scikit-learn makes of the regressor, by its own protocol.
    """
    regressor = estimator.regressor

    def learning() -> Any:
        copy = type(regressor)(**regressor.get_params())
        copy.fit = lambda rows, amounts, **_: learn(copy, rows, amounts)
        return copy

    regressor.__sklearn_clone__ = learning
    try:
        estimator.fit(x, y)
    finally:
        del regressor.__sklearn_clone__
    del estimator.regressor_.fit


def scale_if_small(estimator: Any, y: Any, *, least: float) -> None:
    """Let a regressor of `with_small_target_scaled` scale this target, of shape (rows,), if it varies by less."""
    small = is_small(y, least)
    estimator.transformer.set_params(with_mean=small, with_std=small)


def is_small(y: Any, least: float) -> bool:
    """Whether amounts of shape (rows,) vary, but have a smaller deviation than this."""
    import numpy as np  # noqa: PLC0415 -- slow import

    return bool(0 < np.std(y) < least)


def _wrapped(regressor: Any, scaler: Any) -> Any:
    from sklearn.compose import TransformedTargetRegressor  # noqa: PLC0415 -- slow import

    return TransformedTargetRegressor(regressor, transformer=scaler)
