"""How far scores may be off: 95 % intervals, by the bootstrap or over the folds of a cross-validation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from scipy.stats import binomtest, t

from ml.evaluation.held_out import HeldOut
from ml.evaluation.percentiles import Interval, percentile_interval, skew_of
from ml.evaluation.resampling import FEWEST_GROUPS, MOST_UNITS, left_out, resampled
from ml.evaluation.scores import Scores, scores_of
from ml.evaluation.sums import AmountSums, Arrays, ClassSums, Sums, SumsOfGroups
from ml.metrics import METRICS
from ml.schema import Task

# Up to so many rows (or groups) intervals are corrected for skew, which takes scores without each in turn; with more of
# them there is no skew left to correct.
FEW_UNITS = 1_000
# What rounding alone can set apart.
_NOTHING = 1e-12
_ANYTHING = (-math.inf, math.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Scores of the model and of the baseline, with how far they may be off.

    `gain` is how much better than the baseline the model is by the score it is judged by, positive when better;
    `fold_scores` that score in each fold. `groups` counts those drawn whole by the bootstrap, None where rows were
    drawn one by one; of fewer than `FEWEST_GROUPS` there are no intervals.
    """

    scores: Scores
    baseline: Scores
    method: Literal["bootstrap", "folds"]
    intervals: dict[str, Interval] = field(default_factory=dict)
    gain: float | None = None
    gain_interval: Interval | None = None
    fold_scores: list[float | None] | None = None
    groups: int | None = None


def judge(task: Task, rows: HeldOut) -> Judgement:
    """Score rows held out, by the bootstrap of one part or, where there are `parts`, as means over the folds."""
    return _by_bootstrap(task, rows) if rows.parts is None else _by_folds(task, rows)


def fold_interval(values: Sequence[float | None], repeats: int = 1, *, within: Interval = _ANYTHING) -> Interval | None:
    """Mean over folds ± t·sd/√k, cut at what is possible; None with fewer than two folds that have the score.

    Repeats predict the same rows again, so they do not count as more folds: k is that of one round.

    >>> low, high = fold_interval([0.7, 0.8, 0.9], within=(0.0, 1.0))
    >>> round(low, 3), round(high, 3)
    (0.552, 1.0)
    """
    known = np.array([value for value in values if value is not None])
    if len(known) < 2:
        return None
    k = max(2, len(known) / repeats)
    reach = float(t.ppf(0.975, k - 1) * known.std(ddof=1) / math.sqrt(k))
    return _cut((float(known.mean()) - reach, float(known.mean()) + reach), within)


def judges_of(task: Task, rows: HeldOut) -> list[Sums]:
    """What scores the model and the baseline; for amounts the baseline that guesses the middle comes third.

    What they add up are rows, or the groups of them where these are known.
    """
    judges = _judges_of_rows(task, rows)
    return judges if rows.groups is None else [SumsOfGroups(each, rows.groups) for each in judges]


def _judges_of_rows(task: Task, rows: HeldOut) -> list[Sums]:
    if task is Task.REGRESSION:
        return [AmountSums(rows.actual, each) for each in (rows.predicted, rows.baseline, rows.middle)]
    exact = len(rows.actual) <= MOST_UNITS
    sides = ((rows.predicted, rows.shares), (rows.baseline, rows.baseline_shares))
    return [ClassSums(rows.actual, *side, rows.classes, rows.positive, exact_ranks=exact) for side in sides]


def _by_bootstrap(task: Task, rows: HeldOut) -> Judgement:
    scores, baseline = scores_of(task, rows)
    gain, groups = _gain(rows.metric, scores, baseline), None if rows.groups is None else rows.units
    if groups is not None and groups < FEWEST_GROUPS:
        return Judgement(scores=scores, baseline=baseline, method="bootstrap", gain=gain, groups=groups)
    judges, count = judges_of(task, rows), rows.units
    model, usual = _merged(resampled(judges, count))
    model_without, usual_without = _merged([left_out(each) for each in judges]) if count <= FEW_UNITS else ({}, {})
    found = {
        key: _interval(values, count, scores[key], model_without.get(key), _possible(key))
        for key, values in model.items()
        if scores.get(key) is not None
    }
    intervals = {key: each for key, each in found.items() if each is not None}
    if task is Task.CLASSIFICATION:
        certain = _all_or_nothing if groups is None else _where_nothing_varies
        intervals |= certain(rows, scores, intervals)
    key, better = rows.metric, _sign(rows.metric)
    without = (
        better * (model_without[key] - usual_without[key]) if key in model_without and key in usual_without else None
    )
    gain_interval = None
    if key in model and key in usual:
        gain_interval = _interval(better * (model[key] - usual[key]), count, gain, without, _possible_gain(key))
    if groups is not None:  # rows may differ where groups do not
        intervals = {key: each for key, each in intervals.items() if not _has_no_width(each)}
        gain_interval = None if _has_no_width(gain_interval) else gain_interval
    return Judgement(
        scores=scores,
        baseline=baseline,
        method="bootstrap",
        intervals=intervals,
        gain=gain,
        gain_interval=gain_interval,
        groups=groups,
    )


