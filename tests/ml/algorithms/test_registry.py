import subprocess
import sys

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from threadpoolctl import threadpool_limits

from ml.algorithms.params import complete_params
from ml.algorithms.registry import Setting, all_algorithms, get_algorithm
from ml.errors import BadInput
from ml.schema import Task
from tests.ml.algorithms.fits import BOTH, EVERY, Watcher, answers, learnt, plainly_learnt

WEIGHTED = [(key, task) for key, task in EVERY if get_algorithm(key).takes_weights]
COUNTED = [
    ("random_forest", {"n_estimators": 45}),
    ("extra_trees", {"n_estimators": 45}),
    ("hist_gradient_boosting", {"max_iter": 45}),
    ("lightgbm", {"n_estimators": 45}),
    ("xgboost", {"n_estimators": 45}),
    ("neural_network", {"max_iter": 45, "n_iter_no_change": 45}),
]


def test_the_registry_lists_algorithms_simplest_first():
    assert {each.key: [task.value for task in each.tasks] for each in all_algorithms()} == {
        "linear": ["regression"],
        "ridge": ["regression"],
        "lasso": ["regression"],
        "elastic_net": ["regression"],
        "naive_bayes": ["classification"],
        "logistic": ["classification"],
        "linear_svm": ["regression", "classification"],
        "knn": ["regression", "classification"],
        "decision_tree": ["regression", "classification"],
        "rbf_svm": ["regression", "classification"],
        "random_forest": ["regression", "classification"],
        "extra_trees": ["regression", "classification"],
        "hist_gradient_boosting": ["regression", "classification"],
        "lightgbm": ["regression", "classification"],
        "xgboost": ["regression", "classification"],
        "neural_network": ["regression", "classification"],
    }
    assert [each.rank for each in all_algorithms()] == sorted(each.rank for each in all_algorithms())


def test_looking_at_the_registry_imports_no_library_of_learning():
    slow = "{'sklearn', 'lightgbm', 'xgboost', 'optuna', 'pandas', 'numpy'}"
    look = f"import sys, ml.plan, ml.algorithms.registry as r; r.all_algorithms(); print({slow} & set(sys.modules))"

    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert said.stdout == "set()\n"


