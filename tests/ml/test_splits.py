import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ml.errors import CannotFit
from ml.schema import Task
from ml.splits import Cut, Grounds, folds, held_out

ROWS = st.integers(12, 120)
SEEDS = st.integers(0, 2**32 - 1)
COUNTS = st.integers(2, 6)
TASKS = st.sampled_from(list(Task))


def targets(rows, task, seed):
    random = np.random.default_rng(seed)
    return (
        random.normal(size=rows) if task is Task.REGRESSION else random.choice(["a", "b", "c"], rows, p=[0.5, 0.3, 0.2])
    )


def grouped(rows, task, seed, groups):
    codes = np.random.default_rng(seed + 1).integers(0, groups, rows)
    return Grounds(values=targets(rows, task, seed), task=task, groups=codes)


def timed(rows, task, seed, moments):
    times = np.random.default_rng(seed + 1).integers(0, moments, rows) * 1_000_000
    return Grounds(values=targets(rows, task, seed), task=task, moments=times)


def sides(cut: Cut):
    return {*cut.train.tolist()}, {*cut.test.tolist()}


def parts_all(cut: Cut, rows):
    train, test = sides(cut)
    return not train & test and len(train) + len(test) == rows == len(train | test) and train and test


@given(rows=ROWS, task=TASKS, seed=SEEDS, count=COUNTS, repeats=st.integers(1, 3))
def test_every_row_is_judged_once_in_each_repeat(rows, task, seed, count, repeats):
    grounds = Grounds(values=targets(rows, task, seed), task=task)

    cuts = list(folds(grounds, count, repeats=repeats, seed=seed))

    assert [(cut.repeat, cut.fold) for cut in cuts] == [
        (repeat, fold) for repeat in range(1, repeats + 1) for fold in range(1, count + 1)
    ]
    assert all(parts_all(cut, rows) for cut in cuts)
    for repeat in range(1, repeats + 1):
        judged = np.concatenate([cut.test for cut in cuts if cut.repeat == repeat])
        assert sorted(judged.tolist()) == list(range(rows))


@given(rows=ROWS, seed=SEEDS, count=COUNTS)
def test_folds_keep_the_shares_of_classes(rows, seed, count):
    values = targets(rows, Task.CLASSIFICATION, seed)

    for cut in folds(Grounds(values=values, task=Task.CLASSIFICATION), count, seed=seed):
        for label in "abc":
            assert abs(np.sum(values[cut.test] == label) - np.sum(values == label) / count) < 2


@given(rows=ROWS, task=TASKS, seed=SEEDS, count=COUNTS, groups=st.integers(2, 40))
def test_no_group_is_on_both_sides(rows, task, seed, count, groups):
    grounds = grouped(rows, task, seed, groups)
    assume(count <= grounds.most_folds)

    cuts = list(folds(grounds, count, seed=seed))

    assert all(parts_all(cut, rows) for cut in cuts)
    assert sorted(np.concatenate([cut.test for cut in cuts]).tolist()) == list(range(rows))
    for cut in [*cuts, held_out(grounds, train_percentage=80, seed=seed)]:
        assert {*grounds.groups[cut.train].tolist()} & {*grounds.groups[cut.test].tolist()} == set()


@given(rows=ROWS, task=TASKS, seed=SEEDS, count=COUNTS, moments=st.integers(2, 40))
def test_what_judges_is_later_than_all_that_was_learnt_from(rows, task, seed, count, moments):
    grounds = timed(rows, task, seed, moments)
    assume(count <= grounds.most_folds)

    cuts = list(folds(grounds, count, seed=seed))

    for cut in [*cuts, held_out(grounds, train_percentage=80, seed=seed)]:
        assert grounds.moments[cut.train].max() < grounds.moments[cut.test].min()
    judged = np.concatenate([cut.test for cut in cuts])
    assert len({*judged.tolist()}) == len(judged)
    never = np.setdiff1d(np.arange(rows), judged)
    assert grounds.moments[never].max() < grounds.moments[judged].min()


@given(rows=ROWS, task=TASKS, seed=SEEDS, share=st.integers(10, 95), groups=st.integers(2, 40))
def test_a_part_held_out_leaves_rows_on_both_sides(rows, task, seed, share, groups):
    by_group, in_time = grouped(rows, task, seed, groups), timed(rows, task, seed, groups)
    assume(len(np.unique(by_group.groups)) > 1)
    assume(len(np.unique(in_time.moments)) > 1)

    for grounds in (by_group, in_time, Grounds(values=by_group.values, task=task)):
        assert parts_all(held_out(grounds, train_percentage=share, seed=seed), rows)


@pytest.mark.parametrize("task", list(Task))
def test_whole_groups_come_near_the_share_asked_for(task):
    grounds = grouped(1000, task, 3, groups=200)

    held = {share: len(held_out(grounds, train_percentage=share, seed=3).test) for share in (50, 80, 90)}

    assert held[50] == pytest.approx(500, abs=40)
    assert held[80] == pytest.approx(200, abs=40)
    assert held[90] == pytest.approx(100, abs=40)


@pytest.mark.parametrize(
    "make", [lambda: grouped(100, Task.CLASSIFICATION, 1, 20), lambda: timed(100, Task.REGRESSION, 1, 9)]
)
def test_the_same_seed_parts_the_same_way(make):
    first, second = (list(folds(make(), 4, repeats=2, seed=7)) for _ in range(2))

    assert all(np.array_equal(one.test, other.test) for one, other in zip(first, second, strict=True))


def test_repeats_part_anew():
    grounds = Grounds(values=targets(60, Task.REGRESSION, 0), task=Task.REGRESSION)

    first, _, second, _ = folds(grounds, 2, repeats=2, seed=7)

    assert sides(first)[1] != sides(second)[1]


@pytest.mark.parametrize(
    ("grounds", "words"),
    [
        ({"groups": np.zeros(20)}, "All rows are of the same group"),
        ({"moments": np.zeros(20)}, "All rows are of the same moment"),
    ],
)
def test_rows_that_cannot_be_parted_are_refused(grounds, words):
    with pytest.raises(CannotFit, match=words):
        held_out(Grounds(values=np.arange(20.0), task=Task.REGRESSION, **grounds), train_percentage=80, seed=1)


def test_many_groups_are_parted_by_chance_and_still_whole():
    random = np.random.default_rng(5)
    values, groups = random.choice(["a", "b"], 9_000), random.integers(0, 3_000, 9_000)
    grounds = Grounds(values=values, task=Task.CLASSIFICATION, groups=groups)

    cut = held_out(grounds, train_percentage=80, seed=5)

    assert len(cut.test) == pytest.approx(1_800, abs=60)
    assert {*groups[cut.train].tolist()} & {*groups[cut.test].tolist()} == set()
    assert np.mean(values[cut.test] == "a") == pytest.approx(np.mean(values == "a"), abs=0.05)
