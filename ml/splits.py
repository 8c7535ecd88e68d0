"""Parting rows into those learnt from and those that judge: one part held out, or folds, by scikit-learn's splitters.

No splitter here sees the inputs. Which rows may stand on both sides is decided by the target's classes, whose shares
are kept, by groups, whose rows stay together, or by time, where what judges is later than all that was learnt from.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    GroupShuffleSplit,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
    train_test_split,
)

from ml.errors import CannotFit
from ml.plan import FitPlan, rows_to_test
from ml.schema import Task

# Spreading groups so that classes keep their shares looks at each group in turn: a second for 2,000 of them. More of
# them keep the shares by their number.
MOST_SPREAD_GROUPS = 2_000
DRAWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What rows are parted by, arrays of shape (rows,): the target, and groups as codes or moments as numbers."""

    values: Any
    task: Task
    groups: Any = None
    moments: Any = None

    def of(self, rows: Any) -> Self:
        """The grounds of some rows, by their positions."""
        return type(self)(
            values=self.values[rows],
            task=self.task,
            groups=None if self.groups is None else self.groups[rows],
            moments=None if self.moments is None else self.moments[rows],
        )

    @property
    def most_folds(self) -> int:
        """Into how many folds the rows can be parted at all."""
        if self.moments is not None:
            return len(np.unique(self.moments)) - 1
        return len(self.values if self.groups is None else np.unique(self.groups))

    @property
    def rarest(self) -> int:
        """How many rows the rarest class has."""
        return int(_classes(self.values)[1].min())


@dataclass(frozen=True, slots=True)
class Cut:
    """Positions of the rows to learn from and of those that judge, of one fold of a repeat; both count from 1."""

    train: Any
    test: Any
    fold: int = 1
    repeat: int = 1


def split(values: Any, plan: FitPlan) -> tuple[Any, Any]:
    """Choose the rows to learn from and those held out by chance: two arrays of positions in `values`.

    Classes keep their shares in both parts (one of a single row falls where chance puts it), unless there are
    too few rows for each class to be in both.
    """
    cut = held_out(Grounds(values=values, task=plan.task), train_percentage=plan.train_percentage, seed=plan.seed)
    return cut.train, cut.test


def held_out(grounds: Grounds, *, train_percentage: int, seed: int) -> Cut:
    """Hold one part out: the latest rows, whole groups, or rows by chance, classes keeping their shares.

    Groups and moments are not torn apart, so the share held out is the nearest there is. Raises CannotFit when all
    rows are of one group or moment.
    """
    wanted = rows_to_test(len(grounds.values), train_percentage)
    if grounds.moments is not None:
        return _latest(grounds.moments, wanted)
    if grounds.groups is not None:
        return _some_groups(grounds, wanted, seed)
    return _by_chance(grounds, wanted, seed)


def folds(grounds: Grounds, count: int, *, repeats: int = 1, seed: int) -> Iterator[Cut]:
    """Part the rows into `count` folds, each judged by what the others teach, anew in each of the `repeats`.

    Ordered by time, a fold is judged by what all earlier rows teach, and the earliest part judges nothing. `count` is
    at most `grounds.most_folds`.
    """
    for repeat in range(repeats):
        pairs = _pairs(grounds, count, (seed + repeat) % 2**32)
        for fold, (train, test) in enumerate(pairs, 1):
            yield Cut(train, test, fold, repeat + 1)


def _pairs(grounds: Grounds, count: int, seed: int) -> Iterator[tuple[Any, Any]]:
    if grounds.moments is not None:
        return _in_time(grounds.moments, count)
    if grounds.groups is not None:
        return _grouped(grounds, count, seed)
    rows = np.arange(len(grounds.values))
    if grounds.task is Task.CLASSIFICATION:
        classes, counts = _classes(grounds.values)
        if counts.max() >= count:
            return _quietly(StratifiedKFold(count, shuffle=True, random_state=seed).split(rows, classes))
    return KFold(count, shuffle=True, random_state=seed).split(rows)  # type: ignore[no-any-return]


def _by_chance(grounds: Grounds, wanted: int, seed: int) -> Cut:
    rows, strata = len(grounds.values), None
    if grounds.task is Task.CLASSIFICATION:
        strata, counts = _classes(grounds.values)
        strata = np.where(counts[strata] < 2, counts.argmax(), strata)
        if len(set(strata.tolist())) > min(wanted, rows - wanted) or counts.max() < 2:
            strata = None
    train, test = train_test_split(np.arange(rows), test_size=wanted, random_state=seed, stratify=strata)
    return Cut(train, test)


def _latest(moments: Any, wanted: int) -> Cut:
    order = np.argsort(moments, kind="stable")
    starts = np.flatnonzero(np.diff(moments[order]) != 0) + 1
    if not len(starts):
        raise CannotFit("All rows are of the same moment, so none is later than what there is to learn from.")
    start = starts[np.abs(starts - (len(moments) - wanted)).argmin()]
    return Cut(order[:start], order[start:])


def _in_time(moments: Any, count: int) -> Iterator[tuple[Any, Any]]:
    _, codes = np.unique(moments, return_inverse=True)
    for earlier, later in TimeSeriesSplit(count).split(np.unique(codes)):
        yield np.flatnonzero(codes <= earlier[-1]), np.flatnonzero((codes >= later[0]) & (codes <= later[-1]))


def _some_groups(grounds: Grounds, wanted: int, seed: int) -> Cut:
    _, groups = np.unique(grounds.groups, return_inverse=True)
    count = int(groups.max()) + 1
    if count < 2:
        raise CannotFit("All rows are of the same group, so none would be left to judge by.")
    rows = len(groups)
    if grounds.task is Task.CLASSIFICATION and count <= MOST_SPREAD_GROUPS:
        parts = [test for _, test in _grouped(grounds, min(count, DRAWS), seed)]
        taken = np.cumsum([len(part) for part in parts[:-1]])
        test = np.concatenate(parts[: int(np.abs(taken - wanted).argmin()) + 1])
        return Cut(np.setdiff1d(np.arange(rows), test), test)
    held = min(max(1, round(count * wanted / rows)), count - 1)
    draws = GroupShuffleSplit(DRAWS, test_size=held, random_state=seed).split(groups, groups=groups)
    return Cut(*min(draws, key=lambda draw: abs(len(draw[1]) - wanted)))


def _grouped(grounds: Grounds, count: int, seed: int) -> Iterator[tuple[Any, Any]]:
    rows = np.arange(len(grounds.groups))
    if grounds.task is Task.CLASSIFICATION and len(np.unique(grounds.groups)) <= MOST_SPREAD_GROUPS:
        classes, counts = _classes(grounds.values)
        if counts.max() >= count:
            spread = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
            pairs = list(_quietly(spread.split(rows, classes, grounds.groups)))
            if all(len(test) for _, test in pairs):
                return iter(pairs)
    return GroupKFold(count, shuffle=True, random_state=seed).split(rows, groups=grounds.groups)  # type: ignore[no-any-return]


def _classes(values: Any) -> tuple[Any, Any]:
    """The classes as codes, and the rows of each."""
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    return codes, counts


def _quietly(pairs: Iterator[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    """Without scikit-learn's warning of classes with fewer rows than folds, which part as well as they can."""
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            pair = next(pairs, None)
        if pair is None:
            return
        yield pair
