"""Which columns a model's answers rest on: how much worse it gets when one of them is shuffled.

Permutation importance (Breiman 2001, Machine Learning 45; Fisher, Rudin and Dominici 2019, JMLR 20) on rows the model
has not seen, of the columns of the table: whatever is made of a column inside the pipeline is shuffled with it.
"""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ml.algorithms.registry import Monitor, Unwatched
from ml.evaluation.resampling import score_once
from ml.evaluation.sums import AmountSums, ClassSums
from ml.metrics import METRICS, Metric
from ml.schema import Task
from ml.shuffling import Batch, batches, windows

REPEATS = 5
# Rows predicted in all, whatever the time: about a second for a forest of a hundred deep trees on two cores.
MOST_PREDICTED = 40_000
FEWEST_DEAR_ROWS, FEWEST_ROWS, MOST_ROWS = 100, 200, 5_000
MOST_SAID = 100

# A model that keeps its rows looks through all of them for each answer: from here on, fewer answers are asked for.
MANY_KEPT = 1_000

_TOGETHER = 0.8
_ROUNDING = 1e-12

Answers = Callable[[pd.DataFrame], tuple[Any, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Rows a model has not seen: a canonical frame of its inputs, and what was; `classes` and `positive` as judged."""

    frame: pd.DataFrame
    actual: Any
    classes: Any = None
    positive: Any = None

    def some(self, rows: int, random: np.random.Generator) -> "Unseen":
        """At most so many of the rows, in their order."""
        if len(self.actual) <= rows:
            return self
        kept = np.sort(random.choice(len(self.actual), rows, replace=False))
        return Unseen(
            frame=self.frame.iloc[kept], actual=self.actual[kept], classes=self.classes, positive=self.positive
        )


@dataclass(frozen=True, slots=True)
class Feature:
    """How much worse the score gets without one column: mean and standard deviation over the shuffles."""

    name: str
    mean: float
    std: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """The drop of `metric` for each column over `repeats` shuffles of `rows` rows; positive where the column helps.

    For a metric of which less is better, the rise. `skipped` are the columns left out as a person asked to stop.
    """

    metric: str
    rows: int
    repeats: int
    features: tuple[Feature, ...]
    skipped: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """`{"metric", "rows", "repeats", "features": [{"name", "mean", "std"}], "more", "skipped"}`.

        Features come with the greatest mean first, at most 100 of them; `more` counts those that are not said.
        """
        ordered = sorted(self.features, key=lambda each: -each.mean)
        said = [
            {"name": each.name, "mean": float(f"{each.mean:.6g}"), "std": float(f"{each.std:.6g}")}
            for each in ordered[:MOST_SAID]
        ]
        return {
            "metric": self.metric,
            "rows": self.rows,
            "repeats": self.repeats,
            "features": said,
            "more": len(ordered) - len(said),
            "skipped": list(self.skipped),
        }


def budget_of(model: Any) -> int:
    """How many rows to predict with a fitted estimator: fewer where it looks through many rows for each answer."""
    return MOST_PREDICTED * MANY_KEPT // max(_kept(model), MANY_KEPT)


def _kept(model: Any) -> int:
    """The rows that an estimator looks through for an answer, with those of all estimators that it asks."""
    own = max(getattr(model, "n_samples_fit_", 0), len(getattr(model, "support_vectors_", ())))
    return own + sum(_kept(each) for each in _asked(model))


def _asked(model: Any) -> list[Any]:
    several = [each.estimator for each in getattr(model, "calibrated_classifiers_", ())]
    several += [each for _, each in getattr(model, "steps", ())]
    several += getattr(model, "estimators_", ())
    one = (getattr(model, name, None) for name in ("regressor_", "best_estimator_", "final_estimator_"))
    return [*several, *(each for each in one if each is not None)]


def rows_shuffled(columns: int, budget: int = MOST_PREDICTED) -> int:
    """How many rows to shuffle, so that `budget` rows are predicted over all columns and shuffles, if that is enough.

    It is never fewer than 200, or 100 where rows are dear: fewer say too little, and many columns then cost more.

    >>> rows_shuffled(9), rows_shuffled(500), rows_shuffled(1), rows_shuffled(9, 4_000)
    (888, 200, 5000, 100)
    """
    least = min(FEWEST_ROWS, max(FEWEST_DEAR_ROWS, budget // FEWEST_ROWS))
    return min(MOST_ROWS, max(least, budget // (max(columns, 1) * REPEATS)))


def importance_of(
    answers: Answers,
    rows: Unseen,
    *,
    task: Task,
    metric: str,
    seed: int,
    budget: int = MOST_PREDICTED,
    cores: int = 1,
    monitor: Monitor | None = None,
) -> Importance:
    """Shuffle each column of some rows a model has not seen, five times, and see how much worse its answers get.

    `answers` takes a frame as `rows.frame` is and returns what `ml.prediction.outputs` does, with shares in the order
    of `rows.classes`. Where the rows cannot bear `metric` (ROC AUC of one class), accuracy or the mean absolute error
    is taken. The same seed gives the same figures on any number of cores. Once the monitor should stop, the other
    columns are skipped.
    """
    random = np.random.default_rng(seed)
    some = rows.some(rows_shuffled(rows.frame.shape[1], budget), random)
    shuffles = np.array([random.permutation(len(some.actual)) for _ in range(REPEATS)])
    as_it_is = answers(some.frame)
    judged = metric if math.isfinite(_score(metric, task, some, *as_it_is)) else _PLAIN[task]
    scorer = partial(_score, judged, task, some)
    usual = scorer(*as_it_is)
    scores = shuffled_scores(answers, some.frame, shuffles, scorer, cores=cores, monitor=monitor or Unwatched())
    drops = {name: [_drop(METRICS[judged], usual, score) for score in each] for name, each in scores.items()}
    return Importance(
        metric=judged,
        rows=len(some.actual),
        repeats=REPEATS,
        features=tuple(Feature(name, *_mean_and_std(each)) for name, each in drops.items()),
        skipped=tuple(name for name in some.frame.columns if name not in drops),
    )


def merged(folds: Sequence[Importance]) -> Importance:
    """Importance over folds: means of all shuffles, and their standard deviation between folds and within.

    Only columns that every fold has shuffled, and folds of the commonest metric, are told.
    """
    metrics = [each.metric for each in folds]
    metric = max(metrics, key=metrics.count)
    alike = [{feature.name: feature for feature in each.features} for each in folds if each.metric == metric]
    names = [name for name in alike[0] if all(name in each for each in alike)]
    every = {feature.name: None for each in folds for feature in each.features} | {
        name: None for each in folds for name in each.skipped
    }
    return Importance(
        metric=metric,
        rows=sum(each.rows for each in folds if each.metric == metric),
        repeats=folds[0].repeats,
        features=tuple(_over([each[name] for each in alike]) for name in names),
        skipped=tuple(name for name in every if name not in names),
    )


def together_said(names: Sequence[str], columns: Sequence[str], associations: Any) -> str | None:
    """Warn in one sentence of columns that share their importance, as each can stand in for the other.

    `names` are the columns to speak of, the most important first; `associations` is an array of shape (columns,
    columns) in 0..1 as `ml.tables.associating.association_matrix` makes it.

    >>> together_said(["fare", "class"], ["class", "fare"], [[1, 0.9], [0.9, 1]])
    'fare and class go together (0.90), so each may seem to matter less than it does.'
    """
    place = {name: at for at, name in enumerate(columns)}
    known = [name for name in names if name in place]
    pairs = [
        (float(associations[place[one]][place[other]] or 0), one, other)
        for at, one in enumerate(known)
        for other in known[at + 1 :]
    ]
    if not pairs or max(pairs)[0] < _TOGETHER:
        return None
    closest = max(pairs, key=lambda pair: pair[0])
    others = sum(pair[0] >= _TOGETHER for pair in pairs) - 1
    more = f", as do {others} other {'pair' if others == 1 else 'pairs'}" if others else ""
    pair = f"{closest[1]} and {closest[2]} go together ({closest[0]:.2f}){more}"
    return f"{pair}, so each may seem to matter less than it does."


_PLAIN = {Task.CLASSIFICATION: "accuracy", Task.REGRESSION: "mae"}


def _over(folds: Sequence[Feature]) -> Feature:
    mean, between = _mean_and_std([each.mean for each in folds])
    within = float(np.mean([each.std**2 for each in folds]))
    return Feature(folds[0].name, mean, math.sqrt(within + between**2))


def _drop(metric: Metric, usual: float, score: float) -> float:
    """How much worse than usual a score is; 0 where rounding alone sets the two apart."""
    # A score that ends at 1 may be near 0 as the rest of a subtraction from 1, so its rounding is that of 1.
    size = max(abs(usual), abs(score), metric.high if math.isfinite(metric.high) else 0.0)
    drop = usual - score if metric.better == "higher" else score - usual
    return 0.0 if abs(drop) <= _ROUNDING * size else drop


def _mean_and_std(values: Sequence[float]) -> tuple[float, float]:
    """Both are 0 where they are nothing but the rounding of the values."""
    nothing = _ROUNDING * max(map(abs, values))
    mean, std = float(np.mean(values)), float(np.std(values))
    return mean if abs(mean) > nothing else 0.0, std if std > nothing else 0.0


def shuffled_scores(
    answers: Answers, frame: pd.DataFrame, shuffles: Any, scorer: Callable[..., float], *, cores: int, monitor: Monitor
) -> dict[str, list[float]]:
    """The scores with each column shuffled, by its name: one for each order of rows in `shuffles` (shuffles, rows).

    Columns after a stop are not there, nor those without which the answers have no score.
    """
    size, columns = len(frame), frame.shape[1]
    found: dict[str, list[float]] = {}

    def scored(batch: Batch) -> list[float]:
        predicted, shares = answers(batch.frame)
        parts = [slice(at * size, (at + 1) * size) for at in range(len(batch.names))]
        return [scorer(predicted[part], None if shares is None else shares[part]) for part in parts]

    with ThreadPoolExecutor(cores) as threads:
        for some in windows(batches(frame, shuffles), cores):
            if monitor.should_stop():
                break
            for batch, scores in zip(some, threads.map(scored, some), strict=True):
                for name, score in zip(batch.names, scores, strict=True):
                    found.setdefault(name, []).append(score)
            monitor.counted(sum(len(each) == len(shuffles) for each in found.values()), columns, "column")
    return {name: each for name, each in found.items() if len(each) == len(shuffles) and np.isfinite(each).all()}


def _score(metric: str, task: Task, rows: Unseen, predicted: Any, shares: Any) -> float:
    if metric == "accuracy":
        return float(np.mean(predicted == rows.actual))
    if task is Task.REGRESSION:
        return score_once(AmountSums(rows.actual, predicted))[metric]
    return score_once(ClassSums(rows.actual, predicted, shares, rows.classes, rows.positive)).get(metric, math.nan)
