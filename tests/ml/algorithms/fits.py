"""Fits of single algorithms to a few prepared rows, watched."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.datasets import make_classification
from threadpoolctl import threadpool_limits

from ml.algorithms.params import complete_params
from ml.algorithms.registry import RowFacts, Setting, all_algorithms, get_algorithm
from ml.schema import Task

BOTH = [Task.REGRESSION, Task.CLASSIFICATION]
EVERY = [(each.key, task) for each in all_algorithms() for task in each.tasks]
# Enough to be told from a constant, and quick.
QUICK = {
    "random_forest": {"n_estimators": 30},
    "extra_trees": {"n_estimators": 30},
    "hist_gradient_boosting": {"max_iter": 30},
    "lightgbm": {"n_estimators": 30},
    "xgboost": {"n_estimators": 30},
    "neural_network": {"max_iter": 30, "neurons": 20},
}


@dataclass
class Watcher:
    """A monitor that remembers, and asks to stop once so many counts have come."""

    stop_after: int = 10**9
    counts: list[tuple[int, int, str]] = field(default_factory=list)
    measures: list[tuple[int, str, dict[str, float]]] = field(default_factory=list)

    def counted(self, done: int, total: int, unit: str) -> None:
        self.counts.append((done, total, unit))

    def measured(self, step: int, unit: str, values: Any) -> None:
        self.measures.append((step, unit, dict(values)))

    def should_stop(self) -> bool:
        return len(self.counts) >= self.stop_after


def a_setting(key: str, task: Task, *, cores: int = 1, seed: int = 7, **params: Any) -> Setting:
    """What an algorithm is built for, its first column being codes where it takes codes."""
    algorithm = get_algorithm(key)
    complete = complete_params(algorithm, {**QUICK.get(key, {}), **params})
    coded = (0,) if algorithm.preparation.categories == "codes" else ()
    return Setting(task=task, params=complete, seed=seed, cores=cores, coded=coded)


def some_rows(task: Task, rows: int = 300, seed: int = 0) -> tuple[Any, Any]:
    """Six columns, the first of them 0, 1 or 2, and amounts or three named classes."""
    x, place = make_classification(rows, 6, n_informative=4, n_classes=3, random_state=seed)
    x[:, 0] = np.digitize(x[:, 0], [-1, 1])
    if task is Task.REGRESSION:
        return x, 1000.0 * place + 100 * x[:, 1]
    return x, np.array(["one", "three", "two"], dtype=object)[place]


def learnt(
    key: str,
    task: Task,
    watcher: Watcher | None = None,
    *,
    weights: Any = None,
    facts: RowFacts | None = None,
    **about: Any,
) -> Any:
    """A fitted estimator, as the platform fits it."""
    x, y = some_rows(task)
    algorithm = get_algorithm(key)
    estimator = algorithm.build(a_setting(key, task, **about))
    with threadpool_limits({"blas": 1, "openmp": about.get("cores", 1)}):  # as `ml.fitting` does
        algorithm.fit(estimator, x, y, watcher or Watcher(), facts or RowFacts(weights=weights))
    return estimator


def plainly_learnt(key: str, task: Task, *, weights: Any = None, **about: Any) -> Any:
    """A fitted estimator, as scikit-learn alone fits it."""
    x, y = some_rows(task)
    estimator = get_algorithm(key).build(a_setting(key, task, **about))
    if key == "xgboost":  # whose `fit` is told of all columns once they are known
        inner = estimator.regressor if task is Task.REGRESSION else estimator.named_estimators["xgboost"]
        inner.set_params(feature_types=["c", "q", "q", "q", "q", "q"])
    with threadpool_limits(1):
        return estimator.fit(x, y) if weights is None else estimator.fit(x, y, sample_weight=weights)


def answers(estimator: Any, task: Task) -> Any:
    """Its amounts, or its probabilities, of rows it has not seen."""
    x, _ = some_rows(task, rows=100, seed=1)
    with threadpool_limits(1):
        return estimator.predict(x) if task is Task.REGRESSION else estimator.predict_proba(x)
