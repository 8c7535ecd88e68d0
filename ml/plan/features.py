"""Which columns a model learns from, and whether its feature steps can be taken on them."""

from collections.abc import Sequence, Set

from ml.asked import named_columns
from ml.errors import BadInput
from ml.schema import Column, Role, Task
from ml.steps.registry import get_step
from ml.steps.wishes import MOST_MADE, Step

NONE_LEFT = "No column is left to predict from: all others are ids, or never change. Choose some."
NONE_KEPT = "No column is left to predict from once these are left out; leave out fewer."


def settled_features(
    columns: Sequence[Column],
    target: Column,
    names: Sequence[str] | None,
    *,
    steps: Sequence[Step],
    exclude: Sequence[str],
    apart: Set[str],
) -> tuple[Column, ...]:
    """The columns to learn from: those named, or by default all that are offered and those that a step names.

    Left out by default are the columns `exclude`, and those of `apart`, which part the rows: new rows have other
    values of them. Raises BadInput (`features`, `exclude`).
    """
    left_out = {each.name for each in named_columns("exclude", exclude, columns)}
    if names is not None:
        return _with_values(_named(columns, target, names, left_out))
    asked = {name for step in steps if step.kind != "drop" for name in step.columns}
    offered = [
        each
        for each in columns
        if (each.name in asked or (each.role is Role.FEATURE and each.name not in apart)) and each.name != target.name
    ]
    kept = tuple(each for each in offered if each.name not in left_out)
    if not kept:
        raise BadInput(*(("exclude", NONE_KEPT) if offered else ("features", NONE_LEFT)))
    return _with_values(kept)


def _with_values(chosen: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns, unless none has a value: an empty one among others does no harm."""
    if all(each.unique == 0 for each in chosen):
        said = f"{chosen[0].name} is empty" if len(chosen) == 1 else f"{chosen[0].name} and all others chosen are empty"
        raise BadInput("features", f"{said}; choose a column with values to learn from.")
    return chosen


def _named(columns: Sequence[Column], target: Column, names: Sequence[str], left_out: Set[str]) -> tuple[Column, ...]:
    if isinstance(names, str) or not names:
        raise BadInput("features", "Choose at least one column to predict from.")
    chosen = named_columns("features", names, columns)
    met: set[str] = set()
    for name in (each.name for each in chosen):
        if name == target.name:
            raise BadInput("features", f"{name} is the target; it cannot be an input as well.")
        if name in left_out:
            raise BadInput("exclude", f"{name} is named among the features and is to be left out; choose one.")
        if name in met:
            raise BadInput("features", f"{name} is named twice; name each column once.")
        met.add(name)
    return tuple(chosen)


def require_offered(steps: Sequence[Step], features: Sequence[Column], table: Set[str]) -> None:
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


def require_room(steps: Sequence[Step], task: Task, target: Column) -> None:
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
