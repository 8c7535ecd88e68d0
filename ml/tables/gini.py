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
    def centred(self) -> Any:
        return self.values - self.values.mean(axis=0)

    def sums(self, cells: Any, count: int) -> Any:
        """The total of each output within each of so many cells, of shape (count, outputs)."""
        if self.codes is None:
            return np.column_stack([np.bincount(cells, weights=output, minlength=count) for output in self.values.T])
        classes = int(self.codes.max()) + 1
        rows = np.bincount(cells * classes + self.codes, minlength=count * classes).reshape(count, classes)
        return rows[:, -self.values.shape[1] :].astype(np.float64)

    @property
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
        found = np.maximum(found, np.abs(_moments(answers.centred, ranks)) / answers.best)
    return np.clip(found, 0, 1)


def _is_running_number(column: SampledColumn) -> bool:
    """Ids that are numbers have an order, which tells the target when the file was sorted by it."""
    return column.column.dtype is Dtype.ID and pa.types.is_integer(column.stored.type)


def _ranks(numbers: Any) -> Any:
    """Ranks with ties averaged; what is missing is put in the middle, where it says least."""
    known = ~np.isnan(numbers)
    ranks = np.empty(len(numbers))
    ranks[known] = rankdata(numbers[known])
    ranks[~known] = (known.sum() + 1) / 2
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
    prior = answers.values.mean(axis=0)
    other_rows = _other_folds(rows[:, None])
    predicted = (_other_folds(sums) + _PRIOR_ROWS * prior) / (other_rows + _PRIOR_ROWS)
    # Rounding would part equal predictions.
    predicted = predicted.round(12)
    ranks = _ranks_of_groups(predicted, rows)
    middle = (answers.rows + 1) / 2
    return ((sums - rows[:, None] * prior) * (ranks - middle)).sum(axis=0) / answers.rows / answers.best


def _other_folds(totals: Any) -> Any:
    by_fold = totals.reshape(-1, FOLDS, totals.shape[1])
    return (by_fold.sum(axis=1, keepdims=True) - by_fold).reshape(totals.shape)


def _ranks_of_groups(values: Any, rows: Any) -> Any:
    """Average ranks in each column of `values`, each line of which stands for as many rows as `rows` says."""
    order = np.argsort(values, axis=0)
    ordered = np.take_along_axis(values, order, axis=0)
    parted = np.ones((len(values) + 1, values.shape[1]), bool)
    parted[1:-1] = ordered[1:] != ordered[:-1]
    places = np.arange(len(values))[:, None]
    first = np.maximum.accumulate(np.where(parted[:-1], places, 0), axis=0)
    last = np.minimum.accumulate(np.where(parted[1:], places, len(values))[::-1], axis=0)[::-1]
    until = np.cumsum(np.vstack([np.zeros(values.shape[1]), rows[order]]), axis=0)
    ranks = np.empty(values.shape)
    middles = (np.take_along_axis(until, first, axis=0) + np.take_along_axis(until, last + 1, axis=0) + 1) / 2
    np.put_along_axis(ranks, order, middles, axis=0)
    return ranks


def _covariances(values: Any, ranks: Any) -> Any:
    if not len(values):
        return np.zeros(values.shape[1])
    return ((values - values.mean(axis=0)) * (ranks - (len(values) + 1) / 2)).mean(axis=0)


def _moments(centred: Any, ranks: Any) -> Any:
    """The covariance of each column of `centred` with the ranks."""
    return centred.T @ (ranks - (len(ranks) + 1) / 2) / len(ranks)
