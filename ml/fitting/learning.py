"""One pipeline fitted to some rows: steps, preparation and algorithm, all of them learning from these rows alone."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline
from sklearn.utils.class_weight import compute_sample_weight
from threadpoolctl import threadpool_limits

from ml import artifacts
from ml.algorithms.registry import Unwatched, Wish, get_algorithm
from ml.errors import CannotFit
from ml.pipeline import build_pipeline
from ml.plan import FitPlan
from ml.steps.stage import fit_steps

UNSETTLED = "It had not settled when its iterations ran out; more of them may do better."


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
    """The rows to learn from: inputs, a canonical frame of the plan's features, and the target."""

    frame: pd.DataFrame
    values: Any


def learn(
    plan: FitPlan, params: Mapping[str, Any], lesson: Lesson, *, say: Follower, cores: int
) -> tuple[Pipeline, list[str]]:
    """Fit the plan's pipeline with these parameters, and tell what is to be noted.

    Raises CannotFit, or BadInput for parameters these rows cannot bear.
    """
    algorithm = get_algorithm(plan.algorithm)
    require_variety(plan, lesson.values)
    algorithm.refuse(Wish(task=plan.task, params=params, target=plan.target, rows_train=len(lesson.values)))
    shaped = None
    if plan.steps:
        say.log(f"Taking {len(plan.steps)} feature {'step' if len(plan.steps) == 1 else 'steps'}")
        shaped = fit_steps(plan.steps, plan.features, lesson.frame, lesson.values, task=plan.task, seed=plan.seed)
    pipeline = build_pipeline(
        algorithm,
        plan.features,
        lesson.frame,
        task=plan.task,
        params=params,
        seed=plan.seed,
        cores=cores,
        shaped=shaped,
    )
    prepared = pipeline["prepare"].fit_transform(shaped.frame if shaped else lesson.frame, lesson.values)
    say.stage("fitting", f"{algorithm.name} on {prepared.shape[0]:,} rows and {prepared.shape[1]:,} columns")
    # Sums split over threads round differently, so BLAS keeps to one for the same model on every machine.
    with threadpool_limits({"blas": 1, "openmp": cores}), warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always", ConvergenceWarning)
        algorithm.fit(pipeline["model"], prepared, lesson.values, say, _weights(plan, lesson.values))
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
