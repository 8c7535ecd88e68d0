import numpy as np
import pytest

from ml.algorithms.registry import Wish, get_algorithm
from ml.errors import BadInput, CannotFit
from ml.schema import Task
from tests.ml.algorithms.fits import Watcher, a_setting, learnt
from tests.ml.factories import a_column

MACHINES = ["linear_svm", "rbf_svm"]


def fitted_to(key, classes):
    """A machine fitted to one number that tells the classes apart, and who watched it."""
    algorithm, watcher = get_algorithm(key), Watcher()
    estimator = algorithm.build(a_setting(key, Task.CLASSIFICATION))
    x = np.array([[float(sorted(classes).index(each))] for each in classes])
    algorithm.fit(estimator, x, np.array(classes, dtype=object), watcher, None)
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


@pytest.mark.parametrize("key", MACHINES)
@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_the_unit_of_the_target_does_not_matter(key, unit):
    x = np.random.default_rng(0).normal(size=(200, 2))
    plain, scaled = (get_algorithm(key).build(a_setting(key, Task.REGRESSION)) for _ in range(2))

    get_algorithm(key).fit(plain, x, x[:, 0] - x[:, 1], Watcher(), None)
    get_algorithm(key).fit(scaled, x, unit * (x[:, 0] - x[:, 1]), Watcher(), None)

    assert scaled.predict(x) == pytest.approx(unit * plain.predict(x), rel=1e-4)


def test_too_many_rows_for_a_kernel_are_refused_before_the_start():
    wish = {"task": Task.REGRESSION, "params": {}, "target": a_column()}
    get_algorithm("rbf_svm").refuse(Wish(**wish, rows_train=50_000))

    with pytest.raises(BadInput) as error:
        get_algorithm("rbf_svm").refuse(Wish(**wish, rows_train=64_321))

    assert error.value.attr == "algorithm"
    assert "there are 64,321 to learn from" in error.value.detail
