"""What makes a score doubtful, in plain words with figures."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from ml.evaluation.held_out import HeldOut
from ml.evaluation.intervals import Judgement
from ml.evaluation.percentiles import Interval
from ml.evaluation.resampling import FEWEST_GROUPS
from ml.evaluation.scores import classification_scores, regression_scores
from ml.evaluation.sentences import amount, class_said, usual_said
from ml.evaluation.shift import shift_said
from ml.metrics import METRICS, Metric
from ml.schema import Task

FEWEST_ROWS = 30
FEWEST_OF_A_CLASS = 10
# Intervals of fewer groups hold the truth less often than they say, and what are few differs from 20 to 50 (Cameron and
# Miller 2015, Journal of Human Resources 50(2)).
ENOUGH_GROUPS = 30
# A score that comes this far from the baseline's towards perfect is rarely earned.
TOO_GOOD = 0.99
# Of what a model can do on rows it has learnt from, at least this share should be left on others.
LEFT_ON_OTHERS = 0.75
ALL_BUT_ALONE = 0.95
# So many copies of rows learnt from move a score by what a person would see.
MANY_COPIED = 0.05

_MOST_NAMED = 5

Warning = dict[str, str]  # noqa: A001 -- what it is called everywhere else in the product


@dataclass(frozen=True, slots=True)
class _Case:
    task: Task
    rows: HeldOut
    found: Judgement

    @property
    def metric(self) -> Metric:
        return METRICS[self.rows.metric]

    @property
    def score(self) -> float | None:
        return self.found.scores.get(self.rows.metric)

    @property
    def interval(self) -> Interval | None:
        return self.found.intervals.get(self.rows.metric)

    def skill(self, score: float | None) -> float | None:
        """How far from the baseline's score to a perfect one: 0 is no better, 1 is perfect."""
        usual = self.found.baseline.get(self.rows.metric)
        perfect = 1.0 if self.metric.better == "higher" else 0.0
        if score is None or usual is None or usual == perfect:
            return None
        return (score - usual) / (perfect - usual)

    @property
    def is_no_better(self) -> bool:
        gain, interval = self.found.gain, self.found.gain_interval
        return gain is not None and (gain <= 0 or (interval is not None and interval[0] <= 0))


def warnings_of(task: Task, rows: HeldOut, found: Judgement) -> list[Warning]:
    """Everything doubtful about these scores as `{"code", "text"}`, the gravest first.

    Codes: `no_score`, `no_better`, `suspected_leak`, `copied_rows`, `target_shifted`, `overfit`, `few_rows`,
    `few_groups`, `few_of_a_class`, `wide_interval`, `never_predicted`; `ml.importance` adds `one_column`.
    """
    case = _Case(task, rows, found)
    said = ((code, check(case)) for code, check in _CHECKS.items())
    return [{"code": code, "text": text} for code, text in said if text]


def _no_score(case: _Case) -> str | None:
    if case.score is not None:
        return None
    return f"{case.metric.name}, which should judge the model, has no value on these rows: {_why_none(case)}"


def _why_none(case: _Case) -> str:
    rows = case.rows
    part = "the rows held out" if rows.parts is None else "each fold"
    if case.metric.key in {"roc_auc", "pr_auc"}:
        unknown = {*rows.actual.tolist()} - {*rows.classes.tolist()}
        if unknown:
            return (
                f"they hold {_listed(sorted(map(class_said, unknown)))}, which it has not seen while learning. "
                "Add such rows, leave them out, or choose another score."
            )
        return f"it needs every class in {part}, and one is lacking. Hold out more rows, or choose another score."
    if case.metric.key == "r2":
        return (
            f"it needs two rows or more with different values of the target in {part}. Hold out more rows, or choose "
            "another score."
        )
    if case.metric.key == "mape" and not np.all(rows.actual):
        return f"it divides by the target, which is 0 somewhere in {part}. Choose another score, such as MAE."
    return "the errors are too large to be counted with. Check the target for values that are far out."


