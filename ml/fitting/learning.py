"""One pipeline fitted to some rows: steps, preparation and algorithm, all of them learning from these rows alone."""

import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline
from sklearn.utils.class_weight import compute_sample_weight
from threadpoolctl import threadpool_limits

from ml import artifacts
from ml.algorithms.registry import RowFacts, Unwatched, Wish, get_algorithm
from ml.errors import CannotFit
from ml.fitting.rows import Rows
from ml.pipeline import Front, build_front
from ml.plan import FitPlan
from ml.splits import Grounds
from ml.steps.stage import fit_steps

UNSETTLED = "It had not settled when its iterations ran out; more of them may do better."

# The square of less is no number above 0: such a column counts as one that never varies, is left at its size when
# columns are scaled, and liblinear's solver then goes round for ever.
LEAST_AMOUNT = 1e-150


class Follower(Protocol):
    """Who follows one fit: a `Monitor` that is also told what begins."""

    def stage(self, name: str, message: str) -> None: ...
    def log(self, message: str) -> None: ...
    def counted(self, done: int, total: int, unit: str) -> None: ...
    def measured(self, step: int, unit: str, values: Mapping[str, float]) -> None: ...
    def should_stop(self) -> bool: ...


class Unfollowed(Unwatched):
    """A follower for fits that are too many to be told of."""

    def stage(self, name: str, message: str) -> None:
        pass

    def log(self, message: str) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Lesson:
    """The rows to learn from: inputs, a canonical frame of the plan's features, and the target with what ties them."""

    frame: pd.DataFrame
    grounds: Grounds

    @classmethod
    def of(cls, rows: Rows, train: Any) -> Self:
        """The lesson of some rows, by their positions."""
        return cls(rows.frame.iloc[train], rows.grounds.of(train))

    @property
    def values(self) -> Any:
        return self.grounds.values


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A lesson as the algorithm takes it, with the fitted parts that made it so, whatever the parameters.

    `table` is an array of shape (rows, prepared columns).
    """

    grounds: Grounds
    front: Front
    table: Any
    seconds: float


def learn(
    plan: FitPlan, params: Mapping[str, Any], lesson: Lesson, *, say: Follower, cores: int
) -> tuple[Pipeline, list[str]]:
    """Fit the plan's pipeline with these parameters, and tell what is to be noted.

    Raises CannotFit, or BadInput for parameters these rows cannot bear.
    """
    return teach(plan, params, prepare(plan, lesson, say=say), say=say, cores=cores)


def prepare(plan: FitPlan, lesson: Lesson, *, say: Follower) -> Prepared:
    """Fit all that stands before the model, and take the rows through it; raises CannotFit."""
    started = time.perf_counter()
    require_variety(plan, lesson.values)
    shaped = None
    if plan.steps:
        say.log(f"Taking {len(plan.steps)} feature {'step' if len(plan.steps) == 1 else 'steps'}")
        shaped = fit_steps(
            plan.steps,
            plan.features,
            lesson.frame,
            lesson.values,
            task=plan.task,
            seed=plan.seed,
            facts=RowFacts(groups=lesson.grounds.groups, moments=lesson.grounds.moments),
        )
    front = build_front(get_algorithm(plan.algorithm), plan.features, lesson.frame, shaped=shaped)
    *_, (_, last) = front.parts
    table = last.fit_transform(shaped.frame if shaped else lesson.frame, lesson.values)
    if front.algorithm.preparation.scaled:
        table[np.abs(table) < LEAST_AMOUNT] = 0.0
    return Prepared(grounds=lesson.grounds, front=front, table=table, seconds=time.perf_counter() - started)


def teach(
    plan: FitPlan, params: Mapping[str, Any], prepared: Prepared, *, say: Follower, cores: int
) -> tuple[Pipeline, list[str]]:
    """Fit a model with these parameters to prepared rows, and put it behind the parts that prepared them."""
    algorithm, table, grounds = prepared.front.algorithm, prepared.table, prepared.grounds
    algorithm.refuse(Wish(task=plan.task, params=params, target=plan.target, rows_train=len(table)))
    pipeline = prepared.front.pipeline(task=plan.task, params=params, seed=plan.seed, cores=cores)
    facts = RowFacts(weights=_weights(plan, grounds.values), groups=grounds.groups, moments=grounds.moments)
    say.stage("fitting", f"{algorithm.name} on {table.shape[0]:,} rows and {table.shape[1]:,} columns")
    # Sums split over threads round differently, so BLAS keeps to one for the same model on every machine.
    with threadpool_limits({"blas": 1, "openmp": cores}), warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always", ConvergenceWarning)
        algorithm.fit(pipeline["model"], table, grounds.values, say, facts)
    unsettled = any(issubclass(each.category, ConvergenceWarning) for each in raised)
    return artifacts.on_one_core(pipeline), [UNSETTLED] if unsettled else []


def require_variety(plan: FitPlan, values: Any) -> None:
    """Raise CannotFit when all rows to learn from have the same target."""
    if np.all(values == values[0]):
        raise CannotFit(
            f"All {len(values):,} rows to learn from have the same {plan.target.name}, so there is nothing to tell "
            "apart; use more rows, or a larger share of them for training."
        )


def _weights(plan: FitPlan, values: Any) -> Any:
    return compute_sample_weight("balanced", values) if plan.class_weight == "balanced" else None
