"""Which parameters a model is fitted with: those asked for, or the best that a search among them finds."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from ml.algorithms.registry import get_algorithm
from ml.errors import CannotFit
from ml.evaluation import HeldOut
from ml.evaluation.scores import classification_scores, regression_scores, scores_of
from ml.fitting.judging import Labels, judge
from ml.fitting.learning import Lesson, Prepared, Unfollowed, prepare, teach
from ml.fitting.rows import Rows
from ml.metrics import METRICS
from ml.plan import FitPlan
from ml.reports import Reporter
from ml.schema import Task
from ml.splits import Cut, folds
from ml.tuning.search import Interrupted, Scored, search

# Prepared rows that a search keeps between its candidates, all folds together: little beside what a fit may take.
KEPT_BYTES = 256 * 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Complete parameters; of a search also the mean score of the best candidate, and what is to be noted."""

    params: dict[str, Any]
    score: float | None = None
    notes: list[str] = field(default_factory=list)
    was_stopped: bool = False


def search_share(plan: FitPlan) -> float:
    """The share of the work that the search is, in 0..1, when one more fit follows it."""
    if plan.tuning is None:
        return 0.0
    fits = plan.tuning.trials * plan.tuning.folds
    return fits / (fits + 1)


def settle(plan: FitPlan, rows: Rows, train: Any, *, say: Reporter, cores: int) -> Settled:
    """Settle the parameters on the rows `train` (positions in `rows`) alone.

    Raises CannotFit when these rows cannot be parted, or no candidate can be fitted.
    """
    if plan.tuning is None:
        return Settled(params=plan.params)
    trial = _Trials(plan, rows, train, cores)
    say.log(
        f"Searching: at most {plan.tuning.trials} candidates, each on {len(trial.cuts)} folds of {len(train):,} rows"
    )
    found = search(
        plan.tuning,
        base=plan.params,
        schemas=get_algorithm(plan.algorithm).params["properties"],
        metric=METRICS[plan.metric],
        try_out=trial.score,
        say=say,
        seed=plan.seed,
    )
    for note in found.notes:
        say.log(note)
    return Settled(params=found.params, score=found.score, notes=found.notes, was_stopped=found.was_stopped)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fold:
    """One fold's rows as the algorithm takes them: those to learn from, and where they are kept those that judge."""

    learnt: Prepared
    unseen: "_Known | None" = None
    unseen_seconds: float = 0.0

    @property
    def size_bytes(self) -> int:
        return int(self.learnt.table.nbytes + (self.unseen.table.nbytes if self.unseen else 0))

    def judged_as(self, pipeline: Pipeline) -> Pipeline:
        """The pipeline that judges: one that looks up its rows where they are known."""
        return Pipeline([("known", self.unseen), ("model", pipeline["model"])]) if self.unseen else pipeline


class _Known:
    """Stands in a pipeline for the fitted parts before its model: rows of a frame, prepared once, are looked up."""

    def __init__(self, frame: pd.DataFrame, table: Any) -> None:
        self._labels, self.table = frame.index, table

    def fit(self, _frame: pd.DataFrame, _y: Any = None) -> "_Known":
        return self

    def transform(self, frame: pd.DataFrame) -> Any:
        return self.table[self._labels.get_indexer(frame.index)]


class _Trials:
    """Scores candidates on folds of some rows.

    Everything is fitted anew for each fold, but what stands before the model learns nothing from its parameters: it is
    fitted once and serves all candidates, as long as the rows it has prepared take no more than `KEPT_BYTES`. Further
    folds are prepared again for each candidate.
    """

    def __init__(self, plan: FitPlan, rows: Rows, train: Any, cores: int) -> None:
        self._plan, self._rows, self._cores = plan, rows, cores
        self._kept: dict[int, _Fold] = {}
        self._labels = Labels.of(plan, rows.values[train])
        self.cuts = [cut for cut in _inner(plan, rows, train) if not _is_uniform(rows.values[cut.train])]
        if not self.cuts:
            raise CannotFit(
                f"The {len(train):,} rows to learn from cannot be parted into folds to search on; use more rows, or "
                "fit without a search."
            )

    def score(self, params: Mapping[str, Any], may_end: Callable[[], bool]) -> Scored:
        """Score parameters on every fold that can bear the score; raises Interrupted when it may and is to end."""
        scores, fit_seconds, predict_seconds = [], [], []
        for number, cut in enumerate(self.cuts):
            if may_end():
                raise Interrupted
            fold = self._kept.get(number) or self._prepared(number, cut)
            started = time.perf_counter()
            pipeline, _ = teach(self._plan, params, fold.learnt, say=_Hasty(may_end), cores=self._cores)
            fit_seconds.append(fold.learnt.seconds + time.perf_counter() - started)
            if may_end():  # what stopped half-way is no fair trial
                raise Interrupted
            judging = fold.judged_as(pipeline)
            judged = judge(self._plan, judging, self._rows, cut, labels=self._labels, cores=self._cores)
            predict_seconds.append(fold.unseen_seconds + judged.predict_seconds)
            if (score := self._score_of(judged.held_out)) is not None:
                scores.append(score)
        if not scores:
            raise CannotFit(f"No fold has the rows that {METRICS[self._plan.metric].name} needs.")
        return Scored(scores=scores, fit_seconds=fmean(fit_seconds), predict_seconds=fmean(predict_seconds))

    def _prepared(self, number: int, cut: Cut) -> _Fold:
        """Prepare a fold, and keep it for the candidates to come where there is room."""
        learnt = prepare(self._plan, Lesson.of(self._rows, cut.train), say=Unfollowed())
        bytes_a_row = learnt.table.nbytes / len(cut.train)
        room = KEPT_BYTES - sum(each.size_bytes for each in self._kept.values())
        if bytes_a_row * (len(cut.train) + len(cut.test)) > room:
            return _Fold(learnt=learnt)
        started = time.perf_counter()
        frame = self._rows.frame.iloc[cut.test]
        table = Pipeline(learnt.front.parts).transform(frame)
        seconds = time.perf_counter() - started
        self._kept[number] = _Fold(learnt=learnt, unseen=_Known(frame, table), unseen_seconds=seconds)
        return self._kept[number]

    def _score_of(self, rows: HeldOut) -> float | None:
        """The score on one fold; None where its rows cannot bear it, whatever is answered."""
        plan = self._plan
        if plan.task is Task.REGRESSION:
            found = regression_scores(rows.actual, rows.predicted)[plan.metric]
        else:
            found = classification_scores(rows.actual, rows.predicted, rows.shares, rows.classes, rows.positive)[
                plan.metric
            ]
        if found is None and scores_of(plan.task, rows)[1][plan.metric] is not None:
            raise CannotFit("What it answers is too far off to be scored.")
        return found


class _Hasty(Unfollowed):
    """Follows a trial's fit only to end it when a person asks for the best so far."""

    def __init__(self, may_end: Callable[[], bool]) -> None:
        self._may_end = may_end

    def should_stop(self) -> bool:
        return self._may_end()


def _inner(plan: FitPlan, rows: Rows, train: Any) -> list[Cut]:
    """Folds of the rows to learn from, parted as the rows of the plan are; fewer where there are not enough."""
    grounds = rows.grounds.of(train)
    count = min(plan.tuning.folds if plan.tuning else 0, grounds.most_folds)
    if count < 2:
        return []
    return [Cut(train[cut.train], train[cut.test]) for cut in folds(grounds, count, seed=plan.seed)]


def _is_uniform(values: Any) -> bool:
    return bool(np.all(values == values[0]))
