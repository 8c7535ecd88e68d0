from itertools import product

import numpy as np
import pytest
from scipy.stats import binom, rankdata, wilcoxon

from ml import paired
from ml.paired import holm, mcnemar, signed_ranks, signs_of_groups, tied


@pytest.mark.parametrize(("one", "other"), [(3, 9), (0, 6), (5, 5), (40, 22)])
def test_mcnemar_is_the_exact_binomial_of_both_sides(one, other):
    both = 2 * binom.cdf(min(one, other), one + other, 0.5)

    assert mcnemar(one, other) == pytest.approx(min(both, 1), abs=1e-12)


def test_signs_of_groups_are_flipped_in_every_way():
    random = np.random.default_rng(3)
    differences, groups = random.normal(0.4, 1, 40).round(1), random.integers(0, 8, 40)

    found = signs_of_groups(differences, groups)

    known = differences[differences != 0]
    ranks = np.sign(known) * rankdata(np.abs(known))
    sums = np.array([ranks[groups[differences != 0] == group].sum() for group in range(8)])
    every = [abs(np.dot(signs, sums)) >= abs(sums.sum()) for signs in product([-1, 1], repeat=8)]
    assert found == pytest.approx(np.mean(every))


def test_groups_of_one_row_are_tested_as_rows_are():
    random = np.random.default_rng(1)
    differences, hits = random.normal(0.3, 1, 12), np.array([1] * 9 + [-1] * 2 + [0] * 5)

    assert signs_of_groups(differences, np.arange(12)) == pytest.approx(wilcoxon(differences, method="exact").pvalue)
    assert signs_of_groups(hits, np.arange(16)) == pytest.approx(mcnemar(9, 2))


def test_models_alike_but_for_whole_groups_are_told_apart_by_chance_no_more_than_said():
    def p_values(seed):
        random, who = np.random.default_rng(seed), np.repeat(np.arange(9), 20)
        better = random.normal(0, 1, 9)[who] + random.normal(0, 0.5, 180)
        return signs_of_groups(better, who), signed_ranks(better, np.zeros(180)), mcnemar(*by_sign(better))

    by_groups, *by_rows = (np.array([p_values(seed) for seed in range(150)]) < 0.05).mean(axis=0)

    assert by_groups == pytest.approx(0.05, abs=0.03)
    assert min(by_rows) > 0.5


def by_sign(differences):
    return int(np.sum(differences > 0)), int(np.sum(differences < 0))


def test_bunches_of_many_groups_tell_what_the_groups_do(monkeypatch):
    random = np.random.default_rng(5)
    differences, groups = random.normal(0.08, 1, 2_000), np.arange(2_000) % 400
    one_by_one = signs_of_groups(differences, groups)
    monkeypatch.setattr(paired, "_MOST_FLIPPED", 100)

    assert signs_of_groups(differences, groups) == pytest.approx(one_by_one, abs=0.01)
    assert 0 < one_by_one < 0.02


@pytest.mark.parametrize("differences", [[0, 0, 0, 0], [1, -1, 2, -2], [1, 1, 0, 0]])
def test_groups_of_which_less_than_two_differ_tell_nothing(differences):
    assert signs_of_groups(np.array(differences), np.array([0, 0, 1, 1])) == 1


def test_rows_tied_by_either_of_two_are_together():
    one, other = np.array([0, 0, 1, 2, 3]), np.array(["d", "a", "a", "b", "c"])

    assert tied([one, other]).tolist() == [0, 0, 0, 1, 2]
    assert tied([one]).tolist() == [0, 0, 1, 2, 3]
    assert tied([]) is None
    assert tied([np.array([]), np.array([])]).tolist() == []


def test_holm_never_lowers_and_keeps_the_order():
    assert holm([0.04, 0.001, 0.03, 0.9]) == pytest.approx([0.09, 0.004, 0.09, 0.9])
    assert holm([]) == []
