"""Associations of columns, against those of SciPy."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats

from ml.schema import Column, Dtype, Role
from ml.tables.associating import association_matrix, correlation_ratio, cramers_v
from ml.tables.sampling import SampledColumn


def sampled(values, dtype="number"):
    column = Column(name="x", dtype=Dtype(dtype), role=Role.FEATURE, missing=0, unique=len(set(values)))
    return SampledColumn(column, pa.array(values, from_pandas=True))


def pair(first, second):
    matrix = association_matrix([first, second])
    assert matrix[0, 1] == matrix[1, 0]
    assert np.diag(matrix).tolist() == [1, 1]
    return matrix[0, 1]


@pytest.fixture
def random():
    return np.random.default_rng(3)


def test_numbers_have_spearmans_correlation(random):
    x = random.integers(0, 50, 500)
    y = -(x**2) + random.normal(0, 300, 500)

    assert pair(sampled(x.tolist()), sampled(y.tolist())) == pytest.approx(abs(stats.spearmanr(x, y)[0]), abs=1e-9)


def test_gaps_leave_the_ranks_of_a_column_as_they_are(random):
    x = random.normal(size=400)
    y = np.where(random.random(400) < 0.3, np.nan, x + random.normal(size=400))
    ranks = pd.DataFrame({"x": x, "y": y}).rank()

    found = pair(sampled(x.tolist()), sampled(y.tolist()))

    assert found == pytest.approx(abs(ranks["x"].corr(ranks["y"])), abs=1e-9)


def test_words_have_cramers_v_without_its_bias(random):
    x = random.choice(list("abc"), 600)
    y = np.where(random.random(600) < 0.4, x, random.choice(list("abcd"), 600))
    table = pd.crosstab(x, y)
    (rows, columns), n = table.shape, 600
    phi2 = stats.chi2_contingency(table, correction=False)[0] / n - (rows - 1) * (columns - 1) / (n - 1)
    least = min(each - (each - 1) ** 2 / (n - 1) for each in (rows, columns)) - 1

    found = pair(sampled(x.tolist(), "category"), sampled(y.tolist(), "category"))

    assert found == pytest.approx(np.sqrt(phi2 / least), abs=1e-9)


def test_words_with_many_levels_are_counted_alike(random):
    x = random.integers(0, 1500, 4000)
    y = np.where(random.random(4000) < 0.5, x, random.integers(0, 1500, 4000))

    assert cramers_v(x, y) == pytest.approx(cramers_v(x * 1000, y * 1000), abs=1e-12)
    assert cramers_v(x, random.permutation(x)) < 0.1


def test_numbers_and_words_have_the_ratio_of_kruskal_and_wallis(random):
    groups = random.integers(0, 4, 300)
    numbers = groups + random.normal(0, 1, 300)
    h = stats.kruskal(*[numbers[groups == group] for group in range(4)])[0]
    eta2 = h / 299
    epsilon2 = 1 - (1 - eta2) * 299 / 296

    found = pair(sampled(groups.tolist(), "category"), sampled(numbers.tolist()))

    assert found == pytest.approx(np.sqrt(epsilon2), abs=1e-9)


def test_copies_are_one_and_noise_is_near_none(random):
    x, noise = random.normal(size=2000), random.normal(size=2000)
    words = random.choice(list("abcdefgh"), 2000)
    names = [f"n{i}" for i in range(2000)]

    assert pair(sampled(x.tolist()), sampled(np.exp(x).tolist())) == pytest.approx(1)
    assert pair(sampled(words.tolist(), "category"), sampled([word * 2 for word in words], "category")) == 1
    assert pair(sampled(x.tolist()), sampled(noise.tolist())) < 0.1
    assert pair(sampled(names, "category"), sampled(x.tolist())) == 0
    assert pair(sampled(names, "category"), sampled(words.tolist(), "category")) == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (([1.0, None, None], "number"), ([None, 2.0, None], "number")),
        (([5.0, 5.0, 5.0], "number"), ([1.0, 2.0, 3.0], "number")),
        ((["a", None], "category"), ([None, "b"], "category")),
        ((["a", "a"], "category"), ([1.0, 2.0], "number")),
        (([None, None], "number"), (["a", "b"], "category")),
        (([True, None], "boolean"), ([True, False], "boolean")),
    ],
)
def test_too_few_rows_with_both_values_are_no_association(first, second):
    assert pair(sampled(*first), sampled(*second)) == 0


def test_huge_numbers_and_large_offsets_keep_their_precision():
    x = [1e15 + i for i in range(50)]

    assert pair(sampled(x), sampled([1e300 * i for i in range(50)])) == pytest.approx(1, abs=1e-12)


def test_ratio_and_v_leave_out_what_is_missing():
    codes = np.array([0, 0, 1, 1, -1, 0])

    assert correlation_ratio(codes, np.array([1.0, 1.0, 2.0, 2.0, 9.0, np.nan])) == 1
    assert cramers_v(codes, np.array([1, 1, 0, 0, 0, -1])) == 1
