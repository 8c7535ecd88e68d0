import json

import pytest

from ml.algorithms.params import complete_params
from ml.algorithms.registry import all_algorithms, get_algorithm
from ml.errors import BadInput
from ml.tuning.checks import check_tuning
from ml.tuning.wishes import Range, Tuning


def checked(algorithm, params=None, **wish):
    chosen = get_algorithm(algorithm)
    return check_tuning(wish, chosen, complete_params(chosen, params))


def test_a_search_is_complete():
    found = checked("logistic")

    assert found == Tuning(method="bayesian", trials=30, folds=3, ranges={"C": Range(low=0.001, high=100, log=True)})
    assert Tuning.from_json(json.loads(json.dumps(found.to_json()))) == found


@pytest.mark.parametrize("algorithm", [each for each in all_algorithms() if each.search], ids=lambda each: each.key)
def test_every_usual_range_is_one_a_person_could_have_given(algorithm):
    usual = {
        name: {"choices": list(each.choices)} if each.choices else {"low": each.low, "high": each.high, "log": each.log}
        for name, each in algorithm.search.items()
    }

    assert checked(algorithm.key, ranges=usual).ranges == algorithm.search
    assert checked(algorithm.key).ranges == algorithm.search


def test_null_is_the_default_of_every_part():
    parts = ("method", "trials", "folds", "ranges")
    wish = {"C": {"low": 1, "high": 3, "log": None, "choices": None}}

    assert checked("logistic", **dict.fromkeys(parts)) == checked("logistic")
    assert checked("logistic", ranges=wish).ranges == {"C": Range(low=1, high=3)}


def test_what_a_person_has_set_is_not_searched_unless_asked_for():
    assert [*checked("knn", {"n_neighbors": 9}).ranges] == ["weights"]
    assert [*checked("knn", {"n_neighbors": 9}, ranges={"n_neighbors": {"low": 5, "high": 12}}).ranges] == [
        "n_neighbors"
    ]


def test_ranges_are_read_as_the_parameters_are():
    found = checked(
        "random_forest",
        ranges={"max_depth": {"choices": [None, 3.0, 3]}, "min_samples_leaf": {"low": 1.0, "high": 8, "log": True}},
    )

    assert found.ranges == {
        "max_depth": Range(choices=(None, 3)),
        "min_samples_leaf": Range(low=1, high=8, log=True),
    }


def test_a_grid_takes_five_values_of_a_range_and_all_choices():
    found = checked(
        "logistic",
        method="grid",
        ranges={"C": {"low": 0.01, "high": 100, "log": True}, "solver": {"choices": ["lbfgs", "saga"]}},
    )

    assert found.ranges["C"].choices == (0.01, 0.1, 1.0, 10.0, 100.0)
    assert found.trials == 10  # the parameters as they are stand on the grid


def test_a_grid_counts_the_parameters_as_they_are():
    found = checked("knn", method="grid", ranges={"n_neighbors": {"choices": [3, 7]}})

    assert found.trials == 3


def test_a_usual_grid_takes_fewer_values_where_trials_are_few():
    found = checked("random_forest", method="grid", trials=30)

    assert [len(each.choices) for each in found.ranges.values()] == [5, 5]
    assert [len(each.choices) for each in checked("random_forest", method="grid", trials=10).ranges.values()] == [3, 3]


