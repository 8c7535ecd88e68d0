"""Feature steps fitted one after the other on the rows to learn from, as a part of a model's pipeline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from ml.algorithms.registry import NO_FACTS, RowFacts
from ml.errors import CannotFit
from ml.schema import Column, Dtype, Role, Task
from ml.steps.framed import FrameStep
from ml.steps.registry import StepSetting, get_step
from ml.steps.wishes import MOST_MADE, Step, strides


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaped:
    """What fitted steps made of the rows to learn from.

    `columns` are those of `frame`, a canonical frame; `scaled` names the numbers that are not to be scaled again.
    """

    stage: Pipeline
    frame: pd.DataFrame
    columns: tuple[Column, ...]
    scaled: frozenset[str]


@dataclass(slots=True)
class Shape:
    """The columns between two steps: their types by name in order, and which are scaled."""

    dtypes: dict[str, Dtype]
    scaled: set[str]

    def columns(self) -> tuple[Column, ...]:
        return tuple(
            Column(name=name, dtype=dtype, role=Role.FEATURE, missing=0, unique=0)
            for name, dtype in self.dtypes.items()
        )


def build_stage(steps: Sequence[Step], columns: Sequence[Column], *, task: Task, seed: int) -> Pipeline:
    """Make the unfitted pipeline of these steps, checked (`ml.steps.wishes.check_steps`) for these columns."""
    parts = []
    for place, stride in enumerate(strides(steps, columns), 1):
        setting = StepSetting(columns=stride.given, params=stride.step.params, task=task, seed=seed)
        parts.append((f"{place} {stride.kind.key}", stride.kind.build(setting)))
    return Pipeline(parts)


def fit_steps(
    steps: Sequence[Step],
    columns: Sequence[Column],
    training: pd.DataFrame,
    values: Any,
    *,
    task: Task,
    seed: int,
    facts: RowFacts = NO_FACTS,
) -> Shaped:
    """Fit steps on the rows to learn from, a canonical frame of `columns`, and their target.

    `frame` is what an algorithm is to learn from: a target encoding has given each row the means of other rows, which
    it is not tied to by `facts`. Raises CannotFit when no column is left, or more than anybody needs.
    """
    stage = build_stage(steps, columns, task=task, seed=seed)
    parts = zip([name for name, _ in stage.steps], steps, strict=True)
    told = {f"{name}__facts": facts for name, step in parts if get_step(step.kind).needs_target}
    frame = stage.fit_transform(training, values, **told)
    *_, shape = shapes_along([part for _, part in stage.steps], steps, columns)
    if not shape.dtypes:
        raise CannotFit("The feature steps leave no column to learn from; choose other steps.")
    if len(shape.dtypes) - len(columns) > MOST_MADE:
        raise CannotFit(f"The feature steps make {len(shape.dtypes):,} columns; give them a lower limit.")
    return Shaped(stage=stage, frame=frame, columns=shape.columns(), scaled=frozenset(shape.scaled))


def shapes_along(fitted: Sequence[FrameStep], steps: Sequence[Step], columns: Sequence[Column]) -> Iterator[Shape]:
    """Tell the columns before fitted steps, and after each of them."""
    shape = Shape({column.name: column.dtype for column in columns}, set())
    yield shape
    for step, part in zip(steps, fitted, strict=True):
        shape = _after(part, shape, scaled=get_step(step.kind).scaled)
        yield shape


def _after(fitted: FrameStep, before: Shape, *, scaled: bool | None) -> Shape:
    dtypes, scaled_now = {}, set()
    pairs = zip(fitted.names_out_, fitted.dtypes_, fitted.sources_, fitted.positions_, strict=True)
    for name, dtype, source, position in pairs:
        dtypes[name] = Dtype(dtype) if dtype else before.dtypes.get(source, Dtype.NUMBER)
        if source in before.scaled if position < 0 or scaled is None else scaled:
            scaled_now.add(name)
    return Shape(dtypes, scaled_now)
