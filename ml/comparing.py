"""Whether one model is better than another, or only luckier: tests on the rows that both have not seen.

Files are those a fit leaves (`ml.fitting.fit`): `row`, `actual`, `prediction`, and `p0`, `p1` … of classes. Two models
are compared on the rows they have in common, pair by pair of answers, so that what makes a row hard for both cancels.

Where a file says which rows are of one `group`, they are no evidence independent of each other, for whichever model:
whole groups are drawn for intervals and change sides in tests. Two files may have groups of different kinds; rows that
either ties together are then together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from ml.evaluation.percentiles import Interval, percentile_interval, skew_of
from ml.evaluation.plain import short
from ml.evaluation.resampling import FEWEST_GROUPS, MOST_UNITS, left_out, resampled, score_once
from ml.evaluation.sums import AmountSums, Arrays, ClassSums, Sums, SumsOfGroups
from ml.metrics import METRICS
from ml.paired import holm, mcnemar, signed_ranks, signs_of_groups, tied
from ml.schema import Task

FEWEST_COMMON = 10
MOST_LIKELY_CHANCE = 0.05

_FEW_UNITS = 1_000
_AREAS = {"roc_auc", "pr_auc"}


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

    Returns, fit for JSON, for each pair `{"one", "other", "rows", "groups", "rows_judged", "metric", "reason"}`: `rows`
    are those in common and `groups` how many groups they are of, None where each row stands for itself; `rows_judged`
    [of one, of other] all that each held out; `reason` says why the two cannot be compared and is None where they can.
    Then also

    * `scores`: [of one, of other], on the rows in common;
    * `difference`: by how much one is better than the other, negative when worse, and `interval`, its 95 % interval
      by the paired bootstrap, [low, high] or None;
    * `test` ("mcnemar": exact, of which is right; "wilcoxon": signed ranks of the absolute errors; "signs_of_groups":
      either, by whole groups), `p_value`, and `p_adjusted` for as many pairs as could be compared (Holm 1979,
      Scandinavian Journal of Statistics 6);
    * `wins`: [rows only one is right for, or closer; rows of the other];
    * `sentence`.
    """
    candidates, tables = _numbered(candidates, [_read_judged(each.path) for each in candidates])
    couples = [_couple(candidates, tables, places, metric) for places in combinations(range(len(candidates)), 2)]
    sides = _sides(candidates, tables, couples, metric)
    pairs = [_pair(candidates, tables, couple, sides, metric) for couple in couples]
    compared = [pair for pair in pairs if pair["reason"] is None]
    for pair, adjusted in zip(compared, holm([pair["p_value"] for pair in compared]), strict=True):
        pair["p_adjusted"] = adjusted
        pair["sentence"] = _sentence(pair)
    return pairs


def _read(path: Path, *columns: str, if_known: Sequence[str] = ()) -> pd.DataFrame:
    """The rows of a file by their place in the table, each once."""
    there = pq.read_schema(path).names if if_known else []
    table = pd.read_parquet(path, columns=["row", *columns, *(each for each in if_known if each in there)])
    return table.drop_duplicates("row").set_index("row").sort_index()


def _read_judged(path: Path) -> pd.DataFrame:
    """What was, what the model says and, in files that know it, the group of each row."""
    return _read(path, "actual", "prediction", if_known=["group"])


def _numbered(
    candidates: Sequence[Candidate], tables: Sequence[pd.DataFrame]
) -> tuple[list[Candidate], list[pd.DataFrame]]:
    """The same with numbers for classes, alike in all tables: they are compared many times, and words take long."""
    numbers: dict[Any, int] = {}

    def number(label: Any) -> int:
        return numbers.setdefault(label, len(numbers))

    def column(labels: pd.Series) -> Any:
        codes, known = pd.factorize(labels)
        return np.array([number(label) for label in known.tolist()])[codes]

    found, coded = [*candidates], [*tables]
    for place, each in enumerate(candidates):
        if each.task is Task.CLASSIFICATION:
            table = tables[place]
            coded[place] = table.assign(actual=column(table["actual"]), prediction=column(table["prediction"]))
            positive = None if each.positive is None else number(each.positive)
            found[place] = replace(each, classes=[number(label) for label in each.classes], positive=positive)
    return found, coded


