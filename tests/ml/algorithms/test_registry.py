import subprocess
import sys

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from sklearn.datasets import make_classification

from ml.algorithms.params import complete_params
from ml.algorithms.registry import Setting, Unwatched, all_algorithms, get_algorithm
from ml.errors import BadInput
from ml.schema import Task

BOTH = [Task.REGRESSION, Task.CLASSIFICATION]


def settings(*, cores=1, **params):
    return {task: Setting(task=task, params=params, seed=7, cores=cores, coded=(0,)) for task in BOTH}


def a_monitor(counts):
    class Counting(Unwatched):
        def counted(self, done, total, unit):
            counts.append((done, total, unit))

    return Counting()


def some_rows():
    x, y = make_classification(300, 6, random_state=0)
    x[:, 0] = x[:, 0] > 0
    return x, y


def test_the_registry_lists_algorithms_simplest_first():
    assert {each.key: [task.value for task in each.tasks] for each in all_algorithms()} == {
        "linear": ["regression"],
        "logistic": ["classification"],
        "knn": ["regression", "classification"],
        "random_forest": ["regression", "classification"],
        "hist_gradient_boosting": ["regression", "classification"],
    }


def test_looking_at_the_registry_imports_no_scikit_learn():
    look = "import sys, ml.plan, ml.algorithms.registry as r; r.all_algorithms(); print('sklearn' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert said.stdout == "False\n"


def test_an_unknown_algorithm_is_answered_with_the_known():
    with pytest.raises(BadInput) as error:
        get_algorithm("svm")

    assert (error.value.attr, error.value.detail) == (
        "algorithm",
        "There is no algorithm 'svm'; choose one of: linear, logistic, knn, random_forest, hist_gradient_boosting.",
    )


@pytest.mark.parametrize("algorithm", all_algorithms(), ids=lambda each: each.key)
def test_every_default_satisfies_its_own_schema(algorithm):
    Draft202012Validator.check_schema(algorithm.params)

    assert list(Draft202012Validator(algorithm.params).iter_errors(complete_params(algorithm, {}))) == []


@pytest.mark.parametrize("algorithm", all_algorithms(), ids=lambda each: each.key)
def test_every_parameter_says_what_it_is(algorithm):
    for schema in algorithm.params["properties"].values():
        assert {"title", "description", "default"} <= schema.keys()
        assert "enum" in schema or schema["type"] == "boolean" or {"minimum", "maximum"} <= schema.keys()


@pytest.mark.parametrize(
    ("key", "params", "attr", "detail"),
    [
        (
            "random_forest",
            {"n_estimators": 0},
            "params.n_estimators",
            "n_estimators must be a whole number from 1 to 2,000; got 0.",
        ),
        (
            "random_forest",
            {"max_depth": "deep"},
            "params.max_depth",
            "max_depth must be a whole number from 1 to 1,000, or null for no limit; got 'deep'.",
        ),
        ("knn", {"weights": "none"}, "params.weights", "weights must be one of uniform, distance; got 'none'."),
        ("knn", {"n_neighbors": True}, "params.n_neighbors", None),
        ("logistic", {"C": float("nan")}, "params.C", "C must be a number from 0.000001 to 1,000,000; got nan."),
        ("linear", {"fit_intercept": 1}, "params.fit_intercept", "fit_intercept must be true or false; got 1."),
        (
            "random_forest",
            {"n_estimator": 5},
            "params.n_estimator",
            "Random forest has no parameter n_estimator. Did you mean n_estimators? It has: n_estimators, "
            "max_depth, min_samples_split, min_samples_leaf.",
        ),
        ("linear", [], None, None),
        ("linear", "x", "params", "Parameters must be an object of names and values."),
    ],
)
def test_params_out_of_range_are_refused_with_the_range(key, params, attr, detail):
    with pytest.raises(BadInput) as error:
        complete_params(get_algorithm(key), params)

    assert error.value.attr == (attr or "params")
    assert detail in (None, error.value.detail)


def test_params_are_completed_and_whole_numbers_made_integers():
    params = complete_params(get_algorithm("random_forest"), {"n_estimators": 30.0, "max_depth": None})

    assert params == {"n_estimators": 30, "max_depth": None, "min_samples_split": 2, "min_samples_leaf": 1}
    assert type(params["n_estimators"]) is int


@pytest.mark.parametrize("task", BOTH)
@pytest.mark.parametrize(
    ("key", "params"), [("random_forest", {"n_estimators": 45}), ("hist_gradient_boosting", {"max_iter": 45})]
)
def test_fitting_with_progress_gives_the_model_of_a_plain_fit(key, params, task):
    x, y = some_rows()
    algorithm = get_algorithm(key)
    watched, plain = (algorithm.build(settings(**params)[task]) for _ in range(2))
    counts = []

    algorithm.fit(watched, x, y, a_monitor(counts), None)
    plain.fit(x, y)

    assert np.array_equal(watched.predict(x), plain.predict(x))
    assert watched.get_params() == plain.get_params()
    assert counts[0][0] == 0
    assert counts[-1][:2] == (45, 45)
    assert len(counts) > 20


@pytest.mark.parametrize("cores", [1, 2, 8])
def test_a_forest_is_the_same_on_any_number_of_cores(cores):
    x, y = some_rows()
    forest = get_algorithm("random_forest")
    watched = forest.build(settings(n_estimators=13, cores=cores)[Task.CLASSIFICATION])
    alone = forest.build(settings(n_estimators=13)[Task.CLASSIFICATION]).fit(x, y)

    forest.fit(watched, x, y, Unwatched(), None)

    assert [tree.tree_.node_count for tree in watched] == [tree.tree_.node_count for tree in alone]
