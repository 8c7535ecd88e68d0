"""The model that is kept and the judgements of it: with one part held out, or by cross-validation."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from ml.algorithms.registry import get_algorithm
from ml.evaluation import HeldOut
from ml.fitting.explaining import explain
from ml.fitting.judging import Judged, Labels, judge
from ml.fitting.learning import Lesson, learn, require_variety
from ml.fitting.rows import Rows
from ml.fitting.settling import Settled, search_share, settle
from ml.importance import Importance
from ml.plan import FitPlan
from ml.reports import Reporter
from ml.schema import Task
from ml.splits import held_out

CUT_SHORT = "Stopped early, as asked: the model is what it had learnt until then."


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The pipeline kept, what it was fitted with, and what it is judged by.

    `train` are the positions of the rows it has learnt from; `fit_seconds` is the time its own fit took; `held_out`
    are all rows judged, `judged` the same by fold; `validation` says in words and figures how they were judged.
    """

    pipeline: Pipeline
    params: Mapping[str, Any]
    train: Any
    labels: Labels
    judged: list[Judged]
    held_out: HeldOut
    fit_seconds: float
    validation: dict[str, Any]
    notes: list[str]
    importance: Importance | None = None


@dataclass(frozen=True, slots=True)
class Fitted:
    """A pipeline, and how long its fit took."""

    pipeline: Pipeline
    notes: list[str]
    seconds: float


def fitted(plan: FitPlan, params: Mapping[str, Any], rows: Rows, train: Any, *, say: Reporter, cores: int) -> Fitted:
    """Fit parameters to the rows `train`, positions in `rows`; says why it ended where it ended early."""
    started = time.perf_counter()
    pipeline, notes = learn(plan, params, Lesson.of(rows, train), say=say, cores=cores)
    seconds = time.perf_counter() - started
    done, total, unit = say.count
    if done < total and not say.was_stopped:
        say.log(f"Ended by itself at {unit} {done:,} of {total:,}, as more showed no gain.")
    for note in notes:
        say.log(note)
    return Fitted(pipeline, notes, seconds)


def with_rows_held_out(plan: FitPlan, rows: Rows, *, say: Reporter, cores: int) -> Made:
    """Fit the rows to learn from, and judge the very model that is kept by the others."""
    cut = held_out(rows.grounds, train_percentage=plan.train_percentage, seed=plan.seed)
    require_variety(plan, rows.values[cut.train])
    notes = _never_learnt(plan, rows.values[cut.train], rows.values[cut.test])
    for note in notes:
        say.log(note)
    say.stage("preparing", "Preparing the columns")
    settled, last = _settled(plan, rows, cut.train, say, cores)
    model = fitted(plan, settled.params, rows, cut.train, say=last, cores=cores)
    notes += settled.notes + model.notes
    if last.was_stopped:
        say.log(CUT_SHORT)
        notes.append(CUT_SHORT)
    say.stage("evaluating", f"Predicting {len(cut.test):,} rows it has not seen")
    labels = Labels.of(plan, rows.values[cut.train])
    judged = judge(plan, model.pipeline, rows, cut, labels=labels, cores=cores, progress=say.counted, looks_back=True)
    say.stage("explaining", f"Shuffling {rows.frame.shape[1]:,} columns in turn")
    importance = explain(plan, model.pipeline, rows, cut, labels=labels, cores=cores, monitor=say)
    return Made(
        pipeline=model.pipeline,
        params=settled.params,
        train=cut.train,
        labels=labels,
        judged=[judged],
        held_out=judged.held_out,
        fit_seconds=model.seconds,
        validation=_facts(plan, rows, len(cut.test)),
        notes=notes,
        importance=importance,
    )


def _settled(plan: FitPlan, rows: Rows, train: Any, say: Reporter, cores: int) -> tuple[Settled, Reporter]:
    """The parameters, and who follows their fit; a search that was stopped has been asked once, which is enough."""
    if plan.tuning is None:
        return Settled(params=plan.params), say
    say.stage("fitting", f"Searching the parameters of {get_algorithm(plan.algorithm).name}")
    share = search_share(plan)
    settled = settle(plan, rows, train, say=say.part(0, share), cores=cores)
    return settled, say.part(share, 1, deaf=settled.was_stopped)


def _never_learnt(plan: FitPlan, training: Any, judging: Any) -> list[str]:
    if plan.task is not Task.CLASSIFICATION:
        return []
    unseen = sorted({*np.unique(judging).tolist()} - {*np.unique(training).tolist()})
    return [f"{label} is in no row to learn from, so it can never be predicted." for label in unseen]


def _facts(plan: FitPlan, rows: Rows, judging: int) -> dict[str, Any]:
    how = plan.validation
    which = "rows chosen by chance"
    if how.order_by:
        which = f"the latest rows by {how.order_by}"
    elif how.group_by:
        which = f"all rows of some values of {how.group_by}"
    return {
        "kind": "holdout",
        "group_by": how.group_by,
        "order_by": how.order_by,
        "rows_judged": judging,
        "words": f"Judged on {which}, {judging:,} of {len(rows.values):,}, that the model has not seen.",
    }