def _merged(each: list[Arrays]) -> tuple[Arrays, Arrays]:
    """Scores of the model and of the baseline, whose distances are those of the answer that guesses the middle."""
    model, usual, *middle = each
    return model, usual | {key: middle[0][key] for key in ("mae", "mape")} if middle else usual


def _interval(values: Any, units: int, score: float | None, without: Any, within: Interval) -> Interval | None:
    skew = None if without is None or score is None else skew_of(values, score, without)
    found = percentile_interval(values, units, skew)
    return None if found is None else _cut(found, within)


def _cut(interval: Interval, within: Interval) -> Interval:
    low, high = (min(max(end, within[0]), within[1]) for end in interval)
    return low, high


def _possible(metric: str) -> Interval:
    return METRICS[metric].low, METRICS[metric].high


def _possible_gain(metric: str) -> Interval:
    low, high = _possible(metric)
    return low - high, high - low


def _all_or_nothing(rows: HeldOut, scores: Scores, intervals: dict[str, Interval]) -> dict[str, Interval]:
    """Intervals of shares that are all or nothing: no draw shows a miss that no row shows, yet one may come."""
    found = _where_nothing_varies(rows, scores, intervals)
    return {key: interval for key, interval in found.items() if scores[key] in {0.0, 1.0}}


def _where_nothing_varies(rows: HeldOut, scores: Scores, intervals: dict[str, Interval]) -> dict[str, Interval]:
    """Intervals of shares that every draw or fold has alike, which is no certainty.

    Those are Wilson's (1927, Journal of the American Statistical Association 22) over the rows the share is of. ROC AUC
    is the share of pairs, a row of the class and one of another, that are ranked rightly: no more of them than the
    rarest class has rows are independent of each other. Nor is a mean over classes surer than that of the rarest. Rows
    of one group count as one.
    """
    rarest = _units_of_the_rarest(rows)
    of = {"accuracy": rows.units, "balanced_accuracy": rarest, "roc_auc": rarest}
    if rows.positive is not None:
        of |= {"precision": _units_of(rows, rows.predicted == rows.positive)}
        of |= dict.fromkeys(("recall", "f1"), _units_of(rows, rows.actual == rows.positive))
    flat = {key: count for key, count in of.items() if _is_flat(intervals.get(key))}
    return {key: _wilson(round((scores[key] or 0.0) * count), count) for key, count in flat.items() if count}


def _units_of(rows: HeldOut, chosen: Any) -> int:
    """`rows.units` of some of the rows alone."""
    return int(np.sum(chosen)) // rows.repeats if rows.groups is None else len(np.unique(rows.groups[chosen]))


def _units_of_the_rarest(rows: HeldOut) -> int:
    _, codes = np.unique(rows.actual, return_inverse=True)
    if rows.groups is None:
        return int(np.bincount(codes).min()) // rows.repeats
    known, group = np.unique(rows.groups, return_inverse=True)
    return int(np.bincount(np.unique(codes * len(known) + group) // len(known)).min())


def _has_no_width(interval: Interval | None) -> bool:
    """Of amounts, whose unit may be small."""
    return interval is not None and interval[1] - interval[0] <= _NOTHING * max(map(abs, interval))


def _is_flat(interval: Interval | None) -> bool:
    return interval is not None and interval[1] - interval[0] <= _NOTHING


def _wilson(right: int, rows: int) -> Interval:
    found = binomtest(right, rows).proportion_ci(method="wilson")
    return float(found.low), float(found.high)


def _by_folds(task: Task, rows: HeldOut) -> Judgement:
    each = [scores_of(task, fold) for fold in rows.folds()]
    repeats = rows.repeats
    scores, baseline = ({key: _mean([one[side][key] for one in each]) for key in each[0][side]} for side in (0, 1))
    found = {key: fold_interval([one[key] for one, _ in each], repeats, within=_possible(key)) for key in scores}
    intervals = {key: interval for key, interval in found.items() if interval is not None}
    pooled = _where_nothing_varies(rows, scores, intervals) if task is Task.CLASSIFICATION else {}
    gains = [_gain(rows.metric, *one) for one in each]
    gain, usual = _gain(rows.metric, scores, baseline), baseline[rows.metric]
    gain_interval = fold_interval(gains, repeats, within=_possible_gain(rows.metric))
    if gain and usual is not None and rows.metric in pooled and _is_flat(gain_interval):
        # All shares of `pooled` are better when higher.
        low, high = pooled[rows.metric]
        gain_interval = low - usual, high - usual
    return Judgement(
        scores=scores,
        baseline=baseline,
        method="folds",
        intervals=intervals | pooled,
        gain=gain,
        gain_interval=gain_interval,
        fold_scores=[one[rows.metric] for one, _ in each],
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _sign(metric: str) -> int:
    return 1 if METRICS[metric].better == "higher" else -1


def _gain(metric: str, scores: Scores, baseline: Scores) -> float | None:
    score, usual = scores.get(metric), baseline.get(metric)
    return None if score is None or usual is None else _sign(metric) * (score - usual)