@pytest.mark.parametrize(
    ("algorithm", "wish", "attr", "words"),
    [
        ("knn", {"tries": 3}, "tuning", "A search has no 'tries'"),
        ("knn", {"trails": 3}, "tuning", "A search has no 'trails'. Did you mean trials?"),
        ("knn", {"ranges": ""}, "tuning.ranges", "an object of parameters"),
        ("knn", {"ranges": {"n_neighbors": {"choice": [1]}}}, "tuning.ranges.n_neighbors", "Did you mean choices?"),
        (
            "random_forest",
            {
                "method": "grid",
                "trials": 20,
                "ranges": {
                    "max_depth": {"choices": [*range(1, 21)]},
                    "min_samples_leaf": {"choices": [*range(1, 21)]},
                },
            },
            "tuning.trials",
            "400 combinations and the parameters as they are; at most 200 can be tried. Try fewer values.",
        ),
        ("knn", {"method": "luck"}, "tuning.method", "grid, random, bayesian"),
        ("knn", {"trials": 0}, "tuning.trials", "from 1 to 200"),
        ("knn", {"trials": 201}, "tuning.trials", "from 1 to 200"),
        ("knn", {"folds": 1}, "tuning.folds", "from 2 to 10"),
        ("knn", {"ranges": ["weights"]}, "tuning.ranges", "an object of parameters"),
        (
            "knn",
            {"ranges": {"n_neighbours": {}}},
            "tuning.ranges.n_neighbours",
            "no parameter n_neighbours. Did you mean n_neighbors?",
        ),
        ("knn", {"ranges": {"n_neighbors": 5}}, "tuning.ranges.n_neighbors", 'must be {"choices": […]}, or {"low"'),
        ("knn", {"ranges": {"n_neighbors": {}}}, "tuning.ranges.n_neighbors", 'must be {"choices": […]}, or {"low"'),
        (
            "knn",
            {"ranges": {"n_neighbors": {"choices": [1], "low": 1, "high": 3}}},
            "tuning.ranges.n_neighbors",
            'must be {"choices": […]}, or {"low"',
        ),
        ("knn", {"ranges": {"n_neighbors": {"low": 1}}}, "tuning.ranges.n_neighbors", "both a low and a high end"),
        ("knn", {"ranges": {"n_neighbors": {"low": 0, "high": 3}}}, "tuning.ranges.n_neighbors", "from 1 to 1,000"),
        ("knn", {"ranges": {"n_neighbors": {"low": 1, "high": 2.5}}}, "tuning.ranges.n_neighbors", "a whole number"),
        (
            "knn",
            {"ranges": {"n_neighbors": {"low": 3, "high": 3}}},
            "tuning.ranges.n_neighbors",
            "lower than it ends; got 3 to 3.",
        ),
        ("knn", {"ranges": {"weights": {"low": 1, "high": 3}}}, "tuning.ranges.weights", "give the choices to try"),
        ("knn", {"ranges": {"weights": {"choices": ["far"]}}}, "tuning.ranges.weights", "one of uniform, distance"),
        ("knn", {"ranges": {"weights": {"choices": []}}}, "tuning.ranges.weights", "at least one value"),
        (
            "knn",
            {"ranges": {"n_neighbors": {"choices": [*range(1, 52)]}}},
            "tuning.ranges.n_neighbors",
            "n_neighbors has 51 choices; at most 50 can be tried.",
        ),
        (
            "hist_gradient_boosting",
            {"ranges": {"l2_regularization": {"low": 0, "high": 1, "log": True}}},
            "tuning.ranges.l2_regularization",
            "l2_regularization must start above 0 to be tried by its logarithm",
        ),
        (
            "random_forest",
            {
                "method": "grid",
                "trials": 20,
                "ranges": {"max_depth": {"low": 1, "high": 9}, "min_samples_leaf": {"low": 1, "high": 9}},
            },
            "tuning.trials",
            "tuning.trials must be at least 26, as the grid has 5 × 5 = 25 combinations and the parameters as they "
            "are; or try fewer values.",
        ),
    ],
)
def test_a_search_that_cannot_be_is_refused_with_the_remedy(algorithm, wish, attr, words):
    with pytest.raises(BadInput) as error:
        checked(algorithm, **wish)

    assert error.value.attr == attr
    assert words in error.value.detail


def test_a_search_with_nothing_left_to_search_is_refused():
    with pytest.raises(BadInput, match="Every parameter that is usually searched is set already"):
        checked("logistic", {"C": 3})
