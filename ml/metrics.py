"""The scores a model can be judged by: names, which way is better, and which task they belong to.

The numbers themselves are worked out in `ml/evaluation/`.
"""

import math
from dataclasses import dataclass
from typing import Literal

from ml.schema import Task


@dataclass(frozen=True, slots=True)
class Metric:
    """One score, possible from `low` to `high`.

    `two_classes` marks those that exist only where one class stands against one other.
    """

    key: str
    name: str
    task: Task
    better: Literal["higher", "lower"]
    two_classes: bool = False
    low: float = 0.0
    high: float = 1.0


METRICS: dict[str, Metric] = {
    metric.key: metric
    for metric in (
        Metric("r2", "R²", Task.REGRESSION, "higher", low=-math.inf),
        Metric("rmse", "RMSE", Task.REGRESSION, "lower", high=math.inf),
        Metric("mae", "MAE", Task.REGRESSION, "lower", high=math.inf),
        Metric("mse", "MSE", Task.REGRESSION, "lower", high=math.inf),
        Metric("mape", "MAPE", Task.REGRESSION, "lower", high=math.inf),
        Metric("accuracy", "Accuracy", Task.CLASSIFICATION, "higher"),
        Metric("balanced_accuracy", "Balanced accuracy", Task.CLASSIFICATION, "higher"),
        Metric("f1", "F1", Task.CLASSIFICATION, "higher"),
        Metric("precision", "Precision", Task.CLASSIFICATION, "higher"),
        Metric("recall", "Recall", Task.CLASSIFICATION, "higher"),
        Metric("roc_auc", "ROC AUC", Task.CLASSIFICATION, "higher"),
        Metric("pr_auc", "PR AUC", Task.CLASSIFICATION, "higher", two_classes=True),
        Metric("log_loss", "Log loss", Task.CLASSIFICATION, "lower", high=math.inf),
        Metric("brier", "Brier score", Task.CLASSIFICATION, "lower", two_classes=True),
    )
}

# The two that people can check by counting: how often it is right, and how much of the spread it explains.
DEFAULT_METRIC = {Task.REGRESSION: "r2", Task.CLASSIFICATION: "accuracy"}


def metrics_for(task: Task, different: int | None = None) -> list[Metric]:
    """The scores of a task, the usual one first; only those that so many different values can bear, if told.

    >>> [metric.key for metric in metrics_for(Task.REGRESSION)]
    ['r2', 'rmse', 'mae', 'mse', 'mape']
    """
    able = [metric for metric in METRICS.values() if metric.task is task]
    return [metric for metric in able if different in (None, 2) or not metric.two_classes]
