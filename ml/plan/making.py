"""A wish checked against a table and made a plan."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ml.algorithms.params import complete_params
from ml.algorithms.registry import Algorithm, Wish, get_algorithm
from ml.asked import whole_number
from ml.errors import BadInput
from ml.plan.features import require_offered, require_room, settled_features
from ml.plan.judging import Rows, fewest_learnt_from, settled_validation, settled_weight
from ml.plan.plan import DEFAULT_SEED, FEWEST_ROWS, FitPlan
from ml.plan.targets import require_classes, settled_metric, settled_task, target_column
from ml.schema import Column, Task
from ml.steps.wishes import check_steps, narrowed
from ml.tuning.checks import check_tuning


def make_plan(
    columns: Sequence[Column],
    *,
    rows: int,
    target: str,
    algorithm: str,
    features: Sequence[str] | None = None,
    exclude: Sequence[str] = (),
    task: Task | Literal["auto", "regression", "classification"] = "auto",
    params: Mapping[str, Any] | None = None,
    tuning: Mapping[str, Any] | None = None,
    train_percentage: int = 80,
    validation: Any = "holdout",
    group_by: str | None = None,
    order_by: str | None = None,
    class_weight: str | None = None,
    metric: str | None = None,
    seed: int | None = None,
    steps: Sequence[Mapping[str, Any]] | None = None,
    rarest: int | None = None,
) -> FitPlan:
    """Check a wish against a table of `rows` rows and complete it.

    Without `features`, all columns offered as inputs but those in `exclude`, and those that a step names; columns that
    `steps` leave out before anything looks at them are no features, nor are those that part the rows (`group_by`,
    `order_by`). Without `seed`, 42. `rarest` counts the rows of the rarest class, where that is known. Raises BadInput
    whose `attr` is the argument at fault (`dataset` for too few rows, `params.<name>` for a parameter,
    `steps.<i>.columns`, `validation.cv`, `tuning.ranges.<name>` …) and whose words say what would do.
    """
    chosen = get_algorithm(algorithm)
    column = target_column(columns, target)
    usable = _usable(column, rows)
    settled = settled_task(column, task, chosen)
    if settled is Task.CLASSIFICATION:
        require_classes(column, usable)
    share = whole_number("train_percentage", train_percentage, 10, 95)
    parted = settled_validation(
        validation,
        group_by=group_by,
        order_by=order_by,
        columns=columns,
        target=column,
        rows=Rows(usable=usable, rarest=rarest if settled is Task.CLASSIFICATION else None),
    )
    complete = _complete(chosen, params, settled, column, fewest_learnt_from(parted, usable, share))
    wished = check_steps(steps or (), columns, target=column.name)
    apart = {name for name in (parted.group_by, parted.order_by) if name}
    offered = settled_features(columns, column, features, steps=wished, exclude=exclude, apart=apart)
    require_offered(wished, offered, {each.name for each in columns})
    require_room(wished, settled, column)
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
        metric=settled_metric(metric, settled, column),
        seed=DEFAULT_SEED if seed is None else whole_number("seed", seed, 0, 2**32 - 1),
        validation=parted,
        class_weight=settled_weight(class_weight, settled, chosen),
        tuning=None if tuning is None else check_tuning(tuning, chosen, complete),
    )


def _usable(target: Column, rows: int) -> int:
    usable = rows - target.missing
    if usable < FEWEST_ROWS:
        raise BadInput("dataset", f"{usable} rows have a value of {target.name}; at least {FEWEST_ROWS} are needed.")
    return usable


def _complete(
    chosen: Algorithm, params: Mapping[str, Any] | None, task: Task, target: Column, rows_train: int
) -> dict[str, Any]:
    complete = complete_params(chosen, params)
    chosen.refuse(Wish(task=task, params=complete, target=target, rows_train=rows_train))
    return complete
