"""Categories turned into numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

from ml.algorithms.registry import NO_FACTS, RowFacts
from ml.inner import crossed, whole_parts
from ml.schema import Dtype, Task
from ml.splits import Grounds
from ml.steps.categories import as_words, common_categories
from ml.steps.framed import FrameStep, apart, quiet, side_by_side
from ml.steps.registry import Gives, Made

CLASSES_SAID = 100


class OneHotColumns(FrameStep):
    """A column of 0 and 1 for each of the `most` commonest categories; all others are 0 in each of them.

    Missing counts as a category where it occurs among the rows to learn from.
    """

    def __init__(self, columns: Sequence[str] = (), most: int = 50) -> None:
        super().__init__(columns)
        self.most = most

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        words = [as_words(array) for array in arrays]
        lists = [np.array(common_categories(pd.Series(array), self.most), dtype=object) for array in words]
        self.encoder_ = OneHotEncoder(categories=lists, handle_unknown="ignore", sparse_output=False)
        self.encoder_.fit(side_by_side(words))
        return Gives(
            instead={
                name: tuple(Made(f"{name} = {each}" if each else f"{name} missing", Dtype.BOOLEAN) for each in found)
                for name, found in zip(self.columns, lists, strict=True)
            }
        )

    def _apply(self, arrays: list[Any]) -> list[Any]:
        return apart(self.encoder_.transform(side_by_side([as_words(array) for array in arrays])))


class OrdinalColumns(FrameStep):
    """The place of each category in an order, from 0: that of `order`, or of the alphabet where it is empty.

    What is missing, not in the order or in no row to learn from is missing afterwards.
    """

    def __init__(self, columns: Sequence[str] = (), order: Sequence[str] = ()) -> None:
        super().__init__(columns)
        self.order = order

    def learnt(self) -> list[str]:
        pairs = zip(self.columns, self.encoder_.categories_, strict=True)
        return [f"{name}: {', '.join(found[:10].tolist())}{' …' if len(found) > 10 else ''}" for name, found in pairs]

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        lists = [self._ordered(array) for array in arrays]
        self.encoder_ = OrdinalEncoder(categories=lists, handle_unknown="use_encoded_value", unknown_value=np.nan)
        self.encoder_.fit(side_by_side(arrays))
        return self._same(Dtype.INTEGER)

    def _ordered(self, array: Any) -> Any:
        known = list(self.order) or sorted({*array.tolist()} - {""})
        return np.array(known or ["missing"], dtype=object)  # the encoder wants one category at least

    def _apply(self, arrays: list[Any]) -> list[Any]:
        return apart(self.encoder_.transform(side_by_side(arrays)))


class TargetColumns(FrameStep):
    """The mean of the target in each category, drawn towards that of all rows where a category has few.

    For more than two classes there is a column each, with its share. The rows it learns from get the means of the
    other folds (`fit_transform`), as their own target would otherwise be among their inputs; every later row
    gets the mean of all of them. Missing and unseen categories: missing is a category, unseen gives the mean
    of all rows. Source: Micci-Barreca 2001, SIGKDD Explorations 3(1); scikit-learn's TargetEncoder.

    Rows of one group are in one fold, as what other rows of it tell is not known of a new group. Rows with moments are
    encoded by earlier folds alone, as rows to come will be (`ml.inner.crossed`); those of the earliest, before which
    there is none, by all later ones: the mean of all rows, which an unseen category gets, would tell that they are
    early. Rows of an only group or moment get that mean.
    """

    def __init__(
        self,
        columns: Sequence[str] = (),
        folds: int = 5,
        classes: bool = False,
        seed: int = 0,
    ) -> None:
        super().__init__(columns)
        self.folds = folds
        self.classes = classes
        self.seed = seed

    def fit_transform(
        self,
        X: pd.DataFrame,  # noqa: N803 -- scikit-learn's signature
        y: Any = None,
        facts: RowFacts = NO_FACTS,
    ) -> Any:
        """Learn from all rows and return these rows encoded by the folds they are not in; `facts` tie rows together."""
        self.fit(X, y)
        words = self._words(self._given(X, reset=False))
        if self._rows_to_spread(y) < 2:  # one row, or each class once: no row has another to be encoded by
            return self._put(X, apart(np.tile(self._overall(), (len(X), 1))))
        encoded = self._by_others(words, y, self._folds(y)) if facts.ties is None else self._untied(words, y, facts)
        return self._put(X, apart(encoded))

    def _untied(self, words: Any, y: Any, facts: RowFacts) -> Any:
        task = Task.CLASSIFICATION if self.classes else Task.REGRESSION
        grounds = Grounds(values=np.asarray(y), task=task, groups=facts.groups, moments=facts.moments)
        cuts = crossed(grounds, whole_parts(grounds, self.folds, seed=self.seed))
        if len(cuts) < 2:
            return np.tile(self._overall(), (len(words), 1))
        every = np.arange(len(words))
        pairs = [(cut.train if len(cut.train) else np.setdiff1d(every, cut.test), cut.test) for cut in cuts]
        return self._by_others(words, y, pairs)

    def _by_others(self, words: Any, y: Any, folds: Any) -> Any:
        with quiet():
            return self._encoder(y, folds).fit_transform(words, self._amounts(y))

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        if y is None:
            raise ValueError("a target encoding needs the target")
        self.encoder_ = self._encoder(y)
        with quiet():
            self.encoder_.fit(self._words(arrays), self._amounts(y))
        if self.encoder_.target_type_ != "multiclass":
            return self._same(Dtype.NUMBER)
        said = [str(label)[:CLASSES_SAID] for label in self.encoder_.classes_.tolist()]
        return Gives(
            instead={name: tuple(Made(f"{name}: {each}", Dtype.NUMBER) for each in said) for name in self.columns}
        )

    def _encoder(self, y: Any, folds: Any = 5) -> Any:
        kind = ("multiclass" if len(np.unique(y)) > 2 else "binary") if self.classes else "continuous"
        return TargetEncoder(target_type=kind, cv=folds)

    def _folds(self, y: Any) -> Any:
        folds = max(2, min(self.folds, self._rows_to_spread(y)))
        splitter = StratifiedKFold if self.classes else KFold
        return splitter(folds, shuffle=True, random_state=self.seed)

    def _rows_to_spread(self, y: Any) -> int:
        """Over how many folds rows can be spread so that one class at least is in each."""
        return int(np.unique(y, return_counts=True)[1].max()) if self.classes else len(y)

    def _amounts(self, y: Any) -> Any:
        return np.asarray(y) if self.classes else np.asarray(y, dtype=np.float64)

    def _overall(self) -> Any:
        means = np.atleast_1d(self.encoder_.target_mean_)
        return np.tile(means, len(self.columns))

    def _words(self, arrays: list[Any]) -> Any:
        return side_by_side([as_words(array) for array in arrays])

    def _apply(self, arrays: list[Any]) -> list[Any]:
        return apart(self.encoder_.transform(self._words(arrays)))


class RareCategories(FrameStep):
    """Puts `name` for every category with less than `share` of the rows to learn from, and for unseen ones.

    Missing values stay so, and count among the rows.
    """

    def __init__(self, columns: Sequence[str] = (), share: float = 0.01, name: str = "other") -> None:
        super().__init__(columns)
        self.share = share
        self.name = name

    def learnt(self) -> list[str]:
        pairs = zip(self.columns, self.kept_, strict=True)
        return [f"{column}: {len(kept):,} categories kept, the rest are {self.name!r}" for column, kept in pairs]

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        self.kept_ = [self._common(as_words(array)) for array in arrays]
        return self._same(Dtype.CATEGORY)

    def _common(self, words: Any) -> list[str]:
        values, counts = np.unique(words.astype(object), return_counts=True)
        return [value for value in values[counts >= self.share * len(words)].tolist() if value]

    def _apply(self, arrays: list[Any]) -> list[Any]:
        found = []
        for array, kept in zip(arrays, self.kept_, strict=True):
            words, known = as_words(array), {*kept, ""}
            found.append(np.array([word if word in known else self.name for word in words.tolist()], dtype=object))
        return found
