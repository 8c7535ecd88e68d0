"""Which columns a fitted pipeline rests on, by rows it has not seen."""

from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from ml.algorithms.registry import Monitor
from ml.evaluation.warnings import one_column_warning
from ml.fitting.judging import Labels, among
from ml.fitting.rows import Rows
from ml.importance import Importance, Unseen, budget_of, importance_of
from ml.plan import FitPlan
from ml.prediction import outputs
from ml.schema import Task
from ml.splits import Cut


def explain(
    plan: FitPlan,
    pipeline: Pipeline,
    rows: Rows,
    cut: Cut,
    *,
    labels: Labels,
    cores: int,
    monitor: Monitor | None = None,
    turns: int = 1,
) -> Importance:
    """Shuffle the columns of `cut.test`; where folds take `turns`, each predicts its part of the usual rows."""

    def answers(frame: pd.DataFrame) -> tuple[Any, Any]:
        predicted, shares = outputs(pipeline, plan.task, frame)
        if plan.task is Task.REGRESSION:
            return predicted, None
        return predicted, among(shares, pipeline.classes_, labels.classes)

    unseen = Unseen(
        frame=rows.frame.iloc[cut.test],
        actual=rows.values[cut.test],
        classes=labels.classes,
        positive=labels.positive,
    )
    return importance_of(
        answers,
        unseen,
        task=plan.task,
        metric=plan.metric,
        seed=plan.seed,
        budget=budget_of(pipeline["model"]) // turns,
        cores=cores,
        monitor=monitor,
    )


def join(evaluation: dict[str, Any], importance: Importance | None) -> None:
    """Put importance into an evaluation, with what it makes doubtful of a model that knows anything."""
    if importance is None:
        return
    evaluation["importance"] = importance.to_json()
    knows_something = "no_better" not in {warning["code"] for warning in evaluation["warnings"]}
    if knows_something and (warning := one_column_warning(evaluation["importance"]["features"])):
        evaluation["warnings"].append(warning)
