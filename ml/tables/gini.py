"""The Gini of what one column alone predicts of a target, for rows in folds that it has not seen."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.stats import rankdata

from ml.schema import Dtype, Task
from ml.tables.sampling import SampledColumn
from ml.values import LARGEST

FOLDS = 5
LEAST_ROWS_OF_A_CLASS = 2 * FOLDS

_SEED = 0
# Of a level, this many rows are worth as much as the mean of all rows (Micci-Barreca 2001, SIGKDD Explorations 3).
_PRIOR_ROWS = 10
_MOST_LEVELS = 500
_BINS = (5, 100)


@dataclass(frozen=True)
class Answers:
    """The target of the rows where it is known.

    `values` has shape (rows, outputs): amounts, or 1 and 0 for each class; `weights` sum to 1 over the
    outputs; `folds` holds each row's fold, `best` the covariance of each output with its own ranks, `codes` the
    class of each row, None for amounts.
    """

    known: Any
    values: Any
    weights: Any
    folds: Any
    best: Any
    task: Task
    codes: Any

    @property
    def rows(self) -> int:
        return len(self.folds)

    @cached_property
    def mean(self) -> Any:
        """The mean of each output."""
        return self.values.mean(axis=0)

    @cached_property
    def _centred(self) -> Any:
        return self.values - self.mean

    def sums(self, cells: Any, count: int) -> Any:
        """The total of each output within each of so many cells, of shape (outputs, count)."""
        if self.codes is None:
            return np.stack([np.bincount(cells, weights=output, minlength=count) for output in self.values.T])
        classes = int(self.codes.max()) + 1
        rows = np.bincount(self.codes * count + cells, minlength=count * classes).reshape(classes, count)
        return rows[-self.values.shape[1] :].astype(np.float64)

    def covariances(self, ranks: Any) -> Any:
        """The covariance of each output with the ranks of the rows, whose mean is known."""
        off = ranks - (self.rows + 1) / 2
        if self.codes is None:
            return self._centred.T @ off / self.rows
        return np.bincount(self.codes, weights=off)[-self.values.shape[1] :] / self.rows

    @cached_property
    def are_frequent(self) -> Any:
        """Which outputs have rows enough in every fold; all when none has."""
        enough = (self.values != 0).sum(axis=0) >= LEAST_ROWS_OF_A_CLASS
        return enough if self.task is Task.CLASSIFICATION and enough.any() else np.ones(len(enough), bool)


def answers_of(target: SampledColumn, task: Task) -> Answers:
    """The target as what columns are to tell."""
    if task is Task.REGRESSION:
        numbers = target.numbers
        known = ~np.isnan(numbers)
        order = np.clip(numbers[known], -LARGEST, LARGEST)  # as a model reads them; the square of more has no double
        values, weights, classes = order[:, None], np.ones(1), None
    else:
        codes = target.words.codes
        known = codes >= 0
        order = classes = codes[known]
        shares = np.bincount(order, minlength=len(target.words.levels)) / max(len(order), 1)
        values = (order[:, None] == np.arange(len(shares))).astype(np.float64)
        if len(shares) == 2:  # the other class is its mirror
            values, shares = values[:, 1:], np.ones(1)
        weights = shares
    best = _covariances(values, np.column_stack([rankdata(output) for output in values.T]))
    return Answers(known, values, weights, _folds(order), best, task, classes)


def _folds(order: Any) -> Any:
    """Folds that have alike shares of each class, or of small and large amounts."""
    random = np.random.default_rng(_SEED)
    rows = len(order)
    sequence = np.lexsort((random.random(rows), order))
    blocks = random.permuted(np.tile(np.arange(FOLDS), (rows // FOLDS + 1, 1)), axis=1).ravel()
    folds = np.empty(rows, np.int64)
    folds[sequence] = blocks[:rows]
    return folds


def ginis(column: SampledColumn, answers: Answers) -> Any:
    """The Gini of each output in 0..1."""
    ranks = None
    if column.is_numeric or _is_running_number(column):
        numbers = column.numbers[answers.known]
        ranks = _ranks(numbers)
        levels = _ranges(ranks, np.isnan(numbers))
    else:
        levels = _words(column.words.codes[answers.known])
    found = _out_of_fold(levels, answers)
    if ranks is not None:
        found = np.maximum(found, np.abs(answers.covariances(ranks)) / answers.best)
    return np.clip(found, 0, 1)


def _is_running_number(column: SampledColumn) -> bool:
    """Ids that are numbers have an order, which tells the target when the file was sorted by it."""
    return column.column.dtype is Dtype.ID and pa.types.is_integer(column.stored.type)


def _ranks(numbers: Any) -> Any:
    """Ranks with ties averaged; what is missing is put in the middle, where it says least."""
    known = ~np.isnan(numbers)
    ranks = np.full(len(numbers), (known.sum() + 1) / 2)
    ranks[known] = _ranks_of_groups(numbers[None, known], np.ones(known.sum()))[0]
    return ranks


def _ranges(ranks: Any, missing: Any) -> Any:
    """Ranges of about as many rows each, and one for the missing."""
    rows = len(ranks)
    bins = int(np.clip(np.sqrt(rows), *_BINS))
    levels = np.minimum((ranks - 0.5) / max(rows - missing.sum(), 1) * bins, bins - 1).astype(np.int64)
    return np.where(missing, bins, levels)


def _words(codes: Any) -> Any:
    """The most frequent words, with one level for all others that occur, and one for the missing."""
    counts = np.bincount(codes[codes >= 0], minlength=1)
    # A word that occurs once cannot be met again.
    kept = np.argsort(-counts, kind="stable")[:_MOST_LEVELS]
    kept = kept[counts[kept] > 1]
    levels = np.full(len(counts) + 1, len(kept))
    levels[kept] = np.arange(len(kept))
    levels[-1] = len(kept) + 1  # code -1 picks the last
    return levels[codes]


def _out_of_fold(levels: Any, answers: Answers) -> Any:
    """The Gini of each output when each fold's rows get the smoothed means of their levels in the other folds."""
    cells = levels * FOLDS + answers.folds
    count = (int(levels.max()) + 1) * FOLDS
    rows = np.bincount(cells, minlength=count).astype(np.float64)
    sums = answers.sums(cells, count)
    prior = answers.mean[:, None]
    predicted = (_other_folds(sums) + _PRIOR_ROWS * prior) / (_other_folds(rows[None]) + _PRIOR_ROWS)
    held = np.flatnonzero(rows)  # of hundreds of words most are in few folds
    rows = rows[held]
    # Rounding would part equal predictions.
    ranks = _ranks_of_groups(predicted[:, held].round(12), rows)
    middle = (answers.rows + 1) / 2
    return ((sums[:, held] - rows * prior) * (ranks - middle)).sum(axis=1) / answers.rows / answers.best


def _other_folds(totals: Any) -> Any:
    by_fold = totals.reshape(len(totals), -1, FOLDS)
    return (by_fold.sum(axis=2, keepdims=True) - by_fold).reshape(totals.shape)


def _ranks_of_groups(values: Any, rows: Any) -> Any:
    """Average ranks in each line of `values`, each column of which stands for as many rows as `rows` says."""
    order = np.argsort(values, axis=1)
    places = (order + np.arange(len(values))[:, None] * values.shape[1]).ravel()
    ordered, weights = values.ravel()[places].reshape(values.shape), rows[order]
    before = (np.cumsum(weights, axis=1) - weights).ravel()
    parted = np.ones(values.shape, bool)
    parted[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    runs = np.flatnonzero(parted)  # where other values begin, and each line anew
    middles = before[runs] + (np.add.reduceat(weights.ravel(), runs) + 1) / 2
    ranks = np.empty(values.size)
    ranks[places] = np.repeat(middles, np.diff(runs, append=values.size))
    return ranks.reshape(values.shape)


def _covariances(values: Any, ranks: Any) -> Any:
    if not len(values):
        return np.zeros(values.shape[1])
    return ((values - values.mean(axis=0)) * (ranks - (len(values) + 1) / 2)).mean(axis=0)