@dataclass(frozen=True, slots=True, kw_only=True)
class _Couple:
    """Two of the models by their places, the rows that both held out, and why they cannot be compared, if so.

    `groups` is the group of each row as a code from 0, None where neither file knows it.
    """

    one: int
    other: int
    rows: pd.Index
    groups: Any
    reason: str | None

    @property
    def key(self) -> bytes:
        """What is drawn: these rows, in these groups."""
        return self.rows.to_numpy().tobytes() + (b"" if self.groups is None else self.groups.tobytes())

    @property
    def count_groups(self) -> int | None:
        return None if self.groups is None else int(self.groups.max(initial=-1)) + 1

    @property
    def units(self) -> int:
        """What stands for itself: the groups, or else the rows."""
        return len(self.rows) if self.count_groups is None else self.count_groups


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One model on some rows: its score, those of the draws, and of few rows those without each row in turn."""

    score: float | None
    drawn: Any
    without: Any


def _couple(
    candidates: Sequence[Candidate], tables: Sequence[pd.DataFrame], places: tuple[int, int], metric: str
) -> _Couple:
    one, other = places
    rows = tables[one].index.intersection(tables[other].index)
    mine, theirs = _at(tables[one], rows), _at(tables[other], rows)
    groups = tied([table["group"].to_numpy() for table in (mine, theirs) if "group" in table])
    couple = _Couple(one=one, other=other, rows=rows, groups=groups, reason=None)
    reason = (
        _reason(candidates[one], candidates[other], metric)
        or _reason_of_rows(candidates[one].target, mine, theirs)
        or _reason_of_groups(couple.count_groups)
    )
    return replace(couple, reason=reason)


def _at(table: pd.DataFrame, rows: pd.Index) -> pd.DataFrame:
    """The rows in common, which are mostly all of them: nothing is copied then."""
    return table if len(rows) == len(table) else table.loc[rows]


def _sides(
    candidates: Sequence[Candidate], tables: Sequence[pd.DataFrame], couples: Sequence[_Couple], metric: str
) -> dict[tuple[int, bytes], _Side]:
    """Each model on each set of rows it is compared on.

    Rows are drawn once for all models that share them, mostly for all there are, and not for each two of them.
    """
    shared: dict[bytes, set[int]] = {}
    for couple in couples:
        if couple.reason is None:
            shared.setdefault(couple.key, set()).update((couple.one, couple.other))
    which = {couple.key: couple for couple in couples}
    sides: dict[tuple[int, bytes], _Side] = {}
    for key, alike in shared.items():
        places, rows, groups = sorted(alike), which[key].rows, which[key].groups
        judges = [_judge(candidates[place], _at(tables[place], rows), metric) for place in places]
        if groups is not None:
            judges = [SumsOfGroups(judge, groups) for judge in judges]
        units = which[key].units
        for place, judge, drawn in zip(places, judges, resampled(judges, units), strict=True):
            sides[place, key] = _side(judge, drawn, units, metric)
    return sides


def _side(judge: Sums, drawn: Arrays, units: int, metric: str) -> _Side:
    score = score_once(judge).get(metric)
    known = score is not None and np.isfinite(score)
    return _Side(
        score=score,
        drawn=drawn[metric] if known else None,
        without=left_out(judge)[metric] if known and units <= _FEW_UNITS else None,
    )


def _pair(
    candidates: Sequence[Candidate],
    tables: Sequence[pd.DataFrame],
    couple: _Couple,
    sides: Mapping[tuple[int, bytes], _Side],
    metric: str,
) -> dict[str, Any]:
    one, other = couple.one, couple.other
    known = {
        "one": candidates[one].name,
        "other": candidates[other].name,
        "rows": len(couple.rows),
        "groups": couple.count_groups,
        "rows_judged": [len(tables[one]), len(tables[other])],
        "metric": metric,
        "reason": couple.reason,
    }
    if couple.reason:
        return known
    mine, theirs = sides[one, couple.key], sides[other, couple.key]
    difference, interval = _difference(mine, theirs, couple.units, metric)
    if couple.groups is not None and interval is not None and interval[0] == interval[1]:
        interval = None  # groups that do not differ, though rows may: no certainty
    test = _by_errors if candidates[one].task is Task.REGRESSION else _by_hits
    return {
        **known,
        "scores": [None if side.score is None else short(side.score) for side in (mine, theirs)],
        "difference": None if difference is None else short(difference),
        "interval": None if interval is None else [short(end) for end in interval],
        **test(_at(tables[one], couple.rows), _at(tables[other], couple.rows), couple.groups),
    }


def _reason(one: Candidate, other: Candidate, metric: str) -> str | None:
    if one.task is not other.task:
        return "One predicts amounts and the other classes."
    if one.target != other.target:
        return f"One predicts {one.target}, the other {other.target}."
    if METRICS[metric].task is not one.task:
        return f"{METRICS[metric].name} is no score of theirs."
    return None


def _reason_of_rows(target: str, mine: pd.DataFrame, theirs: pd.DataFrame) -> str | None:
    rows = len(mine)
    if rows == 0:
        return "No row is new to both: each has learnt from the rows the other was judged on."
    if rows < FEWEST_COMMON:
        return f"Only {rows} {'row is' if rows == 1 else 'rows are'} new to both; at least {FEWEST_COMMON} are needed."
    if not np.array_equal(mine["actual"].to_numpy(), theirs["actual"].to_numpy()):
        return f"The rows they have in common differ in {target}, so they are not of the same table."
    return None


def _reason_of_groups(groups: int | None) -> str | None:
    if groups is None or groups >= FEWEST_GROUPS:
        return None
    return (
        f"The rows new to both are of only {groups} {'group' if groups == 1 else 'groups'}; at least {FEWEST_GROUPS} "
        "are needed, as rows of one group go together."
    )


def _judge(candidate: Candidate, table: pd.DataFrame, metric: str) -> Sums:
    actual, predicted = table["actual"].to_numpy(), table["prediction"].to_numpy()
    if candidate.task is Task.REGRESSION:
        return AmountSums(actual, predicted)
    # Read here, of one model at a time: with many classes they take most of the memory.
    shares = _read(candidate.path, *(f"p{place}" for place in range(len(candidate.classes)))).loc[table.index]
    labels = np.array(candidate.classes)
    # Ranking anew each time takes long, and only areas need it.
    exact = len(actual) <= MOST_UNITS and metric in _AREAS
    return ClassSums(actual, predicted, shares.to_numpy(), labels, candidate.positive, exact_ranks=exact)


def _difference(mine: _Side, theirs: _Side, units: int, metric: str) -> tuple[float | None, Interval | None]:
    """How much better the first is, and how far that may be off."""
    if mine.drawn is None or theirs.drawn is None:
        return None, None
    better = 1 if METRICS[metric].better == "higher" else -1
    difference = float(better * (np.float64(mine.score or 0.0) - np.float64(theirs.score or 0.0)))
    values = better * (mine.drawn - theirs.drawn)
    if mine.without is None or theirs.without is None:
        return difference, percentile_interval(values, units)
    skew = skew_of(values, difference, better * (mine.without - theirs.without))
    return difference, percentile_interval(values, units, skew)


def _by_hits(mine: pd.DataFrame, theirs: pd.DataFrame, groups: Any) -> dict[str, Any]:
    right, others = ((table["actual"] == table["prediction"]).to_numpy() for table in (mine, theirs))
    wins = int(np.sum(right & ~others)), int(np.sum(others & ~right))
    if groups is not None:
        return _by_groups(right.astype(int) - others, wins, groups)
    return {"test": "mcnemar", "wins": [*wins], "p_value": mcnemar(*wins)}


def _by_errors(mine: pd.DataFrame, theirs: pd.DataFrame, groups: Any) -> dict[str, Any]:
    off, others = ((table["actual"] - table["prediction"]).abs().to_numpy() for table in (mine, theirs))
    wins = int(np.sum(off < others)), int(np.sum(others < off))
    if groups is not None:
        return _by_groups(others - off, wins, groups)
    return {"test": "wilcoxon", "wins": [*wins], "p_value": signed_ranks(off, others)}


def _by_groups(better: Any, wins: tuple[int, int], groups: Any) -> dict[str, Any]:
    return {"test": "signs_of_groups", "wins": [*wins], "p_value": signs_of_groups(better, groups)}


def _sentence(pair: dict[str, Any]) -> str:
    what = "closer" if METRICS[pair["metric"]].task is Task.REGRESSION else "right"
    alone = "for {:,} where {} is not" if what == "right" else "for {:,} where {} is further off"
    mine, theirs = pair["wins"]
    where = f"On {pair['rows']:,} rows{_of_groups(pair['groups'])} new to both"
    if mine == theirs == 0:
        as_far = "right for the same ones" if what == "right" else "equally far off for each"
        return f"{where}, {pair['one']} and {pair['other']} are {as_far}."
    told = (
        f"{where}, {pair['one']} is {what} {alone.format(mine, pair['other'])}, "
        f"and {pair['other']} {alone.format(theirs, pair['one'])}"
    )
    verdict = "more than chance would do" if pair["p_adjusted"] < MOST_LIKELY_CHANCE else "which may be chance"
    return f"{told}: {verdict}."


def _of_groups(groups: int | None) -> str:
    return "" if groups is None else f" of {groups:,} groups"
