import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.algorithms.aside import set_aside
from ml.algorithms.registry import RowFacts
from ml.errors import CannotFit

SEEDS = st.integers(0, 2**32 - 1)


def some_classes(rows, seed):
    return np.random.default_rng(seed).choice(["a", "b", "c"], rows, p=[0.7, 0.25, 0.05])


@given(rows=st.integers(40, 200), seed=SEEDS, groups=st.integers(4, 40), classes=st.booleans())
def test_whole_groups_are_set_aside(rows, seed, groups, classes):
    y = some_classes(rows, seed) if classes else np.arange(float(rows))
    codes = np.arange(rows) % groups

    try:
        learnt, told = set_aside(y, RowFacts(groups=codes), seed=seed, classes=classes)
    except CannotFit:  # each group that was drawn has a class to itself
        return

    assert sorted([*learnt, *told]) == list(range(rows))
    assert {*codes[learnt]} & {*codes[told]} == set()
    assert not classes or {*y[told]} <= {*y[learnt]}


@given(rows=st.integers(20, 200), seed=SEEDS)
def test_the_latest_rows_are_set_aside(rows, seed):
    moments = np.random.default_rng(seed).permutation(rows)

    learnt, told = set_aside(np.arange(float(rows)), RowFacts(moments=moments), seed=seed, classes=False)

    assert len(told) == -(-rows // 10)
    assert moments[learnt].max() < moments[told].min()


def test_many_groups_come_near_a_tenth():
    groups = np.random.default_rng(0).integers(0, 100, 2000)

    _, told = set_aside(some_classes(2000, 1), RowFacts(groups=groups), seed=3, classes=True)

    assert len(told) == pytest.approx(200, abs=30)


def test_a_class_that_only_comes_late_is_learnt_from():
    y = np.array(["a", "b"] * 45 + ["a", "new"] * 5)

    learnt, told = set_aside(y, RowFacts(moments=np.arange(100)), seed=0, classes=True)

    assert told.tolist() == [90, 92, 94, 96, 98]
    assert "new" in y[learnt]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (RowFacts(), "sets rows aside, and there are too few rows"),
        (RowFacts(groups=np.zeros(3)), "sets whole groups of rows aside, and there are too few groups"),
        (RowFacts(groups=np.arange(3)), "sets whole groups of rows aside, and there are too few groups"),
        (RowFacts(moments=np.zeros(3)), "sets the latest rows aside, and there are too few moments"),
    ],
)
def test_without_a_row_to_set_aside_the_remedy_is_told(facts, words):
    with pytest.raises(CannotFit, match=f"{words} to learn from. Do without it, or add rows."):
        set_aside(np.array(["a", "b", "c"]), facts, seed=0, classes=True)
