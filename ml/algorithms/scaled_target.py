"""A regressor that learns its target at mean 0 and deviation 1, and answers in the target's own unit."""

from typing import Any


def with_scaled_target(regressor: Any) -> Any:
    """Wrap a regressor whose penalty or margin is an amount of the target.

    Its parameters then mean the same for a target in millions as for one in thousandths. scikit-learn's own part, so
    that a downloaded model opens without this package.
    """
    from sklearn.compose import TransformedTargetRegressor  # noqa: PLC0415 -- slow import
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 -- slow import

    return TransformedTargetRegressor(regressor, transformer=StandardScaler())
