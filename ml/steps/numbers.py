"""Numbers brought to another size or shape, one column at a time or two together."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from sklearn.preprocessing import MinMaxScaler, PowerTransformer, RobustScaler, StandardScaler

from ml.schema import Dtype
from ml.steps.framed import FrameStep, apart, quiet, side_by_side
from ml.steps.registry import Gives, Made
from ml.steps.shapes import names_of_pairs

SCALERS = {"standard": StandardScaler, "minmax": MinMaxScaler, "robust": RobustScaler}


class ScaleNumbers(FrameStep):
    """Brings numbers to a common size with one of scikit-learn's scalers; missing values stay so."""

    def __init__(self, columns: Sequence[str] = (), method: str = "standard") -> None:
        super().__init__(columns)
        self.method = method

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        with quiet():
            self.scaler_ = SCALERS[self.method]().fit(side_by_side(arrays))
        return self._same(Dtype.NUMBER)

    def _apply(self, arrays: list[Any]) -> list[Any]:
        return apart(self.scaler_.transform(side_by_side(arrays)))


class LogNumbers(FrameStep):
    """The logarithm of 1 + x. `signed`: of the distance from 0, with the sign kept; otherwise −1 and below are
    missing, as they have none."""

    def __init__(self, columns: Sequence[str] = (), signed: bool = True) -> None:
        super().__init__(columns)
        self.signed = signed

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        return self._same(Dtype.NUMBER)

    def _apply(self, arrays: list[Any]) -> list[Any]:
        if self.signed:
            return [np.sign(array) * np.log1p(np.abs(array)) for array in arrays]
        return [np.log1p(np.where(array > -1, array, np.nan)) for array in arrays]


class PowerNumbers(FrameStep):
    """Yeo and Johnson's power of each column that makes it look most like a bell, at mean 0 and deviation 1.

    A column with fewer than two different values has no shape to improve: it becomes 0. The power is sought on
    values at mean 0 and deviation 1, as that of large numbers close together does not fit a float. Source:
    Yeo and Johnson 2000, Biometrika 87(4).
    """

    def learnt(self) -> list[str]:
        fitted = {place: self.power_.lambdas_[at] for at, place in enumerate(self.varied_)} if self.varied_ else {}
        return [
            f"{name}: power {fitted[place]:.3g}" if place in fitted else f"{name}: never changes, so it becomes 0"
            for place, name in enumerate(self.columns)
        ]

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        self.varied_: list[int] = []
        self.scaler_: Any = None
        self.power_: Any = None
        with quiet():
            for place, array in enumerate(arrays):
                known = array[~np.isnan(array)]
                spread = StandardScaler().fit(known[:, None]) if len(known) else None
                if spread is not None and spread.scale_[0] > 0 and len(np.unique(spread.transform(known[:, None]))) > 1:
                    self.varied_.append(place)
            if self.varied_:
                block = self._varied(arrays)
                self.scaler_ = StandardScaler().fit(block)
                self.power_ = PowerTransformer(method="yeo-johnson").fit(self.scaler_.transform(block))
        return self._same(Dtype.NUMBER)

    def _varied(self, arrays: list[Any]) -> Any:
        return side_by_side([arrays[place] for place in self.varied_])

    def _apply(self, arrays: list[Any]) -> list[Any]:
        found = [np.where(np.isnan(array), np.nan, 0.0) for array in arrays]
        if self.varied_:
            with np.errstate(all="ignore"):
                block = self.power_.transform(self.scaler_.transform(self._varied(arrays)))
            for place, array in zip(self.varied_, apart(block), strict=True):
                found[place] = array
        return found


class ClipOutliers(FrameStep):
    """Holds numbers within bounds learnt from the rows.

    `iqr`: `factor` times the distance between the quartiles beyond them (Tukey 1977, Exploratory Data Analysis);
    a column whose quartiles are equal is left alone. `quantiles`: from `low` to `high`, shares of the rows.
    """

    def __init__(
        self,
        columns: Sequence[str] = (),
        method: str = "iqr",
        factor: float = 1.5,
        low: float = 0.01,
        high: float = 0.99,
    ) -> None:
        super().__init__(columns)
        self.method = method
        self.factor = factor
        self.low = low
        self.high = high

    def learnt(self) -> list[str]:
        pairs = zip(self.columns, self.lowest_.tolist(), self.highest_.tolist(), strict=True)
        return [
            f"{name}: held from {low:.6g} to {high:.6g}" if np.isfinite(low) else f"{name}: left alone"
            for name, low, high in pairs
        ]

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        bounds = [self._bounds(array[~np.isnan(array)]) for array in arrays]
        self.lowest_ = np.array([low for low, _ in bounds], dtype=np.float64)
        self.highest_ = np.array([high for _, high in bounds], dtype=np.float64)
        return self._same(Dtype.NUMBER)

    def _bounds(self, known: Any) -> tuple[float, float]:
        if not len(known):
            return -np.inf, np.inf
        if self.method == "quantiles":
            low, high = np.quantile(known, [self.low, self.high])
            return float(low), float(high)
        first, third = np.quantile(known, [0.25, 0.75])
        if first == third:
            return -np.inf, np.inf
        reach = self.factor * (third - first)
        return float(first - reach), float(third + reach)

    def _apply(self, arrays: list[Any]) -> list[Any]:
        bounds = zip(arrays, self.lowest_, self.highest_, strict=True)
        return [np.clip(array, low, high) for array, low, high in bounds]


class Interactions(FrameStep):
    """A column more for each two columns: their product, or the first divided by the second.

    Missing where one of the two is, and where the second is 0.
    """

    def __init__(self, columns: Sequence[str] = (), operation: str = "product") -> None:
        super().__init__(columns)
        self.operation = operation

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        return Gives(
            instead=self._same().instead,
            added=tuple(Made(name, Dtype.NUMBER) for name in names_of_pairs(self.columns, self.operation)),
        )

    def _apply(self, arrays: list[Any]) -> list[Any]:
        pairs = combinations(arrays, 2)
        if self.operation == "product":
            return [*arrays, *(first * second for first, second in pairs)]
        with np.errstate(over="ignore"):  # what is too large is held at the largest
            return [*arrays, *(first / np.where(second == 0, np.nan, second) for first, second in pairs)]
