import subprocess
import sys

import numpy as np
import pytest

from ml.algorithms.registry import get_algorithm
from ml.errors import CannotFit
from ml.schema import Task
from tests.ml.algorithms.fits import BOTH, Watcher, a_setting, answers, learnt, some_rows

BOOSTERS = ["lightgbm", "xgboost"]


def used_rounds(booster):
    """How many rounds its answers are made of."""
    if hasattr(booster, "booster_"):
        return booster.booster_.num_trees() // booster.booster_.num_model_per_iteration()
    inner = booster.named_estimators_.xgboost if hasattr(booster, "voting") else booster.regressor_
    return inner.best_iteration + 1


@pytest.mark.parametrize("task", BOTH)
@pytest.mark.parametrize("key", BOOSTERS)
def test_the_loss_on_the_training_rows_is_told_at_strides(key, task):
    watcher = Watcher()

    booster = learnt(key, task, watcher)

    x, y = some_rows(task)
    if task is Task.REGRESSION:
        loss = np.sqrt(np.mean((booster.predict(x) - y) ** 2))
    else:
        loss = -np.log(booster.predict_proba(x)[np.arange(len(y)), np.searchsorted(booster.classes_, y)]).mean()
    assert [(step, unit) for step, unit, _ in watcher.measures] == [(step, "round") for step in (1, 10, 20, 30)]
    assert watcher.measures[-1][2] == {"loss": pytest.approx(loss, rel=1e-5, abs=1e-6)}


@pytest.mark.parametrize("task", BOTH)
@pytest.mark.parametrize("key", BOOSTERS)
def test_early_stopping_answers_with_the_best_round_on_rows_aside(key, task):
    watcher = Watcher()

    booster = learnt(key, task, watcher, n_estimators=500, learning_rate=0.5, early_stopping_rounds=5)

    done = watcher.counts[-1][0]
    assert used_rounds(booster) == done - 5 < 100
    assert [{*values} for _, _, values in watcher.measures] == [{"validation_loss"}] * len(watcher.measures)


@pytest.mark.parametrize("key", BOOSTERS)
def test_rows_aside_weigh_and_are_drawn_by_the_seed(key):
    how = {"n_estimators": 40, "early_stopping_rounds": 3}
    weights = np.linspace(0.1, 3, 300)

    first, again, other, weighted = (
        answers(learnt(key, Task.CLASSIFICATION, **how, **about), Task.CLASSIFICATION)
        for about in ({}, {}, {"seed": 8}, {"weights": weights})
    )

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(first, weighted)


@pytest.mark.parametrize("key", BOOSTERS)
def test_asked_to_stop_with_rows_aside_it_answers_with_the_best_so_far(key):
    watcher = Watcher(stop_after=13)

    booster = learnt(key, Task.CLASSIFICATION, watcher, n_estimators=500, early_stopping_rounds=100)

    assert watcher.counts[-1] == (12, 500, "round")
    assert 1 <= used_rounds(booster) <= 12


@pytest.mark.parametrize("key", BOOSTERS)
def test_a_class_of_one_row_is_learnt_from_and_never_set_aside(key):
    algorithm = get_algorithm(key)
    x = np.arange(60.0).reshape(60, 1)
    y = np.array(["a"] * 30 + ["b"] * 29 + ["only"], dtype=object)

    for seed in range(5):
        booster = algorithm.build(a_setting(key, Task.CLASSIFICATION, early_stopping_rounds=2, seed=seed))
        algorithm.fit(booster, x, y, Watcher())

        assert booster.classes_.tolist() == ["a", "b", "only"]


@pytest.mark.parametrize("key", BOOSTERS)
def test_without_a_row_to_set_aside_early_stopping_is_refused(key):
    algorithm = get_algorithm(key)
    booster = algorithm.build(a_setting(key, Task.CLASSIFICATION, early_stopping_rounds=2))

    with pytest.raises(CannotFit, match=r"there are too few rows"):
        algorithm.fit(booster, np.zeros((3, 1)), np.array(["a", "b", "c"]), Watcher())


@pytest.mark.parametrize("key", BOOSTERS)
def test_codes_are_categories_not_amounts(key):
    x = np.random.default_rng(0).integers(0, 40, (2000, 1)).astype(float)
    y = (x[:, 0] * 7 % 13 > 5) * 1.0  # no order of the codes helps
    scores = []

    for coded in ((0,), ()):
        setting = a_setting(key, Task.REGRESSION, n_estimators=1, learning_rate=1.0)
        setting = type(setting)(task=setting.task, params=setting.params, seed=1, coded=coded)
        booster = get_algorithm(key).build(setting)
        get_algorithm(key).fit(booster, x, y, Watcher())
        scores.append(booster.score(x, y))

    assert scores[0] > 0.95 > scores[1]


def test_fits_are_silent_also_where_c_writes():
    script = """
import numpy as np
from ml.algorithms.registry import get_algorithm
from ml.schema import Task
from tests.ml.algorithms.fits import Watcher, a_setting

x, y = np.zeros((12, 2)), np.array([True, False] * 6)  # nothing can be split, which both like to mention
for key in ("lightgbm", "xgboost"):
    for params in ({}, {"early_stopping_rounds": 1}):
        booster = get_algorithm(key).build(a_setting(key, Task.CLASSIFICATION, **params))
        get_algorithm(key).fit(booster, x, y, Watcher())
        booster.predict_proba(x)
"""

    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert (ran.stdout, ran.stderr) == ("", "")
