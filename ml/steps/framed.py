"""The one shape all feature steps have: a canonical frame in, a canonical frame out."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ml.schema import Dtype, frame_of
from ml.steps.registry import Gives, Made
from ml.steps.shapes import placed
from ml.values import LARGEST


class FrameStep(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Changes the columns called `columns` and passes the others on as they are.

    What it makes stands in the place of what it was given, under names of their own. A child says what it
    learns (`_learn`) and what it makes of each row by itself (`_apply`); numbers are held within ±1e30 and
    what is no number becomes NaN, so that a canonical frame stays one.

    After a fit `names_out_` are the columns there are, `dtypes_` their types ("" where as before, or as the
    column had whose name stands in `sources_`), and `positions_` their places among those made (-1: untouched).
    """

    def __init__(self, columns: Sequence[str] = ()) -> None:
        self.columns = columns

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: N803 -- scikit-learn's signature
        self._settle(X, self._learn(self._given(X, reset=True), y))
        return self

    def fit_transform(self, X: pd.DataFrame, y: Any = None) -> Any:  # noqa: N803 -- scikit-learn's signature
        return self.fit(X, y).transform(X)

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803 -- scikit-learn's signature
        """Return the frame with this step's columns changed; rows keep their order and labels."""
        check_is_fitted(self)
        return self._put(X, self._apply(self._given(X, reset=False)))

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        check_is_fitted(self)
        return np.array(self.names_out_, dtype=object)

    def learnt(self) -> list[str]:
        """What it learnt from the rows, in plain words, for a person to look at."""
        return []

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        """Learn from the columns given, each an array of shape (rows,), and tell what is made of them."""
        raise NotImplementedError

    def _apply(self, arrays: list[Any]) -> list[Any]:
        """Make arrays of shape (rows,) of the columns given, in the order of `_learn`'s answer."""
        raise NotImplementedError

    def _same(self, dtype: Dtype | None = None) -> Gives:
        return Gives(instead={name: (Made(name, dtype),) for name in self.columns})

    def _given(self, frame: pd.DataFrame, *, reset: bool) -> list[Any]:
        validate_data(self, frame, reset=reset, skip_check_array=True)
        return [frame[name].to_numpy() for name in self.columns]

    def _settle(self, frame: pd.DataFrame, gives: Gives) -> None:
        after = placed(list(frame.columns), self.columns, gives)
        self.names_out_ = [each.name for each in after]
        self.sources_ = [each.source for each in after]
        self.positions_ = [each.position for each in after]
        self.dtypes_ = [each.made.dtype.value if each.made and each.made.dtype else "" for each in after]

    def _put(self, frame: pd.DataFrame, made: list[Any]) -> pd.DataFrame:
        pairs = zip(self.names_out_, self.sources_, self.positions_, strict=True)
        arrays = {
            name: frame[source].to_numpy() if position < 0 else held(made[position]) for name, source, position in pairs
        }
        if not arrays:
            return pd.DataFrame(index=frame.index)
        return frame_of(arrays, len(frame)).set_axis(frame.index, axis="index")


class ChooseColumns(FrameStep):
    """Keeps the columns called `columns`, in the table's order, and leaves out all others."""

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        return Gives(instead=self._same().instead, only=True)

    def _apply(self, arrays: list[Any]) -> list[Any]:
        return arrays


class DropColumns(FrameStep):
    """Leaves out the columns called `columns`."""

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        return Gives(instead=dict.fromkeys(self.columns, ()))

    def _apply(self, arrays: list[Any]) -> list[Any]:
        return []


def held(array: Any) -> Any:
    """Hold numbers within ±1e30, as in a canonical frame; anything else is left as it is.

    >>> held(np.array([np.inf, np.nan, 1.0])).tolist()
    [1e+30, nan, 1.0]
    """
    if array.dtype.kind != "f":
        return array
    return np.clip(array.astype(np.float64, copy=False), -LARGEST, LARGEST)


def side_by_side(arrays: Sequence[Any]) -> Any:
    """One array of shape (rows, columns) from columns of one kind."""
    return np.column_stack(arrays)


def apart(block: Any) -> list[Any]:
    """The columns of an array of shape (rows, columns)."""
    return list(np.asarray(block).T)


def is_missing(array: Any) -> Any:
    """Where a column of a canonical frame has no value, as booleans.

    >>> is_missing(np.array(["a", ""], dtype=object)).tolist()
    [False, True]
    """
    return array == "" if array.dtype == object else np.isnan(array)


@contextmanager
def quiet() -> Iterator[None]:
    """Fit without the warnings of a column that is empty or never changes: such columns are expected here."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
