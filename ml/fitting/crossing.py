"""Cross-validation: every fold is predicted by a pipeline that has not seen it, then one is fitted to all rows.

What is judged is the way of making a model: each fold's pipeline is made as the one kept, search included, from the
other folds alone. None of them is kept.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from ml.errors import CannotFit
from ml.evaluation.scores import scores_of
from ml.fitting.explaining import explain
from ml.fitting.judging import Judged, Labels, judge, pooled
from ml.fitting.making import Made, fitted
from ml.fitting.rows import Rows
from ml.fitting.settling import Settled, search_share, settle
from ml.importance import Importance, merged
from ml.metrics import METRICS
from ml.plan import FitPlan
from ml.reports import Reporter
from ml.splits import Cut, folds
from ml.validation import require_enough

# A person who asks for the best so far still gets a score with an interval.
FEWEST_JUDGING = 2


def cross_validated(plan: FitPlan, rows: Rows, *, say: Reporter, cores: int) -> Made:
    """Judge by folds and fit the model kept to all rows.

    Asked to stop, the folds done so far judge, at least two, and there is no further search: the model kept takes the
    parameters that did best within those folds. Raises CannotFit when there are not rows enough for the folds.
    """
    return _Crossing(plan, rows, say, cores).run()


@dataclass(frozen=True, slots=True)
class _Fold:
    judged: Judged
    settled: Settled
    importance: Importance | None


class _Crossing:
    def __init__(self, plan: FitPlan, rows: Rows, say: Reporter, cores: int) -> None:
        self._plan, self._rows, self._say, self._cores = plan, rows, say, cores
        self._labels = Labels.of(plan, rows.values)
        self._count = plan.validation.folds or FEWEST_JUDGING
        self._total = self._count * plan.validation.repeats
        self._all = len(rows.values)
        self._done: list[_Fold] = []

    def run(self) -> Made:
        plan, rows, say = self._plan, self._rows, self._say
        self._require_rows()
        say.stage("preparing", f"Parting {self._all:,} rows")
        say.stage("fitting", f"{self._total} folds, then a model of all rows")
        for_folds = self._total / (self._total + 1)
        was_stopped = not self._judge_folds(say.part(0, for_folds)) or (plan.tuning is not None and say.should_stop())
        judged = [fold.judged for fold in self._done]
        facts = self._facts(judged)
        cut_short = self._stopped(facts) if was_stopped else []
        for note in cut_short:
            say.log(note)
        everything = np.arange(self._all)
        last = say.part(for_folds, 1, called="All rows")
        settled = self._best() if was_stopped else self._settle(everything, last)
        model = fitted(plan, settled.params, rows, everything, say=self._fit_part(last, deaf=True), cores=self._cores)
        say.stage("evaluating", f"Judging {facts['rows_judged']:,} rows by the folds that had not seen them")
        return Made(
            pipeline=model.pipeline,
            params=settled.params,
            train=everything,
            labels=self._labels,
            judged=judged,
            held_out=pooled(judged, rows_train=len(everything)),
            fit_seconds=model.seconds,
            validation=facts,
            notes=[facts["words"], *cut_short, *settled.notes, *model.notes],
            importance=merged([fold.importance for fold in self._done if fold.importance]),
        )

    def _judge_folds(self, say: Reporter) -> bool:
        """Make and judge each fold's pipeline; returns whether all were, and not only enough of them."""
        how = self._plan.validation
        cuts = folds(self._rows.grounds, self._count, repeats=how.repeats, seed=self._plan.seed)
        for number, cut in enumerate(cuts, 1):
            enough = len(self._done) >= FEWEST_JUDGING
            if enough and say.should_stop():
                return False
            part = say.part(
                (number - 1) / self._total,
                number / self._total,
                called=f"Fold {number} of {self._total}",
                marks={"fold": number},
            )
            fold = self._fold(cut, part, enough=enough)
            if fold is None:
                return False
            self._done.append(fold)
            say.counted(number, self._total, "fold")
            scores, _ = scores_of(self._plan.task, fold.judged.held_out)
            say.measured(number, "fold", {key: value for key, value in scores.items() if value is not None})
        return True

    def _fold(self, cut: Cut, say: Reporter, *, enough: bool) -> _Fold | None:
        """One fold; None where it was given up because a person asked to stop and there are folds enough."""
        settled = self._settle(cut.train, say)
        if enough and settled.was_stopped:
            return None
        fit_part = self._fit_part(say, deaf=not enough)
        model = fitted(self._plan, settled.params, self._rows, cut.train, say=fit_part, cores=self._cores)
        if enough and fit_part.was_stopped:  # cut short, it says nothing of the model that is kept
            return None
        judged = judge(
            self._plan,
            model.pipeline,
            self._rows,
            cut,
            labels=self._labels,
            cores=self._cores,
            looks_back=not self._done,
        )
        return _Fold(judged, settled, self._importance(model.pipeline, cut))

    def _importance(self, pipeline: Pipeline, cut: Cut) -> Importance | None:
        if cut.repeat > 1:  # the rows have all been shuffled once
            return None
        plan, rows, labels = self._plan, self._rows, self._labels
        return explain(plan, pipeline, rows, cut, labels=labels, cores=self._cores, turns=self._count)

    def _settle(self, train: Any, say: Reporter) -> Settled:
        part = say.part(0, search_share(self._plan))
        return settle(self._plan, self._rows, train, say=part, cores=self._cores)

    def _fit_part(self, say: Reporter, *, deaf: bool) -> Reporter:
        return say.part(search_share(self._plan), 1, deaf=deaf)

    def _best(self) -> Settled:
        """The parameters that did best within the folds done, for a model of all rows without a search of its own."""
        found = [fold.settled for fold in self._done]
        if self._plan.tuning is None:
            return found[0]
        higher = METRICS[self._plan.metric].better == "higher"
        best = (max if higher else min)(found, key=lambda each: each.score if each.score is not None else -np.inf)
        return Settled(params=best.params, score=best.score)

    def _require_rows(self) -> None:
        grounds = self._rows.grounds
        apart = grounds.groups is not None or grounds.moments is not None
        try:
            require_enough(
                self._count,
                rows=len(grounds.values),
                rarest=None if apart or self._labels.classes is None else grounds.rarest,
                groups=None if grounds.groups is None else grounds.most_folds,
                times=None if grounds.moments is None else grounds.most_folds + 1,
            )
        except ValueError as error:
            raise CannotFit(str(error)) from None

    def _stopped(self, facts: dict[str, Any]) -> list[str]:
        searched = " Its parameters are the best that those folds found." if self._plan.tuning else ""
        return [
            f"Stopped early after {len(self._done)} of {self._total} folds, as asked: "
            f"{facts['rows_judged']:,} of {self._all:,} rows judge the model.{searched}"
        ]

    def _facts(self, judged: list[Judged]) -> dict[str, Any]:
        how = self._plan.validation
        rows = len(np.unique(np.concatenate([each.held_out.places for each in judged])))
        over = f"cross-validation over {self._count} folds" + (f", {how.repeats} times over" if how.repeats > 1 else "")
        if len(judged) < self._total:
            over = f"{len(judged)} of the {self._total} folds of a cross-validation, {rows:,} of {self._all:,} rows"
        whom = "each row by a model that has not seen it"
        if how.order_by:
            whom = f"each row but the earliest by a model of rows earlier by {how.order_by}"
        elif how.group_by:
            whom = f"each row by a model that has seen no row of the same {how.group_by}"
        return {
            "kind": "cv",
            "folds": self._count,
            "repeats": how.repeats,
            "folds_done": len(judged),
            "group_by": how.group_by,
            "order_by": how.order_by,
            "rows_judged": rows,
            "words": f"Judged by {over}: {whom}. The model kept is fitted in the same way to all {self._all:,} rows.",
        }
