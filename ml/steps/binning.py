"""Numbers cut into ranges."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.preprocessing import KBinsDiscretizer

from ml.schema import Dtype
from ml.steps.framed import FrameStep, quiet
from ml.steps.registry import Gives


class BinNumbers(FrameStep):
    """The range a number falls in, as a category ("10 to 20") or as its place in the order of ranges, from 0.

    A value on an edge belongs to the range above. The first and last range have no end, so that every number
    has one; missing values stay so. Edges are scikit-learn's KBinsDiscretizer's.
    """

    def __init__(
        self,
        columns: Sequence[str] = (),
        bins: int = 5,
        strategy: str = "quantile",
        codes: bool = False,
    ) -> None:
        super().__init__(columns)
        self.bins = bins
        self.strategy = strategy
        self.codes = codes

    def learnt(self) -> list[str]:
        return [f"{name}: {'; '.join(names)}" for name, names in zip(self.columns, self.ranges_, strict=True)]

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        self.edges_ = [self._inner_edges(array[~np.isnan(array)]) for array in arrays]
        self.ranges_ = [named_ranges(edges.tolist()) for edges in self.edges_]
        return self._same(Dtype.INTEGER if self.codes else Dtype.CATEGORY)

    def _inner_edges(self, known: Any) -> Any:
        if len(np.unique(known)) < 2:
            return np.empty(0)
        bins = KBinsDiscretizer(
            self.bins,
            encode="ordinal",
            strategy=self.strategy,
            quantile_method="averaged_inverted_cdf",
            subsample=None,
        )
        with quiet():
            edges = bins.fit(known[:, None]).bin_edges_[0]
        return np.unique(edges[1:-1])

    def _apply(self, arrays: list[Any]) -> list[Any]:
        found = []
        for array, edges, ranges in zip(arrays, self.edges_, self.ranges_, strict=True):
            missing = np.isnan(array)
            codes = np.searchsorted(edges, array, side="right")
            if self.codes:
                found.append(np.where(missing, np.nan, codes))
            else:
                found.append(np.array([*ranges, ""], dtype=object)[np.where(missing, len(ranges), codes)])
        return found


def named_ranges(edges: list[float]) -> list[str]:
    """Name the ranges between edges, with as many digits as tell them apart.

    >>> named_ranges([1.5, 20.0])
    ['below 1.5', '1.5 to 20', '20 and above']
    """
    if not edges:
        return ["any number"]
    said = next(
        texts
        for digits in (4, 6, 10, 17)
        if len(set(texts := [f"{edge:.{digits}g}" for edge in edges])) == len(edges) or digits == 17
    )
    between = [f"{low} to {high}" for low, high in pairwise(said)]
    return [f"below {said[0]}", *between, f"{said[-1]} and above"]
