"""What can be predicted, as which task, and judged by which score."""

from collections.abc import Sequence

from ml.algorithms.registry import Algorithm, all_algorithms
from ml.asked import named_column
from ml.errors import BadInput
from ml.metrics import DEFAULT_METRIC, METRICS, metrics_for
from ml.schema import NUMERIC, Column, Dtype, Role, Task

MOST_CLASSES = 100
# Whole numbers with no more values than this are grades or codes more often than amounts.
MOST_GRADES = 20


def guess_task(column: Column) -> Task:
    """Guess what a person wants who points at this column: an amount, or one of a few classes."""
    if column.dtype is Dtype.NUMBER:
        return Task.CLASSIFICATION if column.unique <= 2 else Task.REGRESSION
    if column.dtype is Dtype.INTEGER:
        return Task.CLASSIFICATION if column.unique <= MOST_GRADES else Task.REGRESSION
    return Task.CLASSIFICATION


def target_column(columns: Sequence[Column], name: object) -> Column:
    """The column called `name`; raises BadInput (`target`) when no model can predict it."""
    if not name or not isinstance(name, str):
        raise BadInput("target", "Choose the column to predict.")
    column = named_column("target", name, columns)
    if column.unique == 0:
        raise BadInput("target", f"{name} is empty; choose a column with values to learn from.")
    if column.unique == 1:
        raise BadInput(
            "target", f"{name} has the same value in every row, so there is nothing to predict; choose another column."
        )
    if column.dtype is Dtype.DATETIME:
        raise BadInput("target", f"{name} holds dates, which no algorithm here predicts; choose another column.")
    return column


def settled_task(target: Column, wish: str, algorithm: Algorithm) -> Task:
    """The task asked for or guessed; raises BadInput (`task`, `algorithm`) where target or algorithm cannot do it."""
    if wish not in ("auto", *Task):
        raise BadInput("task", "The task must be auto, regression or classification.")
    if wish == Task.REGRESSION and target.dtype not in NUMERIC:
        raise BadInput("task", f"{target.name} holds no numbers, so regression cannot be; choose classification.")
    task = guess_task(target) if wish == "auto" else Task(wish)
    if task in algorithm.tasks:
        return task
    if wish == "auto" and Task.REGRESSION in algorithm.tasks and target.dtype in NUMERIC and target.unique > 2:
        return Task.REGRESSION  # a column of grades, and an algorithm that was chosen for amounts
    able = ", ".join(each.key for each in all_algorithms() if task in each.tasks)
    raise BadInput(
        "algorithm",
        f"{algorithm.name} does no {task.value}, which {target.name} asks for; choose one of: {able}.",
    )


def require_classes(target: Column, usable: int) -> None:
    """Raise BadInput (`target`) unless the `usable` rows with a value of the target fall into a few classes."""
    instead = " or regression" if target.dtype in NUMERIC else ""
    if target.dtype is Dtype.ID or target.role is Role.ID or target.unique == usable:
        raise BadInput(
            "target",
            f"{target.name} has a value of its own in every row, like an id, so no class can be learnt; "
            f"choose another target{instead}.",
        )
    if target.dtype is Dtype.TEXT and target.unique > MOST_GRADES:
        raise BadInput(
            "target",
            f"{target.name} holds free text, not classes; choose a column with a few different values.",
        )
    if target.unique > MOST_CLASSES:
        raise BadInput(
            "target",
            f"{target.name} has {target.unique:,} different values; a classification takes at most "
            f"{MOST_CLASSES} classes. Choose another target{instead}.",
        )


def settled_metric(key: str | None, task: Task, target: Column) -> str:
    """The score asked for, or the task's usual one; raises BadInput (`metric`) naming those that would do."""
    if key is None:
        return DEFAULT_METRIC[task]
    usable = [metric.key for metric in metrics_for(task, target.unique)]
    if key in usable:
        return key
    if key in METRICS and METRICS[key].task is task:
        why = f"{key} needs two classes and {target.name} has {target.unique}"
    elif key in METRICS:
        why = f"{key} does not judge {task.value}"
    else:
        why = f"There is no metric {str(key)[:100]!r}"
    raise BadInput("metric", f"{why}; choose one of: {', '.join(usable)}.")
