"""How well each column alone predicts a target, and which ones predict it too well to be honest."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.stats import rankdata

from ml.errors import BadInput
from ml.plan import guess_task, require_classes, target_column
from ml.schema import NUMERIC, Column, Dtype, Task
from ml.tables.sampling import SampledColumn, sample_columns
from ml.values import LARGEST

MOST_SAMPLED_ROWS = 20_000
# From here on a single column is suspected of knowing the answer, or left out unless a person wants it.
WARN, EXCLUDE = 0.85, 0.975

_FOLDS = 5
_SEED = 0
_LEAST_ROWS_TO_EXCLUDE = 30
_LEAST_ROWS_OF_A_CLASS = 2 * _FOLDS
# Of a level, this many rows are worth as much as the mean of all rows (Micci-Barreca 2001, SIGKDD Explorations 3).
_PRIOR_ROWS = 10
_MOST_LEVELS = 500
_BINS = (5, 100)
_COLUMNS_AT_ONCE = 200
_ALIKE = 0.99
_SAME_ORDER = 0.9995  # of amounts: those of another unit keep the order but for what rounding took
_WEAK, _MODERATE, _STRONG = 0.05, 0.3, 0.6
# Three times the spread of a Gini by chance is no sign of anything.
_CHANCE = 3


def relate(path: Path, columns: Sequence[Column], target: str, task: Task | None = None) -> dict[str, Any]:
    """The relation of each other column with the column called `target`, in the order of `columns`.

    Returns JSON-ready `{"target", "task", "exact", "sample_rows", "relations": [{"column", "gini", "verdict",
    "leak", "near_copy", "detail"}]}`. `exact` is false when only `sample_rows` of the rows were used (at most
    20,000, the same ones every time).

    `gini` in 0..1 is the normalised Gini coefficient (for two classes 2 AUC - 1; for more the mean of each
    class against the rest, weighted by its share; for amounts the Gini correlation, Schechtman and Yitzhaki
    1987) of what the column alone predicts for rows in folds it has not seen: the mean of the target within a
    range of numbers or a word, so that an id or a rare word cannot shine; missing is a word of its own. An
    order of numbers needs no learning and counts where it does better. Free text gives None.

    `verdict` is none, weak, moderate or strong (None without a gini); `leak` is "warn" from 0.85 and "exclude"
    from 0.975, else None; of several classes the one told worst has to reach that, for what knows the answer
    tells them all, while an honest column may set one class apart. `near_copy` when the column says the target
    in other words.

    Without `task`, it is guessed. Raises BadInput: `target` for a column that no model can predict, `task` for
    regression of what are no numbers.
    """
    wanted = target_column(columns, target)
    place = next(i for i, column in enumerate(columns) if column.name == target)
    task = _task(wanted, task, pq.read_metadata(path).num_rows)
    aim = sample_columns(path, columns, [place], most_rows=MOST_SAMPLED_ROWS)
    answers = _answers(aim.columns[0], task)
    others = [i for i in range(len(columns)) if i != place]
    relations = []
    for start in range(0, len(others), _COLUMNS_AT_ONCE):
        some = others[start : start + _COLUMNS_AT_ONCE]
        sampled = sample_columns(path, columns, some, most_rows=MOST_SAMPLED_ROWS)
        relations += [_relation(column, answers, wanted) for column in sampled.columns]
    return {
        "target": target,
        "task": task.value,
        "exact": aim.is_whole,
        "sample_rows": aim.size,
        "relations": relations,
    }


def _task(target: Column, wish: Task | None, rows: int) -> Task:
    task = wish or guess_task(target)
    if task is Task.CLASSIFICATION:
        require_classes(target, rows - target.missing)
    elif target.dtype not in NUMERIC:
        raise BadInput("task", f"{target.name} holds no numbers, so regression cannot be; choose classification.")
    return task


@dataclass(frozen=True)
class _Answers:
    """The target of the rows where it is known.

    `values` has shape (rows, outputs): amounts, or 1 and 0 for each class; `weights` sum to 1 over the
    outputs; `folds` holds each row's fold, `best` the covariance of each output with its own ranks.
    """

    known: Any
    values: Any
    weights: Any
    folds: Any
    best: Any
    task: Task

    @property
    def rows(self) -> int:
        return len(self.folds)

    @property
    def are_frequent(self) -> Any:
        """Which outputs have rows enough in every fold; all when none has."""
        enough = (self.values != 0).sum(axis=0) >= _LEAST_ROWS_OF_A_CLASS
        return enough if self.task is Task.CLASSIFICATION and enough.any() else np.ones(len(enough), bool)


def _answers(target: SampledColumn, task: Task) -> _Answers:
    if task is Task.REGRESSION:
        numbers = target.numbers
        known = ~np.isnan(numbers)
        order = np.clip(numbers[known], -LARGEST, LARGEST)  # as a model reads them; the square of more has no double
        values, weights = order[:, None], np.ones(1)
    else:
        codes = target.words.codes
        known = codes >= 0
        order = codes[known]
        shares = np.bincount(order, minlength=len(target.words.levels)) / max(len(order), 1)
        values = (order[:, None] == np.arange(len(shares))).astype(np.float64)
        if len(shares) == 2:  # the other class is its mirror
            values, shares = values[:, 1:], np.ones(1)
        weights = shares
    best = _covariances(values, np.column_stack([rankdata(output) for output in values.T]))
    return _Answers(known, values, weights, _folds(order), best, task)


def _folds(order: Any) -> Any:
    """Folds that have alike shares of each class, or of small and large amounts."""
    random = np.random.default_rng(_SEED)
    rows = len(order)
    sequence = np.lexsort((random.random(rows), order))
    blocks = random.permuted(np.tile(np.arange(_FOLDS), (rows // _FOLDS + 1, 1)), axis=1).ravel()
    folds = np.empty(rows, np.int64)
    folds[sequence] = blocks[:rows]
    return folds


def _relation(column: SampledColumn, answers: _Answers, target: Column) -> dict[str, Any]:
    name = column.column.name
    about: dict[str, Any] = {"column": name, "gini": None, "verdict": None, "leak": None, "near_copy": False}
    if column.column.unique == 0 or answers.rows == 0:
        return {**about, "detail": f"{name} has no value to predict from."}
    if column.column.dtype is Dtype.TEXT:
        return {**about, "detail": f"{name} is free text; what it tells shows only once a model reads its words."}
    by_output = _ginis(column, answers)
    gini = round(float(by_output @ answers.weights), 6)
    near_copy = _is_near_copy(column, answers, target, gini)
    leak = "exclude" if near_copy else _leak(gini, float(by_output[answers.are_frequent].min()), answers.rows)
    return {
        **about,
        "gini": gini,
        "verdict": _verdict(gini, answers),
        "leak": leak,
        "near_copy": near_copy,
        "detail": _detail(name, target.name, gini, leak, near_copy=near_copy),
    }


def _ginis(column: SampledColumn, answers: _Answers) -> Any:
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
        found = np.maximum(found, np.abs(_covariances(answers.values, ranks[:, None])) / answers.best)
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


def _out_of_fold(levels: Any, answers: _Answers) -> Any:
    """The Gini of each output when each fold's rows get the smoothed means of their levels in the other folds."""
    cells = levels * _FOLDS + answers.folds
    count = (int(levels.max()) + 1) * _FOLDS
    rows = np.bincount(cells, minlength=count).astype(np.float64)
    sums = np.column_stack([np.bincount(cells, weights=output, minlength=count) for output in answers.values.T])
    prior = answers.values.mean(axis=0)
    other_rows = _other_folds(rows[:, None])
    predicted = (_other_folds(sums) + _PRIOR_ROWS * prior) / (other_rows + _PRIOR_ROWS)
    # Rounding would part equal predictions.
    predicted = predicted.round(12)
    ranks = np.column_stack([_ranks_of_groups(output, rows) for output in predicted.T])
    middle = (answers.rows + 1) / 2
    return ((sums - rows[:, None] * prior) * (ranks - middle)).sum(axis=0) / answers.rows / answers.best


