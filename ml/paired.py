"""Tests of two models on the same rows: whether one is better, or only luckier."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.stats import binomtest, permutation_test, rankdata, wilcoxon

# Of up to 13 groups all ways to flip their signs are gone through, of more as many by chance. Beyond 500 groups,
# bunches of them are flipped: were the models alike, these might as well be the other way round too.
_FLIPS = 9_999
_MOST_FLIPPED = 500
_AT_ONCE = 1_000_000  # signs: 8 MB


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


def signs_of_groups(differences: Any, groups: Any, *, seed: int = 0) -> float:
    """The two-sided p-value of two models doing as well, where rows of one group are not independent of each other.

    `differences` of shape (rows,) say by how much one did better than the other, and `groups` of which group each row
    is. Were the two alike, all differences of a group might as well be the other way round: their signed ranks are
    summed by group and the signs of these sums flipped in every way, or in 9,999 by chance (Rosner, Glynn and Lee 2006,
    Biometrics 62(1)). Differences of right and wrong are all of one rank, so what is flipped then are the counts that
    McNemar's test compares.

    >>> signs_of_groups(np.array([1, 1, 1, 1, 1, 1, 0]), np.array([0, 1, 2, 3, 4, 5, 5]))
    0.03125
    """
    unlike = differences != 0
    ranks = np.sign(differences[unlike]) * rankdata(np.abs(differences[unlike]))
    _, group = np.unique(groups[unlike], return_inverse=True)
    sums = np.bincount(group, weights=ranks)
    sums = sums[sums != 0]
    random = np.random.default_rng(seed)
    if len(sums) > _MOST_FLIPPED:
        sums = np.bincount(random.permutation(np.arange(len(sums)) % _MOST_FLIPPED), weights=sums)
    if len(sums) < 2:
        return 1.0
    at_once = max(1, _AT_ONCE // len(sums))
    found = permutation_test((sums,), np.sum, permutation_type="samples", n_resamples=_FLIPS, batch=at_once, rng=random)
    return float(found.pvalue)


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


def tied(groupings: Sequence[Any]) -> Any:
    """The groups of rows that any of the groupings ties together, as codes; None where there is none.

    Two groupings may be of different columns, and the same may have other codes: groups of the one and of the other
    that share a row are linked, and what is linked is one.
    """
    if not groupings:
        return None
    first, last = (np.unique(each, return_inverse=True)[1] for each in (groupings[0], groupings[-1]))
    size = int(first.max(initial=-1)) + 1
    links = (np.ones(len(first)), (first, size + last))
    linked = csr_array(links, shape=(size + int(last.max(initial=-1)) + 1,) * 2)
    return connected_components(linked, directed=False)[1][first]
