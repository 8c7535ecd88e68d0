"""How well each column alone predicts a target, and which ones predict it too well to be honest."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from ml.errors import BadInput
from ml.plan import guess_task, require_classes, target_column
from ml.schema import NUMERIC, Column, Dtype, Task
from ml.tables.gini import Answers, answers_of, ginis
from ml.tables.sampling import SampledColumn, sample_columns

MOST_SAMPLED_ROWS = 20_000
LEAST_SAMPLED_ROWS = 2_000  # of a table so wide that more would take more than seconds
# From here on a single column is suspected of knowing the answer, or left out unless a person wants it.
WARN, EXCLUDE = 0.85, 0.975

_LEAST_ROWS_TO_EXCLUDE = 30
_COLUMNS_AT_ONCE = 500
_MOST_CELLS = 4_000_000
_ALIKE = 0.99
_SAME_ORDER = 0.9995  # of amounts: those of another unit keep the order but for what rounding took
_WEAK, _MODERATE, _STRONG = 0.05, 0.3, 0.6
# Three times the spread of a Gini by chance is no sign of anything.
_CHANCE = 3


def relate(path: Path, columns: Sequence[Column], target: str, task: Task | None = None) -> dict[str, Any]:
    """The relation of each other column with the column called `target`, in the order of `columns`.

    Returns JSON-ready `{"target", "task", "exact", "sample_rows", "relations": [{"column", "gini", "verdict",
    "leak", "near_copy", "detail"}]}`. `exact` is false when only `sample_rows` of the rows were used (at most
    20,000, fewer from 200 columns on, 2,000 from 2,000 on; the same ones every time).

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
    most_rows = min(MOST_SAMPLED_ROWS, max(LEAST_SAMPLED_ROWS, _MOST_CELLS // len(columns)))
    aim = sample_columns(path, columns, [place], most_rows=most_rows)
    answers = answers_of(aim.columns[0], task)
    others = [i for i in range(len(columns)) if i != place]
    relations = []
    for start in range(0, len(others), _COLUMNS_AT_ONCE):
        some = others[start : start + _COLUMNS_AT_ONCE]
        sampled = sample_columns(path, columns, some, most_rows=most_rows)
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


def _relation(column: SampledColumn, answers: Answers, target: Column) -> dict[str, Any]:
    name = column.column.name
    about: dict[str, Any] = {"column": name, "gini": None, "verdict": None, "leak": None, "near_copy": False}
    if column.column.unique == 0 or answers.rows == 0:
        return {**about, "detail": f"{name} has no value to predict from."}
    if column.column.dtype is Dtype.TEXT:
        return {**about, "detail": f"{name} is free text; what it tells shows only once a model reads its words."}
    by_output = ginis(column, answers)
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


def _leak(gini: float, worst: float, rows: int) -> str | None:
    if min(gini, worst) >= EXCLUDE and rows >= _LEAST_ROWS_TO_EXCLUDE:
        return "exclude"
    return "warn" if gini >= WARN else None


def _verdict(gini: float, answers: Answers) -> str:
    if gini < max(_WEAK, _CHANCE * _spread_by_chance(answers)):
        return "none"
    if gini < _MODERATE:
        return "weak"
    return "moderate" if gini < _STRONG else "strong"


def _spread_by_chance(answers: Answers) -> float:
    """The standard deviation of the Gini of noise (Mann and Whitney 1947)."""
    rows = answers.rows
    if answers.task is Task.REGRESSION:
        return float(1 / np.sqrt(max(rows - 1, 1)))
    in_class = answers.values.sum(axis=0)
    pairs = np.maximum(in_class * (rows - in_class), 1)
    return float(np.sqrt((rows + 1) / (3 * pairs)) @ answers.weights)


def _is_near_copy(column: SampledColumn, answers: Answers, target: Column, gini: float) -> bool:
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
