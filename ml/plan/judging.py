"""Which rows judge a model, checked against what is known of the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ml.algorithms.registry import Algorithm
from ml.asked import named_column, whole_number
from ml.errors import BadInput
from ml.plan.plan import rows_to_test
from ml.schema import NUMERIC, Column, Dtype, Task
from ml.validation import FEWEST_FOLDS, MOST_FOLDS, MOST_REPEATS, Validation, require_enough

HOW = 'Validation must be "holdout", or {"cv": 5} with a number of folds and, if wished, of repeats.'


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What is known of the rows before they are read: those with a target, and the count of the rarest class."""

    usable: int
    rarest: int | None = None


def settled_validation(
    wish: Any, *, group_by: object, order_by: object, columns: Sequence[Column], target: Column, rows: Rows
) -> Validation:
    """How rows are parted; raises BadInput (`validation.cv`, `validation.repeats`, `group_by`, `order_by`)."""
    folds, repeats = _folds(wish)
    group = _by("group_by", group_by, columns, target)
    order = _by("order_by", order_by, columns, target)
    if group and order:
        raise BadInput("order_by", "Rows can be kept together by a column or ordered by one, not both; choose one.")
    if order and order.dtype not in NUMERIC | {Dtype.DATETIME}:
        raise BadInput("order_by", f"{order.name} holds no dates or numbers to order rows by; choose another column.")
    if order and repeats > 1:
        raise BadInput("validation.repeats", f"Rows ordered by {order.name} part the same way each time; repeat once.")
    if folds is not None:
        _require_folds(folds, rows, group, order)
    return Validation(
        folds=folds, repeats=repeats, group_by=group.name if group else None, order_by=order.name if order else None
    )


def fewest_learnt_from(validation: Validation, usable: int, train_percentage: int) -> int:
    """How many rows, about, the smallest part to learn from has."""
    if validation.folds is None:
        return usable - rows_to_test(usable, train_percentage)
    if validation.order_by:
        return usable // (validation.folds + 1)
    return usable - -(-usable // validation.folds)


def settled_weight(wish: object, task: Task, algorithm: Algorithm) -> Literal["balanced"] | None:
    """Whether the classes weigh the same together; raises BadInput (`class_weight`)."""
    if wish is None:
        return None
    if wish != "balanced":
        raise BadInput("class_weight", "Class weights must be balanced, or null for none.")
    if task is not Task.CLASSIFICATION:
        raise BadInput("class_weight", "Amounts have no classes to weigh; leave class weights out.")
    if not algorithm.takes_weights:
        raise BadInput(
            "class_weight", f"{algorithm.name} cannot weigh rows; choose another algorithm, or no class weights."
        )
    return "balanced"


def _folds(wish: Any) -> tuple[int | None, int]:
    if wish is None or wish == "holdout":
        return None, 1
    if not isinstance(wish, Mapping) or "cv" not in wish or not wish.keys() <= {"cv", "repeats"}:
        raise BadInput("validation", HOW)
    folds = whole_number("validation.cv", wish["cv"], FEWEST_FOLDS, MOST_FOLDS)
    return folds, whole_number("validation.repeats", wish.get("repeats", 1), 1, MOST_REPEATS)


def _by(attr: str, name: object, columns: Sequence[Column], target: Column) -> Column | None:
    if name is None:
        return None
    column = named_column(attr, name, columns)
    if column.name == target.name:
        raise BadInput(attr, f"{column.name} is the target; rows cannot be parted by what is to be predicted.")
    if column.unique < 2:
        raise BadInput(attr, f"{column.name} has the same value in every row; choose a column that parts them.")
    return column


def _require_folds(folds: int, rows: Rows, group: Column | None, order: Column | None) -> None:
    rarest = None if group or order else rows.rarest
    groups = group.unique + group.missing if group else None
    times = order.unique if order else None
    try:
        require_enough(folds, rows=rows.usable, rarest=rarest, groups=groups, times=times)
    except ValueError as error:
        raise BadInput("validation.cv", str(error)) from None