def _no_better(case: _Case) -> str | None:
    if not case.is_no_better or case.found.gain is None:
        return None
    answer = "the usual value" if case.task is Task.REGRESSION else usual_said(case.rows.baseline)
    name, gain = case.metric.name, case.found.gain
    if gain <= 0:
        return (
            f"No better than always answering {answer}: its {name} is worse by {amount(-gain)}."
            if gain
            else (f"No better than always answering {answer}: its {name} is the same.")
        )
    low, high = case.found.gain_interval or (gain, gain)
    return (
        f"It may be no better than always answering {answer}: its {name} is better by {amount(gain)}, but anything "
        f"between {amount(low)} and {amount(high)} may be chance."
    )


def _suspected_leak(case: _Case) -> str | None:
    skill = case.skill(case.score)
    if skill is None or skill < TOO_GOOD or (case.interval is None and case.rows.groups is None):
        return None
    low, high = case.interval or (case.score, case.score)  # few groups, or all alike, have no interval
    sure = case.skill(low if case.metric.better == "higher" else high)
    if sure is None or sure < LEFT_ON_OTHERS or case.metric.key in {"precision", "recall"}:
        return None
    return (
        f"Almost too good: {case.metric.name} is {amount(case.score or 0.0)} where the baseline has "
        f"{amount(case.found.baseline[case.metric.key] or 0.0)}. Check that no column is known only after the target, "
        "or says it in other words."
    )


