"""Missing values filled, and values that stand for one made missing."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.impute import SimpleImputer

from ml.schema import Dtype
from ml.steps.framed import FrameStep, apart, is_missing, quiet, side_by_side
from ml.steps.registry import Gives, Made


class FillMissing(FrameStep):
    """Fills gaps with one value a column, learnt from the rows or constant (`fill_number`, `fill_word`).

    With `indicator` a column of 0 and 1 beside each says where the gaps were. A column without a value in any
    row to learn from is filled with 0, or with "missing".
    """

    def __init__(
        self,
        columns: Sequence[str] = (),
        strategy: str = "median",
        fill_number: float = 0.0,
        fill_word: str = "missing",
        indicator: bool = False,
    ) -> None:
        super().__init__(columns)
        self.strategy = strategy
        self.fill_number = fill_number
        self.fill_word = fill_word
        self.indicator = indicator

    def learnt(self) -> list[str]:
        return [f"{name}: gaps filled with {fill}" for name, fill in zip(self.columns, self._fills(), strict=True)]

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        self.words_ = [place for place, array in enumerate(arrays) if array.dtype == object]
        self.numbers_ = [place for place, array in enumerate(arrays) if array.dtype != object]
        self.of_words_ = self._fitted([arrays[place] for place in self.words_], "", self.fill_word)
        self.of_numbers_ = self._fitted([arrays[place] for place in self.numbers_], np.nan, self.fill_number)
        kept = Dtype.NUMBER if self.strategy == "mean" else None
        return Gives(
            instead={
                name: (Made(name, kept), Made(f"{name} missing", Dtype.BOOLEAN))[: 1 + self.indicator]
                for name in self.columns
            }
        )

    def _fitted(self, arrays: list[Any], gap: Any, fill: Any) -> Any:
        if not arrays:
            return None
        empty = [bool(is_missing(array).all()) for array in arrays]
        fitted = SimpleImputer(missing_values=gap, strategy=self.strategy, fill_value=fill, keep_empty_features=True)
        with quiet():
            fitted.fit(side_by_side(arrays))
        if gap == "" and self.strategy != "constant":  # scikit-learn would fill empty columns of words with a number
            fitted.statistics_ = np.where(empty, "missing", fitted.statistics_).astype(object)
        return fitted

    def _fills(self) -> list[Any]:
        fills: dict[int, Any] = {}
        for places, fitted in ((self.words_, self.of_words_), (self.numbers_, self.of_numbers_)):
            if fitted is not None:
                fills |= dict(zip(places, fitted.statistics_.tolist(), strict=True))
        return [f"{fill:.6g}" if isinstance(fill, float) else fill for _, fill in sorted(fills.items())]

    def _apply(self, arrays: list[Any]) -> list[Any]:
        filled: list[Any] = list(arrays)
        for places, fitted in ((self.words_, self.of_words_), (self.numbers_, self.of_numbers_)):
            if fitted is not None:
                found = apart(fitted.transform(side_by_side([arrays[place] for place in places])))
                for place, array in zip(places, found, strict=True):
                    filled[place] = array
        if not self.indicator:
            return filled
        marks = [is_missing(array).astype(np.float64) for array in arrays]
        return [array for pair in zip(filled, marks, strict=True) for array in pair]


class MarkMissing(FrameStep):
    """Makes gaps of `values`: a list of canonical values for each of the columns. Learns nothing."""

    def __init__(self, columns: Sequence[str] = (), values: Sequence[Sequence[Any]] = ()) -> None:
        super().__init__(columns)
        self.values = values

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        return self._same()

    def _apply(self, arrays: list[Any]) -> list[Any]:
        return [_without(array, values) for array, values in zip(arrays, self.values, strict=True)]


def _without(array: Any, values: Sequence[Any]) -> Any:
    gap = "" if array.dtype == object else np.nan
    return np.where(np.isin(array, np.array(list(values), dtype=array.dtype)), gap, array)
