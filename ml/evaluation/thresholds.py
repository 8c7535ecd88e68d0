"""Two classes at every threshold: one table of counts, from which curves, matrices and costs follow."""

from collections.abc import Mapping
from typing import Any, TypedDict

import numpy as np

MOST_THRESHOLDS = 200


class Thresholds(TypedDict):
    """Counts at each threshold, rising: a row counts as positive when its share is at least `at`.

    The last threshold lies above every share, so nothing is positive there.
    """

    at: list[float]
    tp: list[int]
    fp: list[int]
    tn: list[int]
    fn: list[int]


Point = tuple[float, float]


def thresholds_of(happened: Any, share: Any, *, used: float) -> Thresholds:
    """Count hits and misses at up to 200 thresholds.

    Parameters
    ----------
    happened : boolean array of shape (rows,), where the positive class was
    share : float array of shape (rows,), the share given to it
    used : the threshold that makes the model's own predictions; always among those counted, as is the best by f1

    Where shares are more, thresholds are spread evenly over the rows and over the positive rows, so that a rare class
    has its share of them.

    >>> found = thresholds_of(np.array([False, True, True]), np.array([0.1, 0.4, 0.8]), used=0.5)
    >>> found["at"][:3], found["tp"][:3], found["fp"][:3]
    ([0.1, 0.4, 0.5], [2, 2, 1], [1, 0, 0])
    """
    ordered, cases, others = np.sort(share), np.sort(share[happened]), np.sort(share[~happened])
    end = float(np.nextafter(ordered[-1], np.inf))
    at = np.unique([*_chosen(ordered, cases, others), used, end])
    tp, fp = _at_least(cases, at), _at_least(others, at)
    return {
        "at": at.tolist(),
        "tp": tp.tolist(),
        "fp": fp.tolist(),
        "tn": (len(others) - fp).tolist(),
        "fn": (len(cases) - tp).tolist(),
    }


def _chosen(ordered: Any, cases: Any, others: Any) -> Any:
    levels = np.unique(ordered)
    if len(levels) <= MOST_THRESHOLDS - 2:
        return levels
    half = (MOST_THRESHOLDS - 6) // 2
    tp, fp = _at_least(cases, levels), _at_least(others, levels)
    best = levels[np.argmax(2 * tp / (tp + fp + len(cases)))]
    some = [column[np.linspace(0, len(column) - 1, half).astype(int)] for column in (ordered, cases) if len(column)]
    return np.unique(np.concatenate([*some, [best, levels[0], levels[-1]]]))


def _at_least(ordered: Any, at: Any) -> Any:
    return len(ordered) - np.searchsorted(ordered, at, side="left")


def threshold_used(positive_is_first: bool) -> float:
    """The threshold of predicting the likelier class: of equal shares, the first class is predicted."""
    return 0.5 if positive_is_first else float(np.nextafter(0.5, 1))


def best_by_f1(found: Mapping[str, Any]) -> dict[str, float]:
    """The threshold with the best f1 as `{"at", "score"}`; chosen on the rows it is judged by, so a little flattered.

    >>> best_by_f1({"at": [0.1, 0.4, 0.5], "tp": [2, 2, 1], "fp": [1, 0, 0], "fn": [0, 0, 1]})
    {'at': 0.4, 'score': 1.0}
    """
    tp, wrong = np.array(found["tp"]), np.array(found["fp"]) + np.array(found["fn"])
    f1 = 2 * tp / np.maximum(2 * tp + wrong, 1)
    place = int(np.argmax(f1))
    return {"at": found["at"][place], "score": round(float(f1[place]), 6)}


def cheapest(thresholds: Mapping[str, Any], cost_fp: float, cost_fn: float) -> dict[str, float]:
    """The threshold at which false alarms and misses cost least, as `{"at", "place", "cost", "cost_per_row"}`.

    Of thresholds that cost the same, the highest: the fewest alarms.

    >>> table = {"at": [0.1, 0.4, 0.9], "tp": [2, 1, 0], "fp": [3, 1, 0], "tn": [0, 2, 3], "fn": [0, 1, 2]}
    >>> cheapest(table, cost_fp=1, cost_fn=5)
    {'at': 0.1, 'place': 0, 'cost': 3.0, 'cost_per_row': 0.6}
    """
    costs = cost_fp * np.array(thresholds["fp"], float) + cost_fn * np.array(thresholds["fn"], float)
    place = len(costs) - 1 - int(np.argmin(costs[::-1]))
    rows = sum(thresholds[key][0] for key in ("tp", "fp", "tn", "fn"))
    cost = float(costs[place])
    return {"at": thresholds["at"][place], "place": place, "cost": cost, "cost_per_row": cost / rows}


def roc_points(thresholds: Mapping[str, Any]) -> list[Point]:
    """(false positive rate, true positive rate) from (0, 0) to (1, 1); empty where a class is lacking.

    >>> roc_points({"tp": [2, 1, 0], "fp": [3, 1, 0]})
    [(0.0, 0.0), (0.3333333333333333, 0.5), (1.0, 1.0)]
    """
    tp, fp = thresholds["tp"][::-1], thresholds["fp"][::-1]
    if not tp[-1] or not fp[-1]:
        return []
    return [(false / fp[-1], true / tp[-1]) for true, false in zip(tp, fp, strict=True)]


def pr_points(thresholds: Mapping[str, Any]) -> list[Point]:
    """(recall, precision) by falling threshold, where anything is positive; empty without a case.

    >>> pr_points({"tp": [2, 1, 0], "fp": [3, 1, 0]})
    [(0.5, 0.5), (1.0, 0.4)]
    """
    tp, fp = thresholds["tp"][::-1], thresholds["fp"][::-1]
    if not tp[-1]:
        return []
    return [(true / tp[-1], true / (true + false)) for true, false in zip(tp, fp, strict=True) if true + false]