def _copied_rows(case: _Case) -> str | None:
    copied = case.rows.copied
    if copied is None or np.mean(copied) < MANY_COPIED:
        return None
    rows = -(-int(np.sum(copied)) // case.rows.repeats)  # on average of the repeats, rounded up
    others = _score_without_copies(case)
    without = ""
    if others is not None and case.score is not None:
        without = f" Without them its {case.metric.name} is {amount(others)} instead of {amount(case.score)}."
    are = "is" if rows == 1 else "are"
    return (
        f"Of {_rows_judged(case.rows):,} rows that judge the model, {rows:,} {are} equal, in every "
        f"column, to one it has learnt from.{without} Where such rows are one case written twice, leave the copies out "
        "of the table."
    )


def _score_without_copies(case: _Case) -> float | None:
    """The score of the rows that are no copies, of folds their mean as ever; None where they cannot bear it."""
    parts = [case.rows] if case.rows.parts is None else [*case.rows.folds()]
    others = [part.only(~part.copied) for part in parts if not part.copied.all()]
    scores = [_score_on(case.task, rows, case.metric.key) for rows in others]
    known = [score for score in scores if score is not None]
    return fmean(known) if len(known) == len(parts) else None


def _target_shifted(case: _Case) -> str | None:
    # The parts of a cross-validation take turns, so all of its rows are learnt from and judged on alike.
    if case.rows.learnt is None or case.rows.parts is not None:
        return None
    return shift_said(case.task, case.rows.learnt.actual, case.rows.actual)


def _overfit(case: _Case) -> str | None:
    if case.rows.learnt is None or (case.rows.groups is not None and case.rows.units < FEWEST_GROUPS):
        return None
    learnt = _score_on(case.task, case.rows.learnt, case.metric.key)
    skill, on_learnt = case.skill(case.score), case.skill(learnt)
    if skill is None or on_learnt is None or learnt is None or skill >= LEFT_ON_OTHERS * on_learnt:
        return None
    higher = case.metric.better == "higher"
    if case.interval and (learnt <= case.interval[1] if higher else learnt >= case.interval[0]):
        return None
    return (
        f"It has learnt much by heart: {case.metric.name} is {amount(learnt)} on rows it has learnt from and "
        f"{amount(case.score or 0.0)} on others. Expect the second; more rows or a simpler model bring the two closer."
    )


def _score_on(task: Task, rows: HeldOut, metric: str) -> float | None:
    if task is Task.REGRESSION:
        return regression_scores(rows.actual, rows.predicted).get(metric)
    return classification_scores(rows.actual, rows.predicted, rows.shares, rows.classes, rows.positive).get(metric)


def _few_rows(case: _Case) -> str | None:
    rows = _rows_judged(case.rows)
    if rows >= FEWEST_ROWS:
        return None
    return f"Only {rows} rows judge the model, so its score is a rough guess. Hold out more rows, or cross-validate."


def _few_groups(case: _Case) -> str | None:
    rows, groups = case.rows, case.rows.units
    if rows.groups is None or groups >= ENOUGH_GROUPS:
        return None
    judging = f"Only {groups} {'group judges' if groups == 1 else 'groups judge'} the model, however many rows"
    if rows.parts is not None:
        return f"{judging}: what it says of others is hardly tested. More groups would tell."
    interval = "it has no interval" if groups < FEWEST_GROUPS else "its interval may still be too narrow"
    return f"{judging}: its score is a rough guess, and {interval}. Hold out more groups, or cross-validate."


def _few_of_a_class(case: _Case) -> str | None:
    if case.task is Task.REGRESSION:
        return None
    counts = [(int(np.sum(case.rows.actual == each)) // case.rows.repeats, each) for each in case.rows.classes.tolist()]
    few = sorted((pair for pair in counts if pair[0] < FEWEST_OF_A_CLASS), key=lambda pair: pair[0])
    if not few:
        return None
    named = _listed([f"{class_said(each)} ({count})" for count, each in few])
    return (
        f"Too few rows to judge by, of {_rows_judged(case.rows):,}, are {named}; what it says of them is hardly tested."
    )


def _wide_interval(case: _Case) -> str | None:
    if case.interval is None or case.found.gain is None or case.is_no_better:
        return None
    low, high = case.interval
    if high - low <= case.found.gain:
        return None
    return (
        f"{case.metric.name} is {amount(case.score or 0.0)}, but anything between {amount(low)} and {amount(high)} may "
        f"be chance: more than the gain over the baseline, {amount(case.found.gain)}. More rows to judge by would tell."
    )


def _never_predicted(case: _Case) -> str | None:
    if case.task is Task.REGRESSION:
        return None
    said = {*case.rows.predicted.tolist()}
    never = sorted(({*case.rows.actual.tolist()} | {*case.rows.classes.tolist()}) - said)
    counted = [(each, int(np.sum(case.rows.actual == each)) // case.rows.repeats) for each in never]
    missed = [f"{class_said(each)} ({count:,} {'row' if count == 1 else 'rows'})" for each, count in counted if count]
    return f"It never answered {_listed(missed)}." if missed else None


def _rows_judged(rows: HeldOut) -> int:
    return len(rows.actual) // rows.repeats


def _listed(names: list[str]) -> str:
    shown = names if len(names) <= _MOST_NAMED else [*names[: _MOST_NAMED - 1], f"{len(names) - _MOST_NAMED + 1} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


_CHECKS: dict[str, Callable[[_Case], str | None]] = {
    "no_score": _no_score,
    "no_better": _no_better,
    "suspected_leak": _suspected_leak,
    "copied_rows": _copied_rows,
    "target_shifted": _target_shifted,
    "overfit": _overfit,
    "few_rows": _few_rows,
    "few_groups": _few_groups,
    "few_of_a_class": _few_of_a_class,
    "wide_interval": _wide_interval,
    "never_predicted": _never_predicted,
}


def one_column_warning(features: list[dict[str, Any]]) -> Warning | None:
    """Doubt a model that knows nearly all it knows from one of several columns, by `importance["features"]`.

    >>> one_column_warning([{"name": "paid", "mean": 0.4}, {"name": "age", "mean": 0.01}])["code"]
    'one_column'
    """
    gains = [max(each["mean"], 0.0) for each in features]
    if len(gains) < 2 or max(gains) <= ALL_BUT_ALONE * sum(gains):
        return None
    name = class_said(features[int(np.argmax(gains))]["name"])
    return {
        "code": "one_column",
        "text": f"Nearly all it knows comes from {name}: {100 * max(gains) / sum(gains):.0f} of 100 parts of the "
        f"importance. Check that {name} is known before the target is.",
    }
