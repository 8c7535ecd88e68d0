"""Whether one model is better than another, or only luckier: tests on the rows that both have not seen.

Files are those a fit leaves (`ml.fitting.fit`): `row`, `actual`, `prediction`, and `p0`, `p1` … of classes. Two models
are compared on the rows they have in common, pair by pair of answers, so that what makes a row hard for both cancels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest, wilcoxon

from ml.evaluation.percentiles import Interval, percentile_interval, skew_of
from ml.evaluation.plain import short
from ml.evaluation.resampling import MOST_UNITS, left_out, resampled, score_once
from ml.evaluation.sums import AmountSums, ClassSums, Sums
from ml.metrics import METRICS
from ml.schema import Task

FEWEST_COMMON = 10
MOST_LIKELY_CHANCE = 0.05

_FEW_ROWS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One model to compare: its name, its held-out file, and for classes what its `p0`, `p1` … stand for.

    `target` is the name of the column it predicts; files of one table only can be compared, which the caller knows.
    """

    name: str
    path: Path
    task: Task
    target: str
    classes: Sequence[Any] = ()
    positive: Any = None


def compare(candidates: Sequence[Candidate], metric: str) -> list[dict[str, Any]]:
    """Compare every pair of models, in the order given.

    Returns, fit for JSON, for each pair `{"one", "other", "rows", "metric", "reason"}`: `reason` says why the two
    cannot be compared and is None where they can. Then also

    * `scores`: [of one, of other], on the rows in common;
    * `difference`: by how much one is better than the other, negative when worse, and `interval`, its 95 % interval
      by the paired bootstrap, [low, high] or None;
    * `test` ("mcnemar": exact, of which is right; "wilcoxon": signed ranks of the absolute errors), `p_value`, and
      `p_adjusted` for as many pairs as could be compared (Holm 1979, Scandinavian Journal of Statistics 6);
    * `wins`: [rows only one is right for, or closer; rows of the other];
    * `sentence`.
    """
    tables = [_read(each.path) for each in candidates]
    pairs = [
        _pair(candidates[one], candidates[other], tables[one], tables[other], metric)
        for one, other in combinations(range(len(candidates)), 2)
    ]
    compared = [pair for pair in pairs if pair["reason"] is None]
    for pair, adjusted in zip(compared, holm([pair["p_value"] for pair in compared]), strict=True):
        pair["p_adjusted"] = adjusted
        pair["sentence"] = _sentence(pair)
    return pairs


def mcnemar(only_one: int, only_other: int) -> float:
    """The exact two-sided p-value of two models being right for as many rows (McNemar 1947, Psychometrika 12).

    `only_one` and `only_other` count the rows that just one of the two is right for.

    >>> mcnemar(1, 5)
    0.21875
    """
    rows = only_one + only_other
    return float(binomtest(only_one, rows, 0.5).pvalue) if rows else 1.0


