import numpy as np
import pytest

from ml.algorithms.registry import get_algorithm
from ml.schema import Task
from tests.ml.algorithms.fits import EVERY, Watcher, a_setting, answers, learnt, some_rows

REGRESSORS = [key for key, task in EVERY if task is Task.REGRESSION]
TREES = ["decision_tree", "random_forest", "extra_trees"]


def learnt_in(key, unit, **params):
    """A regressor of the usual amounts, each of them so many times what it was."""
    x, y = some_rows(Task.REGRESSION)
    regressor = get_algorithm(key).build(a_setting(key, Task.REGRESSION, **params))
    get_algorithm(key).fit(regressor, x, unit * y, Watcher())
    return regressor


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("unit", [1e-12, 1e9])
@pytest.mark.parametrize("key", REGRESSORS)
def test_amounts_are_learnt_alike_in_any_unit(key, unit):
    x, y = some_rows(Task.REGRESSION)

    other = learnt_in(key, unit)

    assert other.score(x, unit * y) == pytest.approx(learnt(key, Task.REGRESSION).score(x, y), abs=0.01)


@pytest.mark.parametrize("key", TREES)
def test_small_amounts_give_the_very_trees_of_large_ones(key):
    unit = 2.0**-40

    small, usual = learnt_in(key, unit), learnt(key, Task.REGRESSION)

    assert np.array_equal(answers(small, Task.REGRESSION), unit * answers(usual, Task.REGRESSION))
    assert small.get_params() == usual.get_params()


def test_a_tree_of_small_amounts_is_pruned_by_their_own_unit():
    unit = 2.0**-40

    small = learnt_in("decision_tree", unit, ccp_alpha=1000.0 * unit**2)

    usual = learnt("decision_tree", Task.REGRESSION, ccp_alpha=1000.0)
    assert small.tree_.node_count == usual.tree_.node_count < learnt("decision_tree", Task.REGRESSION).tree_.node_count
    assert small.ccp_alpha == 1000.0 * unit**2
    assert small.tree_.impurity == pytest.approx(unit**2 * usual.tree_.impurity)


@pytest.mark.parametrize("key", TREES)
def test_amounts_at_the_edge_of_what_doubles_hold_are_learnt(key):
    x, _ = some_rows(Task.REGRESSION)

    assert np.ptp(learnt_in(key, 1e-158).predict(x)) > 0
