"""What a fitted pipeline says of rows it has not seen, beside the answer that ignores the inputs."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from sklearn.pipeline import Pipeline

from ml.algorithms.registry import Progress
from ml.evaluation import HeldOut, positive_class
from ml.evaluation.held_out import COLUMNS
from ml.fitting.rows import Rows
from ml.plan import FitPlan
from ml.prediction import outputs_in_parts
from ml.schema import Task
from ml.splits import Cut

# Enough to tell whether a model knows its own rows much better than others.
MOST_LEARNT = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The classes of a judgement, sorted, and of two the one looked for; nothing for amounts."""

    classes: Any = None
    positive: Any = None

    @classmethod
    def of(cls, plan: FitPlan, values: Any) -> Self:
        if plan.task is Task.REGRESSION:
            return cls()
        classes = np.unique(values)
        return cls(classes=classes, positive=positive_class(values, classes) if len(classes) == 2 else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is kept of one pipeline's judgement; the pipeline itself may be gone."""

    held_out: HeldOut
    predict_seconds: float
    repeat: int


def judge(
    plan: FitPlan,
    pipeline: Pipeline,
    rows: Rows,
    cut: Cut,
    *,
    labels: Labels,
    cores: int,
    progress: Progress | None = None,
    looks_back: bool = False,
) -> Judged:
    """Predict the rows of `cut.test`, which the pipeline has not seen: the one place where the two are together.

    The pipeline may know fewer classes than `labels`. When it `looks_back`, some rows it has learnt from are predicted
    as well.
    """
    model = _Model(plan, pipeline, rows, cut, labels, cores)
    started = time.perf_counter()
    held_out = model.on(cut.test, progress)
    predict_seconds = time.perf_counter() - started
    if looks_back:
        held_out = replace(held_out, learnt=model.on(_some(cut.train, plan.seed), None))
    return Judged(held_out=held_out, predict_seconds=predict_seconds, repeat=cut.repeat)


def pooled(judged: Sequence[Judged], *, rows_train: int) -> HeldOut:
    """The rows of all folds as one, each with the number of its fold; those of later repeats count on.

    `rows_train` is what the model kept has learnt from.
    """
    found = [each.held_out for each in judged]
    parts = [np.full(len(each.actual), place) for place, each in enumerate(found, 1)]
    columns = {name: [getattr(each, name) for each in found] for name in COLUMNS}
    joined: dict[str, Any] = {name: np.concatenate(column) for name, column in columns.items() if column[0] is not None}
    return replace(found[0], **joined, parts=np.concatenate(parts), rows_train=rows_train)


@dataclass(frozen=True, slots=True)
class _Model:
    """A pipeline and the constant answer of the rows it has learnt from."""

    plan: FitPlan
    pipeline: Pipeline
    rows: Rows
    cut: Cut
    labels: Labels
    cores: int

    def on(self, chosen: Any, progress: Progress | None) -> HeldOut:
        """What both say of some rows."""
        predicted, shares = outputs_in_parts(
            self.pipeline,
            self.plan.task,
            self.rows.frame.iloc[chosen],
            cores=self.cores,
            progress=progress or _unheard,
        )
        return HeldOut(
            actual=self.rows.values[chosen],
            predicted=predicted,
            shares=None if shares is None else among(shares, self.pipeline.classes_, self.labels.classes),
            groups=self.rows.grounds.of(chosen).groups,
            places=self.rows.place[chosen],
            copied=self._copied(chosen),
            classes=self.labels.classes,
            positive=self.labels.positive,
            rows_train=len(self.cut.train),
            metric=self.plan.metric,
            **self._constant(len(chosen)),
        )

    def _copied(self, chosen: Any) -> Any:
        repeats = self.rows.repeats
        learnt = np.unique(repeats[self.cut.train])
        return np.isin(repeats[chosen], learnt[learnt > 0])

    def _constant(self, rows: int) -> dict[str, Any]:
        training = self.rows.values[self.cut.train]
        if self.plan.task is Task.REGRESSION:
            return {"baseline": np.full(rows, training.mean()), "middle": np.full(rows, np.median(training))}
        known, counts = np.unique(training, return_counts=True)
        shares = np.tile(counts / counts.sum(), (rows, 1))
        return {
            "baseline": np.full(rows, known[counts.argmax()]),
            "baseline_shares": among(shares, known, self.labels.classes),
        }


def among(shares: Any, known: Any, classes: Any) -> Any:
    """Shares of the known classes as shares of all `classes`; the others get nothing."""
    if len(known) == len(classes):
        return shares
    whole = np.zeros((len(shares), len(classes)))
    whole[:, np.searchsorted(classes, known)] = shares
    return whole


def _some(train: Any, seed: int) -> Any:
    if len(train) <= MOST_LEARNT:
        return train
    return np.random.default_rng(seed).choice(train, MOST_LEARNT, replace=False)


def _unheard(done: int, total: int, unit: str) -> None:
    pass
