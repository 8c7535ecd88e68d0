import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.inner import crossed, whole_parts
from ml.schema import Task
from ml.splits import Grounds
from tests.ml.test_splits import COUNTS, ROWS, SEEDS, TASKS, grouped, timed


def cuts(grounds, count=5, seed=0):
    return crossed(grounds, whole_parts(grounds, count, seed=seed))


@given(rows=ROWS, task=TASKS, seed=SEEDS, count=COUNTS, groups=st.integers(1, 30))
def test_every_row_is_answered_for_once_by_other_groups(rows, task, seed, count, groups):
    grounds = grouped(rows, task, seed, groups)

    found = cuts(grounds, count, seed)

    there = len({*grounds.groups})
    assert sorted(np.concatenate([cut.test for cut in found])) == list(range(rows))
    assert len(found) == min(count, there)
    for cut in found:
        assert {*grounds.groups[cut.train]} & {*grounds.groups[cut.test]} == set()
        assert len(cut.train) == (rows - len(cut.test) if there > 1 else 0)


@given(rows=ROWS, task=TASKS, seed=SEEDS, count=COUNTS, moments=st.integers(1, 30))
def test_every_row_is_answered_for_once_by_all_earlier_rows(rows, task, seed, count, moments):
    grounds = timed(rows, task, seed, moments)

    found = cuts(grounds, count, seed)

    assert sorted(np.concatenate([cut.test for cut in found])) == list(range(rows))
    assert len(found) == min(count, len({*grounds.moments}))
    for cut in found:
        start = grounds.moments[cut.test].min()
        assert cut.train.tolist() == np.flatnonzero(grounds.moments < start).tolist()


def test_two_groups_answer_for_each_other():
    groups = np.array([7, 3, 7, 3, 3])

    found = cuts(Grounds(values=np.arange(5.0), task=Task.REGRESSION, groups=groups))

    assert {(tuple(cut.train.tolist()), tuple(cut.test.tolist())) for cut in found} == {
        ((1, 3, 4), (0, 2)),
        ((0, 2), (1, 3, 4)),
    }
