import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import log_loss

from ml.algorithms.registry import NO_FACTS, RowFacts, Wish, get_algorithm
from ml.errors import BadInput, CannotFit
from ml.schema import Task
from tests.ml.algorithms.fits import Watcher, a_setting, learnt
from tests.ml.factories import a_column

MACHINES = ["linear_svm", "rbf_svm"]


def fitted_to(key, classes, facts=NO_FACTS):
    """A machine fitted to one number that tells the classes apart, and who watched it."""
    algorithm, watcher = get_algorithm(key), Watcher()
    estimator = algorithm.build(a_setting(key, Task.CLASSIFICATION))
    x = np.array([[float(sorted(classes).index(each))] for each in classes])
    algorithm.fit(estimator, x, np.array(classes, dtype=object), watcher, facts)
    return estimator, watcher


@pytest.mark.parametrize("key", MACHINES)
def test_folds_are_counted_as_they_begin(key):
    watcher = Watcher()

    machine = learnt(key, Task.CLASSIFICATION, watcher)

    assert watcher.counts == [(done, 6, "fit") for done in (0, 1, 2, 3, 4, 6)]
    assert "__sklearn_clone__" not in vars(machine.calibrated_classifiers_[0].estimator)
    assert "__sklearn_clone__" not in vars(machine.estimator)


@pytest.mark.parametrize("key", MACHINES)
def test_a_rare_class_is_learnt_on_fewer_folds(key):
    machine, watcher = fitted_to(key, ["a"] * 20 + ["b"] * 20 + ["c"] * 3)

    assert machine.classes_.tolist() == ["a", "b", "c"]
    assert watcher.counts[-1] == (4, 4, "fit")


@pytest.mark.parametrize("key", MACHINES)
def test_a_class_of_one_row_is_refused_by_its_name(key):
    with pytest.raises(CannotFit) as error:
        fitted_to(key, ["a"] * 20 + ["Łódź"])

    assert error.value.detail.startswith("Łódź is the class of a single row to learn from, and this method needs two")


def visitors(people, seed):
    """Ten visits of each person, who can be told by the inputs and is of a class by chance."""
    random = np.random.default_rng(seed)
    who = np.repeat(np.arange(people), 10)
    return (random.normal(size=(people, 8)))[who] + random.normal(scale=0.05, size=(len(who), 8)), who % 2, who


@pytest.mark.parametrize("key", MACHINES)
def test_probabilities_of_groups_it_does_not_know_are_no_surer_than_it_can_be(key):
    x, y, who = visitors(20, seed=0)
    unseen_x, unseen_y, _ = visitors(400, seed=1)
    losses = []

    for facts in (NO_FACTS, RowFacts(groups=who)):
        machine = get_algorithm(key).build(a_setting(key, Task.CLASSIFICATION))
        get_algorithm(key).fit(machine, x, y, Watcher(), facts)
        losses.append(log_loss(unseen_y, machine.predict_proba(unseen_x)))

    by_chance, by_groups = losses
    assert by_chance > 1
    assert by_groups == pytest.approx(np.log(2), abs=0.05)


def folds_of(key, y, facts, monkeypatch):
    """Positions of the rows that each fold learns from and answers for."""
    found, set_params = [], CalibratedClassifierCV.set_params

    def heard(self, **params):
        if isinstance(params.get("cv"), list):
            found.extend(params["cv"])
        return set_params(self, **params)

    monkeypatch.setattr(CalibratedClassifierCV, "set_params", heard)
    machine, watcher = fitted_to(key, y, facts)
    assert watcher.counts[-1] == (len(found) + 1, len(found) + 1, "fit")
    assert machine.cv == len(found)
    return found


@pytest.mark.parametrize("key", MACHINES)
@pytest.mark.parametrize(
    ("y", "groups"),
    [
        (["a", "b"] * 20, [0] * 10 + [1] * 30),
        (["a", "b"] * 20, np.arange(40) // 5),
        (["a"] * 20 + ["b"] * 20, np.arange(40) // 10),
        (["a"] * 38 + ["b"] * 2, np.arange(40) % 39),
        (["a", "b"] * 2 + ["a", "c"] * 2 + ["b", "c"] * 2, np.arange(12) // 4),
    ],
)
def test_each_fold_is_of_whole_groups_and_learns_from_every_class(key, y, groups, monkeypatch):
    groups, y = np.array(groups), np.array(y, dtype=object)

    folds = folds_of(key, y, RowFacts(groups=groups), monkeypatch)

    assert sorted(np.concatenate([test for _, test in folds])) == list(range(len(y)))
    for train, test in folds:
        assert {*groups[train]} & {*groups[test]} == set()
        assert {*y[train]} == {*y}


@pytest.mark.parametrize("key", MACHINES)
def test_rows_with_moments_are_answered_for_by_earlier_ones_as_far_as_these_know_all_classes(key, monkeypatch):
    hours, y = np.arange(50) // 2, np.array(["a", "b"] * 15 + ["a", "c"] * 10, dtype=object)

    folds = folds_of(key, y, RowFacts(moments=hours), monkeypatch)

    assert [test.tolist() for _, test in folds] == [list(range(start, start + 10)) for start in range(0, 50, 10)]
    for place, (train, test) in enumerate(folds):
        assert {*y[train]} == {"a", "b", "c"}
        assert {*hours[train]} & {*hours[test]} == set()
        assert train.max() < test.min() or place < 4


@pytest.mark.parametrize("key", MACHINES)
@pytest.mark.parametrize(
    ("facts", "unit"),
    [(RowFacts(groups=np.array([0] * 20 + [1] * 20)), "group"), (RowFacts(moments=np.full(40, 9)), "moment")],
)
def test_a_class_of_one_group_or_moment_is_refused_by_its_name(key, facts, unit):
    with pytest.raises(CannotFit) as error:
        fitted_to(key, ["a"] * 15 + ["b"] * 25, facts)

    assert error.value.detail == (
        f"a is the class of a single {unit} to learn from, and this method needs two {unit}s of each for its "
        f"probabilities. Add {unit}s, leave that class out, or choose another method."
    )


@pytest.mark.parametrize("key", MACHINES)
@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_the_unit_of_the_target_does_not_matter(key, unit):
    x = np.random.default_rng(0).normal(size=(200, 2))
    plain, scaled = (get_algorithm(key).build(a_setting(key, Task.REGRESSION)) for _ in range(2))

    get_algorithm(key).fit(plain, x, x[:, 0] - x[:, 1], Watcher())
    get_algorithm(key).fit(scaled, x, unit * (x[:, 0] - x[:, 1]), Watcher())

    assert scaled.predict(x) == pytest.approx(unit * plain.predict(x), rel=1e-4)


def test_too_many_rows_for_a_kernel_are_refused_before_the_start():
    wish = {"task": Task.REGRESSION, "params": {}, "target": a_column()}
    get_algorithm("rbf_svm").refuse(Wish(**wish, rows_train=50_000))

    with pytest.raises(BadInput) as error:
        get_algorithm("rbf_svm").refuse(Wish(**wish, rows_train=64_321))

    assert error.value.attr == "algorithm"
    assert "there are 64,321 to learn from" in error.value.detail