def test_an_unknown_algorithm_is_answered_with_the_known():
    with pytest.raises(BadInput) as error:
        get_algorithm("svm")

    assert (error.value.attr, error.value.detail) == (
        "algorithm",
        "There is no algorithm 'svm'; choose one of: linear, ridge, lasso, elastic_net, naive_bayes, logistic, "
        "linear_svm, knn, decision_tree, rbf_svm, random_forest, extra_trees, hist_gradient_boosting, lightgbm, "
        "xgboost, neural_network.",
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
        assert schema["description"].endswith(".")


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
            "max_depth must be a whole number from 1 to 1,000, or empty (null) for no limit; got 'deep'.",
        ),
        (
            "rbf_svm",
            {"gamma": "auto"},
            "params.gamma",
            "gamma must be a number from 0.000001 to 1,000, or empty (null) for one set by the columns; got 'auto'.",
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


@pytest.mark.parametrize("algorithm", all_algorithms(), ids=lambda each: each.key)
def test_what_a_search_tries_is_in_range(algorithm):
    ends = [(name, end) for name, each in algorithm.search.items() for end in each.choices or (each.low, each.high)]

    assert {name: complete_params(algorithm, {name: end})[name] for name, end in ends} == dict(ends)
    assert len(ends) >= 2


def test_a_client_sees_what_each_can_do():
    seen = {each.key: each.to_json() for each in all_algorithms()}

    assert {key for key, each in seen.items() if each["keeps_so_far"]} == {
        "random_forest",
        "extra_trees",
        "lightgbm",
        "xgboost",
        "neural_network",
    }
    assert {key for key, each in seen.items() if not each["takes_class_weights"]} == {
        "linear",
        "ridge",
        "lasso",
        "elastic_net",
        "knn",
    }


@pytest.mark.parametrize("task", BOTH)
@pytest.mark.parametrize(("key", "params"), COUNTED)
def test_progress_is_counted_from_nothing_to_all(key, params, task):
    watcher = Watcher()

    learnt(key, task, watcher, **params)

    assert watcher.counts[0][0] == 0
    assert watcher.counts[-1][:2] == (45, 45)
    assert len(watcher.counts) > 20


@pytest.mark.parametrize(("key", "task"), EVERY)
def test_fitting_with_progress_gives_the_model_of_a_plain_fit(key, task, capfd):
    watched, plain = learnt(key, task), plainly_learnt(key, task)

    assert np.array_equal(answers(watched, task), answers(plain, task))
    assert repr(watched.get_params()) == repr(plain.get_params())
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(("key", "task"), WEIGHTED)
def test_rows_weigh_as_in_a_plain_fit(key, task):
    weights = np.linspace(0.1, 3, 300) ** 2

    weighted = answers(learnt(key, task, weights=weights), task)

    assert np.array_equal(weighted, answers(plainly_learnt(key, task, weights=weights), task))
    assert not np.array_equal(weighted, answers(learnt(key, task), task))


@pytest.mark.parametrize("task", BOTH)
@pytest.mark.parametrize("key", ["knn", "random_forest", "extra_trees", "lightgbm", "xgboost"])
def test_a_model_is_the_same_on_any_number_of_cores(key, task):
    several, alone = (learnt(key, task, cores=each) for each in (3, 1))
    if hasattr(several, "n_jobs"):
        several.set_params(n_jobs=1)  # as it answers: a forest adds up its trees in the order its threads end

    assert np.array_equal(answers(several, task), answers(alone, task))


@pytest.mark.parametrize("task", BOTH)
@pytest.mark.parametrize(
    ("key", "counting"),
    [
        ("random_forest", "n_estimators"),
        ("extra_trees", "n_estimators"),
        ("lightgbm", "n_estimators"),
        ("xgboost", "n_estimators"),
        ("neural_network", "max_iter"),
    ],
)
def test_asked_to_stop_it_keeps_what_it_has_done(key, counting, task):
    watcher = Watcher(stop_after=6)

    stopped = learnt(key, task, watcher)

    done, wanted, _ = watcher.counts[-1]
    assert 1 < done < wanted == 30
    assert np.array_equal(answers(stopped, task), answers(learnt(key, task, **{counting: done}), task))


@pytest.mark.parametrize("key", ["lightgbm", "xgboost", "hist_gradient_boosting"])
def test_missing_numbers_and_unknown_categories_are_learnt_from(key):
    x = np.array([[0.0, 1.0], [1.0, np.nan], [np.nan, 2.0], [2.0, np.nan]] * 30)
    y = np.isnan(x[:, 1]) * 5.0 + np.isnan(x[:, 0])
    algorithm = get_algorithm(key)
    params = complete_params(algorithm, {})
    estimator = algorithm.build(Setting(task=Task.REGRESSION, params=params, seed=1, coded=(0,)))

    with threadpool_limits(1):
        algorithm.fit(estimator, x, y, Watcher())

    assert estimator.predict(x[:4]) == pytest.approx(y[:4], abs=0.01)


@pytest.mark.parametrize("smoothing", [0.0, 1.0])
def test_columns_that_never_vary_leave_naive_bayes_with_the_shares_of_the_classes(smoothing):
    algorithm = get_algorithm("naive_bayes")
    setting = Setting(task=Task.CLASSIFICATION, params={"var_smoothing": smoothing}, seed=1)
    estimator = algorithm.build(setting)

    algorithm.fit(estimator, np.zeros((8, 2)), np.array(["a", "b", "b", "b"] * 2), Watcher())

    assert estimator.predict_proba(np.zeros((1, 2))) == pytest.approx(np.array([[0.25, 0.75]]))