def _other_folds(totals: Any) -> Any:
    by_fold = totals.reshape(-1, _FOLDS, totals.shape[1])
    return (by_fold.sum(axis=1, keepdims=True) - by_fold).reshape(totals.shape)


def _ranks_of_groups(values: Any, rows: Any) -> Any:
    """Average ranks of `values`, each of which stands for as many rows as `rows` says."""
    distinct, places = np.unique(values, return_inverse=True)
    counts = np.bincount(places, weights=rows, minlength=len(distinct))
    return (np.cumsum(counts) - (counts - 1) / 2)[places]


def _covariances(values: Any, ranks: Any) -> Any:
    if not len(values):
        return np.zeros(values.shape[1])
    return ((values - values.mean(axis=0)) * (ranks - (len(values) + 1) / 2)).mean(axis=0)


def _leak(gini: float, worst: float, rows: int) -> str | None:
    if min(gini, worst) >= EXCLUDE and rows >= _LEAST_ROWS_TO_EXCLUDE:
        return "exclude"
    return "warn" if gini >= WARN else None


def _verdict(gini: float, answers: _Answers) -> str:
    if gini < max(_WEAK, _CHANCE * _spread_by_chance(answers)):
        return "none"
    if gini < _MODERATE:
        return "weak"
    return "moderate" if gini < _STRONG else "strong"


def _spread_by_chance(answers: _Answers) -> float:
    """The standard deviation of the Gini of noise (Mann and Whitney 1947)."""
    rows = answers.rows
    if answers.task is Task.REGRESSION:
        return float(1 / np.sqrt(max(rows - 1, 1)))
    in_class = answers.values.sum(axis=0)
    pairs = np.maximum(in_class * (rows - in_class), 1)
    return float(np.sqrt((rows + 1) / (3 * pairs)) @ answers.weights)


def _is_near_copy(column: SampledColumn, answers: _Answers, target: Column, gini: float) -> bool:
    """Classes under other names, or amounts in another unit."""
    if answers.rows < _LEAST_ROWS_TO_EXCLUDE:
        return False
    if answers.task is Task.REGRESSION:
        return column.column.dtype in NUMERIC and gini >= _SAME_ORDER
    return gini >= _ALIKE and column.column.unique == target.unique


def _detail(name: str, target: str, gini: float, leak: str | None, *, near_copy: bool) -> str:
    if near_copy:
        return f"{name} says {target} in other words; it is left out, as it would not be known beforehand."
    if leak == "exclude":
        return (
            f"{name} alone predicts {target} almost perfectly (Gini {gini:.3f}), as only something known afterwards "
            "does; it is left out unless you choose it."
        )
    if leak == "warn":
        how = f"{name} alone predicts {target} very well (Gini {gini:.3f})"
        return f"{how}; make sure that it is known before {target} is."
    return f"{name} alone predicts {target} with a Gini of {gini:.3f} (0 says nothing, 1 says all)."
