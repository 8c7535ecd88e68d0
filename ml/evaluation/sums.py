"""Scores from sums over rows, so that a thousand weightings of the rows are judged by a few products of matrices."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy.sparse import csr_array, vstack

from ml.evaluation.ranks import Ranking, areas
from ml.evaluation.scores import given_to_actual, surprise

Arrays = dict[str, Any]


class Sums(Protocol):
    """What a row adds to the sums, and the scores that follow from them.

    `columns` is an array of shape (sums, rows), or of groups of them, sparse where most of it is zero; `scores` takes
    the sums of shape (sums, weightings) and returns an array of shape (weightings,) for each score, NaN where it is
    not defined.
    """

    columns: Any

    def scores(self, sums: Any) -> Arrays: ...


class AmountSums:
    """The scores of amounts: those of `ml.evaluation.scores.regression_scores`."""

    def __init__(self, actual: Any, predicted: Any) -> None:
        with np.errstate(all="ignore"):
            middled = actual - actual.mean()
            error = actual - predicted
            parts = [np.ones(len(actual)), middled, middled**2, error**2, np.abs(error)]
            parts.append(np.abs(error / actual) if np.all(actual) else np.full(len(actual), np.nan))
        self.columns = np.vstack(parts)

    def scores(self, sums: Any) -> Arrays:
        with np.errstate(all="ignore"):
            rows, first, second, squares, distances, shares = sums
            spread = second - first**2 / rows
            mse = squares / rows
            # Below this share of the squares a spread is what rounding left of none.
            r2 = np.where(spread > 1e-12 * second, 1 - squares / spread, np.nan)
            return {"r2": r2, "rmse": np.sqrt(mse), "mae": distances / rows, "mse": mse, "mape": shares / rows}


class SumsOfGroups:
    """The scores of other sums, from what whole groups of rows add to them: a group's weight is that of each row in it.

    `groups` are codes of any kind of shape (rows,); the columns come in their order.
    """

    def __init__(self, judge: Sums, groups: Any) -> None:
        known, group = np.unique(groups, return_inverse=True)
        rows = np.arange(len(group))
        belongs = csr_array((np.ones(len(group)), (rows, group)), shape=(len(group), len(known)))
        self.columns = judge.columns @ belongs
        self.scores = judge.scores


@dataclass(frozen=True, slots=True)
class _Areas:
    """Where the ranks stand among the sums: as steps of one ranking, or as one line for each area."""

    steps: int = 0
    roc: float | None = None
    pr: float | None = None


class ClassSums:
    """The scores of classes: those of `ml.evaluation.scores.classification_scores`.

    With `exact_ranks` the areas of two classes are worked out anew for each weighting; else, and always for more
    classes, they follow the weights in a straight line (`Ranking.gradients`).
    """

    def __init__(
        self, actual: Any, predicted: Any, shares: Any, classes: Any, positive: Any, *, exact_ranks: bool = True
    ) -> None:
        known = {label: place for place, label in enumerate(classes.tolist())}
        labels = known | {
            label: len(known) + extra for extra, label in enumerate(sorted({*actual.tolist()} - {*known}))
        }
        was, said = (np.array([labels[label] for label in column.tolist()]) for column in (actual, predicted))
        self._labels = len(labels)
        self._two = len(labels) == len(known) == 2
        self._positive = known.get(positive)
        given = given_to_actual(actual, shares, classes)
        lines = [np.ones(len(actual)), surprise(given)]
        if self._positive is not None:
            lines.append((shares[:, self._positive] - (actual == positive)) ** 2)
        self._lines = len(lines)
        right = was == said
        counts = [_counted(was[right], np.flatnonzero(right), self._labels, len(was))]
        counts += [_counted(codes, np.arange(len(codes)), self._labels, len(codes)) for codes in (said, was)]
        self._areas, ranks = _ranked(was, shares, self._positive, exact=exact_ranks)
        self.columns = csr_array(vstack([csr_array(np.vstack(lines)), *counts, *ranks]))

    def scores(self, sums: Any) -> Arrays:
        lines, counts = sums[: self._lines], sums[self._lines : self._lines + 3 * self._labels]
        right, said, was = counts.reshape(3, self._labels, -1)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = _of_counts(right, said, was, self._positive if self._two else None)
            found["accuracy"] = right.sum(axis=0) / lines[0]
            found["log_loss"] = lines[1] / lines[0]
            if self._positive is not None:
                found["brier"] = lines[2] / lines[0]
        ranks = sums[self._lines + 3 * self._labels :]
        return found | self._area_scores(ranks)

    def _area_scores(self, ranks: Any) -> Arrays:
        where = self._areas
        if where.steps:
            roc, pr = areas(ranks[: where.steps], ranks[where.steps :])
            return {"roc_auc": roc, "pr_auc": pr}
        found = {}
        for key, area, line in zip(("roc_auc", "pr_auc"), (where.roc, where.pr), ranks, strict=False):
            found[key] = np.clip(area + line, 0, 1)  # a straight line leaves what an area can be
        return found


def _of_counts(right: Any, said: Any, was: Any, positive: int | None) -> Arrays:
    """Scores of how often each class was, was said and was said rightly: arrays of shape (classes, weightings)."""
    recall = right / was  # NaN, as for precision, where there is nothing to be right about
    each = {"precision": right / said, "recall": recall, "f1": 2 * right / (said + was)}
    occurs = said + was > 0
    found = {"balanced_accuracy": np.nansum(recall, axis=0) / (was > 0).sum(axis=0)}
    for key, values in each.items():
        settled = np.nan_to_num(values)  # none right of none counts as 0, as for scikit-learn's zero_division=0
        found[key] = settled.sum(axis=0) / occurs.sum(axis=0) if positive is None else settled[positive]
    return found


def _counted(codes: Any, rows: Any, labels: int, size: int) -> Any:
    return csr_array((np.ones(len(codes)), (codes, rows)), shape=(labels, size))


def _ranked(was: Any, shares: Any, positive: int | None, *, exact: bool) -> tuple[_Areas, list[Any]]:
    """Where the areas stand, and their lines; none where the rows lack a class, as an area needs every one."""
    if {*was.tolist()} != {*range(shares.shape[1])}:
        return _Areas(), []
    if positive is not None:
        ranking = Ranking.by(shares[:, positive], was == positive)
        if exact:
            matrices = ranking.matrices()
            return _Areas(steps=matrices[0].shape[0]), [*matrices]
        roc, pr, *changes = ranking.gradients()
        return _Areas(roc=roc, pr=pr), [csr_array(change[None]) for change in changes]
    each = [Ranking.by(shares[:, place], was == place).gradients() for place in range(shares.shape[1])]
    change = np.mean([change for _, _, change, _ in each], axis=0)
    return _Areas(roc=float(np.mean([roc for roc, *_ in each]))), [csr_array(change[None])]
