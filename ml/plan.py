"""What to fit, decided and checked before anything is charged or started."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Literal, Self

from ml.algorithms.params import complete_params
from ml.algorithms.registry import Algorithm, Wish, all_algorithms, get_algorithm
from ml.errors import BadInput
from ml.metrics import DEFAULT_METRIC, METRICS, metrics_for
from ml.schema import NUMERIC, Column, Dtype, Role, Task, unknown_column
from ml.steps.registry import get_step
from ml.steps.wishes import MOST_MADE, Step, check_steps, narrowed
from ml.tuning.wishes import Tuning
from ml.validation import HOLDOUT, Validation

# A fixed seed, so that the same wish on the same data gives the same model without anybody asking for it.
DEFAULT_SEED = 42
FEWEST_ROWS = 10
MOST_CLASSES = 100
# Whole numbers with no more values than this are grades or codes more often than amounts.
MOST_GRADES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FitPlan:
    """One fit, complete: nothing is left to a default that could change.

    `columns` are all columns of the table, in the file's order; `features` and `target` are some of them. The
    feature `steps` change the features, in this order, inside the model's pipeline. `schema_number` tells which types
    of the table these are, where people have corrected them. `class_weight` "balanced" lets the rows of each class
    weigh the same together.
    """

    columns: tuple[Column, ...]
    target: Column
    features: tuple[Column, ...]
    task: Task
    algorithm: str
    params: dict[str, Any]
    train_percentage: int
    metric: str
    seed: int
    steps: tuple[Step, ...] = ()
    schema_number: int = 1
    validation: Validation = HOLDOUT
    class_weight: Literal["balanced"] | None = None
    tuning: Tuning | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        columns = tuple(Column.from_json(column) for column in data["columns"])
        by_name = {column.name: column for column in columns}
        return cls(
            **{
                **data,
                "columns": columns,
                "target": by_name[data["target"]],
                "features": tuple(by_name[name] for name in data["features"]),
                "task": Task(data["task"]),
                "steps": tuple(Step.from_json(step) for step in data.get("steps", ())),
                "validation": Validation.from_json(data.get("validation") or {}),
                "tuning": Tuning.from_json(data["tuning"]) if data.get("tuning") else None,
            }
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "columns": [column.to_json() for column in self.columns],
            "target": self.target.name,
            "features": [feature.name for feature in self.features],
            "task": self.task.value,
            "algorithm": self.algorithm,
            "params": self.params,
            "train_percentage": self.train_percentage,
            "metric": self.metric,
            "seed": self.seed,
            "steps": [step.to_json() for step in self.steps],
            "schema_number": self.schema_number,
            "validation": self.validation.to_json(),
            "class_weight": self.class_weight,
            "tuning": self.tuning.to_json() if self.tuning else None,
        }


def guess_task(column: Column) -> Task:
    """Guess what a person wants who points at this column: an amount, or one of a few classes."""
    if column.dtype is Dtype.NUMBER:
        return Task.CLASSIFICATION if column.unique <= 2 else Task.REGRESSION
    if column.dtype is Dtype.INTEGER:
        return Task.CLASSIFICATION if column.unique <= MOST_GRADES else Task.REGRESSION
    return Task.CLASSIFICATION


def rows_to_test(rows: int, train_percentage: int) -> int:
    """How many of `rows` are held out, rounded up, as scikit-learn's train_test_split does.

    >>> rows_to_test(891, 80)
    179
    """
    return -(-rows * (100 - train_percentage) // 100)


def make_plan(
    columns: Sequence[Column],
    *,
    rows: int,
    target: str,
    algorithm: str,
    features: Sequence[str] | None = None,
    task: Task | Literal["auto", "regression", "classification"] = "auto",
    params: Mapping[str, Any] | None = None,
    train_percentage: int = 80,
    metric: str | None = None,
    seed: int | None = None,
    steps: Sequence[Mapping[str, Any]] | None = None,
) -> FitPlan:
    """Check a wish against a table of `rows` rows and complete it.

    Without `features`, all columns offered as inputs, and those that a step names; columns that `steps` leave
    out before anything looks at them are no features. Without `seed`, 42. Raises BadInput whose `attr` is the
    argument at fault (`dataset` for too few rows, `params.<name>` for a parameter, `steps.<i>.columns` …) and
    whose words say what would do.
    """
    chosen = get_algorithm(algorithm)
    column = target_column(columns, target)
    if rows - column.missing < FEWEST_ROWS:
        raise BadInput(
            "dataset",
            f"{rows - column.missing} rows have a value of {column.name}; at least {FEWEST_ROWS} are needed.",
        )
    settled = _task(column, task, chosen)
    if settled is Task.CLASSIFICATION:
        require_classes(column, rows - column.missing)
    share = _integer("train_percentage", train_percentage, 10, 95)
    complete = complete_params(chosen, params)
    usable = rows - column.missing
    rows_train = usable - rows_to_test(usable, share)
    chosen.refuse(Wish(task=settled, params=complete, target=column, rows_train=rows_train))
    wished = check_steps(steps or (), columns, target=column.name)
    offered = _features(columns, column, features, wished)
    _require_offered(wished, offered, {each.name for each in columns})
    _require_room(wished, settled, column)
    taken, kept = narrowed(wished, offered, columns)
    return FitPlan(
        columns=tuple(columns),
        target=column,
        features=kept,
        steps=taken,
        task=settled,
        algorithm=chosen.key,
        params=complete,
        train_percentage=share,
        metric=_metric(metric, settled, column),
        seed=DEFAULT_SEED if seed is None else _integer("seed", seed, 0, 2**32 - 1),
    )


def target_column(columns: Sequence[Column], name: object) -> Column:
    """The column called `name`; raises BadInput (`target`) when no model can predict it."""
    if not name or not isinstance(name, str):
        raise BadInput("target", "Choose the column to predict.")
    column = next((each for each in columns if each.name == name), None)
    if column is None:
        raise BadInput("target", unknown_column(name, [each.name for each in columns]))
    if column.unique == 0:
        raise BadInput("target", f"{name} is empty; choose a column with values to learn from.")
    if column.unique == 1:
        raise BadInput("target", f"{name} has the same value in every row; there is nothing to predict.")
    if column.dtype is Dtype.DATETIME:
        raise BadInput("target", f"{name} holds dates, which no algorithm here predicts; choose another column.")
    return column


def _task(target: Column, wish: str, algorithm: Algorithm) -> Task:
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


def _features(
    columns: Sequence[Column], target: Column, names: Sequence[str] | None, steps: Sequence[Step]
) -> tuple[Column, ...]:
    if names is None:
        asked = {name for step in steps if step.kind != "drop" for name in step.columns}
        offered = tuple(
            each for each in columns if (each.role is Role.FEATURE or each.name in asked) and each.name != target.name
        )
        if not offered:
            raise BadInput(
                "features",
                "No column is left to predict from: all others are ids, or never change. Choose some.",
            )
        return offered
    if isinstance(names, str) or not names:
        raise BadInput("features", "Choose at least one column to predict from.")
    by_name = {each.name: each for each in columns}
    for name in names:
        if name not in by_name:
            raise BadInput("features", unknown_column(name, list(by_name)))
        if name == target.name:
            raise BadInput("features", f"{name} is the target; it cannot be an input as well.")
    if len(set(names)) < len(names):
        twice = next(name for name in names if list(names).count(name) > 1)
        raise BadInput("features", f"{twice} is named twice; name each column once.")
    return tuple(by_name[name] for name in names)


def _require_offered(steps: Sequence[Step], features: Sequence[Column], table: Set[str]) -> None:
    """Refuse steps on columns that are no features; leaving out what is not there does no harm."""
    offered = {each.name for each in features}
    for place, step in enumerate(steps):
        lost = [name for name in step.columns if name in table and name not in offered]
        if step.kind == "drop" or not lost:
            continue
        if step.kind != "choose" or len(lost) == len(step.columns):
            raise BadInput(
                f"steps.{place}.columns",
                f"{lost[0]} is not among the features; add it to them, or take it out of this step.",
            )


def _require_room(steps: Sequence[Step], task: Task, target: Column) -> None:
    """Refuse to make more columns of classes than a table can bear: their number is known only here."""
    if task is Task.REGRESSION or target.unique <= 2:
        return
    for place, step in enumerate(steps):
        if get_step(step.kind).needs_target and len(step.columns) * target.unique > MOST_MADE:
            raise BadInput(
                f"steps.{place}.columns",
                f"{len(step.columns)} columns would become {len(step.columns) * target.unique:,}, as {target.name} has "
                f"{target.unique} classes; at most {MOST_MADE:,} can be made. Choose fewer columns.",
            )


def _metric(key: str | None, task: Task, target: Column) -> str:
    if key is None:
        return DEFAULT_METRIC[task]
    usable = [metric.key for metric in metrics_for(task) if not metric.two_classes or target.unique == 2]
    if key in usable:
        return key
    if key in METRICS and METRICS[key].task is task:
        why = f"{key} needs two classes and {target.name} has {target.unique}"
    elif key in METRICS:
        why = f"{key} does not judge {task.value}"
    else:
        why = f"There is no metric {str(key)[:100]!r}"
    raise BadInput("metric", f"{why}; choose one of: {', '.join(usable)}.")


def _integer(attr: str, value: object, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadInput(attr, f"{attr} must be a whole number from {low} to {high}.")
    return value
