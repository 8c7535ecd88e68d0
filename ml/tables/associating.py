"""How closely two columns go together, whatever their types: one number in 0..1."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.stats import rankdata

from ml.tables.sampling import SampledColumn

# A table of counts up to this size is counted in full, a larger one by the pairs that occur.
_MOST_CELLS = 1_000_000


def association_matrix(
    columns: Sequence[SampledColumn], *, report: Callable[[int, int], None] = lambda _done, _total: None
) -> Any:
    """The association of each pair of columns over the rows where both have a value.

    Numbers and dates count by their ranks among the values of their column, so that neither outliers nor the
    choice of a scale matter.

    * two columns of numbers: |Spearman's rank correlation| (Spearman 1904);
    * two of words: Cramér's V, corrected for bias (Bergsma 2013, Journal of the Korean Statistical Society 42);
    * numbers and words: the correlation ratio of the ranks, corrected for bias (Kelley 1935, PNAS 21: epsilon).

    The corrections keep columns with many levels from looking related by chance. Returns a symmetric array of
    shape (columns, columns) with 1 on the diagonal; 0 also where too few rows have both values.
    """
    count = len(columns)
    matrix = np.eye(count)
    numeric = [at for at, column in enumerate(columns) if column.is_numeric]
    ranks = {at: _ranks(columns[at].numbers) for at in numeric}
    if numeric:
        matrix[np.ix_(numeric, numeric)] = _correlations(np.column_stack([ranks[at] for at in numeric]))
    for at, column in enumerate(columns):
        if not column.is_numeric:
            for other in range(count):
                if columns[other].is_numeric:
                    matrix[at, other] = matrix[other, at] = correlation_ratio(column.words.codes, ranks[other])
                elif other < at:
                    pair = cramers_v(column.words.codes, columns[other].words.codes)
                    matrix[at, other] = matrix[other, at] = pair
        report(at + 1, count)
    return matrix


def cramers_v(first: Any, second: Any) -> float:
    """Cramér's V of two columns of codes (-1 is missing), corrected for bias.

    >>> cramers_v(np.array([0, 0, 1, 1, -1]), np.array([5, 5, 3, 3, 5]))
    1.0
    """
    known = (first >= 0) & (second >= 0)
    rows = int(known.sum())
    if rows < 2:
        return 0.0
    one, levels = _dense(first[known])
    other, other_levels = _dense(second[known])
    if min(levels, other_levels) < 2:
        return 0.0
    cells = one * other_levels + other
    if levels * other_levels <= _MOST_CELLS:
        counts = np.bincount(cells, minlength=levels * other_levels)
        kept = np.flatnonzero(counts)
        counts = counts[kept]
    else:
        kept, counts = np.unique(cells, return_counts=True)
    totals, other_totals = np.bincount(one), np.bincount(other)
    expected = totals[kept // other_levels] * other_totals[kept % other_levels].astype(np.float64)
    phi2 = float(np.sum(counts**2 / expected)) - 1
    phi2 = max(0.0, phi2 - (levels - 1) * (other_levels - 1) / (rows - 1))
    least = min(each - (each - 1) ** 2 / (rows - 1) for each in (levels, other_levels)) - 1
    # Where every row has a level of its own there is nothing left to tell a relation from chance.
    return float(min(1.0, np.sqrt(phi2 / least))) if least > 1e-12 else 0.0


def correlation_ratio(codes: Any, numbers: Any) -> float:
    """The share of the spread of `numbers` between the levels of `codes`, as its root, corrected for bias.

    Rows with code -1 or NaN are left out.

    >>> correlation_ratio(np.array([0, 0, 1, 1]), np.array([1.0, 1.0, 5.0, 5.0]))
    1.0
    """
    known = (codes >= 0) & ~np.isnan(numbers)
    groups, levels = _dense(codes[known])
    values = numbers[known]
    rows = len(values)
    if levels < 2 or rows <= levels:
        return 0.0
    values = values - values.mean()
    total = float(values @ values)
    if total == 0:
        return 0.0
    counts = np.bincount(groups)
    within = values - (np.bincount(groups, weights=values) / counts)[groups]
    epsilon2 = 1 - float(within @ within) / total * (rows - 1) / (rows - levels)
    return float(np.sqrt(max(0.0, epsilon2)))


def _ranks(numbers: Any) -> Any:
    """Ranks of shape (rows,), those of equal values averaged, NaN where missing."""
    ranks = np.full(len(numbers), np.nan)
    known = ~np.isnan(numbers)
    ranks[known] = rankdata(numbers[known])
    return ranks


def _correlations(values: Any) -> Any:
    """|Pearson's correlation| of the columns of `values`, each pair over the rows where both are known."""
    known = ~np.isnan(values)
    shares = known.astype(np.float64)
    rows = shares.T @ shares
    middles = np.nansum(values, axis=0) / np.maximum(known.sum(axis=0), 1)
    centred = np.where(known, values - middles, 0.0)
    sums = centred.T @ shares  # of the first of a pair, where the second is known
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = (centred**2).T @ shares - sums**2 / rows
        products = centred.T @ centred - sums * sums.T / rows
        # A column that is constant where the other is known has squares of rounding errors only.
        scale = 1e-12 * np.maximum((centred**2).sum(axis=0), 1e-300)[:, None]
        related = (squares > scale) & (squares.T > scale.T)
        found = np.where(related, np.abs(products) / np.sqrt(squares * squares.T), 0.0)
    found = np.clip(np.nan_to_num(found), 0.0, 1.0)
    np.fill_diagonal(found, 1.0)
    return np.maximum(found, found.T)


def _dense(codes: Any) -> tuple[Any, int]:
    """Codes without gaps, and how many different ones there are."""
    if len(codes) == 0:
        return codes, 0
    occurring = np.bincount(codes) > 0
    return (np.cumsum(occurring) - 1)[codes], int(occurring.sum())