def signed_ranks(one: Any, other: Any) -> float:
    """The two-sided p-value of two models erring by as much (Wilcoxon 1945, Biometrics Bulletin 1).

    `one` and `other` are absolute errors of shape (rows,) on the same rows; equal ones say nothing and are left out.

    >>> signed_ranks(np.array([1.0, 2.0]), np.array([1.0, 2.0]))
    1.0
    """
    return float(wilcoxon(one, other).pvalue) if np.any(one != other) else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values of several tests, raised so that the chance of any false alarm stays what it is for one (Holm 1979).

    >>> [round(value, 3) for value in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values)
    steps = np.array(p_values, dtype=float)[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return [float(value) for value in adjusted]


def _read(path: Path) -> pd.DataFrame:
    """The rows of a file by their place in the table, each once."""
    return pd.read_parquet(path).drop_duplicates("row").set_index("row").sort_index()


def _pair(one: Candidate, other: Candidate, mine: pd.DataFrame, theirs: pd.DataFrame, metric: str) -> dict[str, Any]:
    common = mine.index.intersection(theirs.index)
    mine, theirs = mine.loc[common], theirs.loc[common]
    known = {"one": one.name, "other": other.name, "rows": len(common), "metric": metric}
    if reason := _reason(one, other, mine, theirs, metric):
        return {**known, "reason": reason}
    judges = [_judge(one, mine), _judge(other, theirs)]
    difference, interval = _difference(judges, len(common), metric)
    scores = [score_once(judge).get(metric) for judge in judges]
    test = _by_errors if one.task is Task.REGRESSION else _by_hits
    return {
        **known,
        "reason": None,
        "scores": [None if score is None else short(score) for score in scores],
        "difference": None if difference is None else short(difference),
        "interval": None if interval is None else [short(end) for end in interval],
        **test(mine, theirs),
    }


def _reason(one: Candidate, other: Candidate, mine: pd.DataFrame, theirs: pd.DataFrame, metric: str) -> str | None:
    if one.task is not other.task:
        return "One predicts amounts and the other classes."
    if one.target != other.target:
        return f"One predicts {one.target}, the other {other.target}."
    if METRICS[metric].task is not one.task:
        return f"{METRICS[metric].name} is no score of theirs."
    return _reason_of_rows(one.target, mine, theirs)


def _reason_of_rows(target: str, mine: pd.DataFrame, theirs: pd.DataFrame) -> str | None:
    rows = len(mine)
    if rows == 0:
        return "No row is new to both: each has learnt from the rows the other was judged on."
    if rows < FEWEST_COMMON:
        return f"Only {rows} {'row is' if rows == 1 else 'rows are'} new to both; at least {FEWEST_COMMON} are needed."
    if not np.array_equal(mine["actual"].to_numpy(), theirs["actual"].to_numpy()):
        return f"The rows they have in common differ in {target}, so they are not of the same table."
    return None


def _judge(candidate: Candidate, table: pd.DataFrame) -> Sums:
    actual, predicted = table["actual"].to_numpy(), table["prediction"].to_numpy()
    if candidate.task is Task.REGRESSION:
        return AmountSums(actual, predicted)
    shares = table[[f"p{place}" for place in range(len(candidate.classes))]].to_numpy()
    labels = np.array(candidate.classes, dtype=object)
    exact = len(actual) <= MOST_UNITS
    return ClassSums(actual, predicted, shares, labels, candidate.positive, exact_ranks=exact)


def _difference(judges: Sequence[Sums], rows: int, metric: str) -> tuple[float | None, Interval | None]:
    """How much better the first is, and how far that may be off."""
    better = 1 if METRICS[metric].better == "higher" else -1
    scores = [score_once(judge).get(metric) for judge in judges]
    if any(score is None or not np.isfinite(score) for score in scores):
        return None, None
    first, second = (np.float64(score or 0.0) for score in scores)
    drawn = [each[metric] for each in resampled(judges, rows)]
    difference, values = float(better * (first - second)), better * (drawn[0] - drawn[1])
    if rows > _FEW_ROWS:
        return difference, percentile_interval(values, rows)
    without = [left_out(judge)[metric] for judge in judges]
    return difference, percentile_interval(
        values, rows, skew_of(values, difference, better * (without[0] - without[1]))
    )


def _by_hits(mine: pd.DataFrame, theirs: pd.DataFrame) -> dict[str, Any]:
    right, others = ((table["actual"] == table["prediction"]).to_numpy() for table in (mine, theirs))
    wins = int(np.sum(right & ~others)), int(np.sum(others & ~right))
    return {"test": "mcnemar", "wins": [*wins], "p_value": mcnemar(*wins)}


def _by_errors(mine: pd.DataFrame, theirs: pd.DataFrame) -> dict[str, Any]:
    off, others = ((table["actual"] - table["prediction"]).abs().to_numpy() for table in (mine, theirs))
    wins = [int(np.sum(off < others)), int(np.sum(others < off))]
    return {"test": "wilcoxon", "wins": wins, "p_value": signed_ranks(off, others)}


def _sentence(pair: dict[str, Any]) -> str:
    what = "right" if pair["test"] == "mcnemar" else "closer"
    alone = "for {:,} where {} is not" if what == "right" else "for {:,} where {} is further off"
    mine, theirs = pair["wins"]
    told = (
        f"On {pair['rows']:,} rows new to both, {pair['one']} is {what} {alone.format(mine, pair['other'])}, "
        f"and {pair['other']} {alone.format(theirs, pair['one'])}"
    )
    verdict = "more than chance would do" if pair["p_adjusted"] < MOST_LIKELY_CHANCE else "which may be chance"
    return f"{told}: {verdict}."
