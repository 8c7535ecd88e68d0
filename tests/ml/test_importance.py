from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression
from sklearn.metrics import f1_score, make_scorer, root_mean_squared_error
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from ml.algorithms.registry import Unwatched
from ml.importance import (
    MOST_PREDICTED,
    Feature,
    Importance,
    Unseen,
    budget_of,
    importance_of,
    merged,
    rows_shuffled,
    shuffled_scores,
    together_said,
)
from ml.prediction import outputs
from ml.schema import Task


class Stopping(Unwatched):
    """Counts what is told, and asks to stop after so many columns."""

    def __init__(self, after=99):
        self.after = after
        self.told = []

    def counted(self, done, total, unit):
        self.told.append((done, total, unit))

    def should_stop(self):
        return bool(self.told) and self.told[-1][0] >= self.after


@pytest.fixture(scope="module")
def amounts():
    """A model of amounts that follow from `much`, a little from `little`, and not from `none`."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(400, 3)), columns=["little", "much", "none"])
    actual = frame["much"].to_numpy() * 3 + frame["little"].to_numpy() + random.normal(size=400)
    pipeline = make_pipeline(LinearRegression()).fit(frame, actual)
    return partial(outputs, pipeline, Task.REGRESSION), Unseen(frame=frame, actual=actual), pipeline


@pytest.fixture(scope="module")
def classes(amounts):
    _, rows, _ = amounts
    actual = np.where(rows.actual > 0, "yes", "no").astype(object)
    forest = make_pipeline(RandomForestClassifier(10, random_state=0)).fit(rows.frame, actual)
    unseen = Unseen(frame=rows.frame, actual=actual, classes=forest.classes_, positive="yes")
    return partial(outputs, forest, Task.CLASSIFICATION), unseen, forest


def shuffles_of_sklearn(rows, seed):
    """The orders that `permutation_importance` shuffles every column into, each made from the one before."""
    first = np.random.RandomState(seed).randint(np.iinfo(np.int32).max + 1)
    random, order, found = np.random.RandomState(first), np.arange(rows), [np.arange(rows)]
    for _ in range(5):
        random.shuffle(order)
        found.append(found[-1][order])
    return np.array(found[1:])


def test_scores_equal_those_of_scikit_learn_under_the_same_shuffles(amounts):
    answers, rows, pipeline = amounts
    shuffles = shuffles_of_sklearn(400, 7)

    found = shuffled_scores(
        answers,
        rows.frame,
        shuffles,
        lambda said, _: root_mean_squared_error(rows.actual, said),
        cores=2,
        monitor=Unwatched(),
    )

    scorer = make_scorer(root_mean_squared_error, greater_is_better=False)
    theirs = permutation_importance(pipeline, rows.frame, rows.actual, scoring=scorer, random_state=7)
    usual = root_mean_squared_error(rows.actual, pipeline.predict(rows.frame))
    assert np.array([*found.values()]) - usual == pytest.approx(theirs.importances, abs=1e-9)


@pytest.mark.parametrize(
    ("metric", "scoring"),
    [("accuracy", "accuracy"), ("roc_auc", "roc_auc"), ("f1", make_scorer(f1_score, pos_label="yes"))],
)
def test_importance_is_that_of_scikit_learn_but_for_chance(classes, metric, scoring):
    answers, rows, forest = classes

    found = importance_of(answers, rows, task=Task.CLASSIFICATION, metric=metric, seed=0)

    theirs = permutation_importance(forest, rows.frame, rows.actual, scoring=scoring, n_repeats=20, random_state=0)
    assert [each.mean for each in found.features] == pytest.approx(theirs.importances_mean, abs=0.03)


def test_the_column_that_matters_comes_first(amounts):
    answers, rows, _ = amounts

    found = importance_of(answers, rows, task=Task.REGRESSION, metric="r2", seed=0).to_json()

    assert [each["name"] for each in found["features"]] == ["much", "little", "none"]
    assert abs(found["features"][2]["mean"]) < 0.01
    assert (found["metric"], found["rows"], found["repeats"], found["more"], found["skipped"]) == ("r2", 400, 5, 0, [])


def test_the_same_seed_gives_the_same_on_any_number_of_cores(classes):
    answers, rows, _ = classes
    how = {"task": Task.CLASSIFICATION, "metric": "log_loss", "seed": 3, "budget": 3000}

    one, two = (importance_of(answers, rows, cores=cores, **how) for cores in (1, 2))

    assert (one, one.rows) == (two, 200)


def test_columns_after_a_stop_are_skipped_and_named(amounts):
    answers, rows, _ = amounts
    monitor = Stopping(after=2)

    found = importance_of(answers, rows, task=Task.REGRESSION, metric="mae", seed=0, monitor=monitor)

    assert monitor.told == [(2, 3, "column")]
    assert ([each.name for each in found.features], found.skipped) == (["little", "much"], ("none",))


def test_every_column_is_counted(amounts):
    answers, rows, _ = amounts
    monitor = Stopping()

    importance_of(answers, rows, task=Task.REGRESSION, metric="mae", seed=0, monitor=monitor)

    assert monitor.told[-1] == (3, 3, "column")


def test_rows_that_cannot_bear_the_metric_are_judged_plainly(classes):
    answers, rows, _ = classes
    alike = np.flatnonzero(rows.actual == "yes")
    unseen = Unseen(frame=rows.frame.iloc[alike], actual=rows.actual[alike], classes=rows.classes, positive="yes")

    found = importance_of(answers, unseen, task=Task.CLASSIFICATION, metric="roc_auc", seed=0)

    assert found.metric == "accuracy"


def test_folds_are_merged_with_the_spread_between_them_and_within():
    folds = [
        Importance(metric="r2", rows=100, repeats=5, features=(Feature("a", 0.2, 0.1), Feature("b", 0, 0))),
        Importance(metric="r2", rows=90, repeats=5, features=(Feature("a", 0.4, 0.1),), skipped=("b",)),
    ]

    found = merged(folds)

    assert found.features == (Feature("a", pytest.approx(0.3), pytest.approx(0.02**0.5)),)
    assert (found.rows, found.skipped) == (190, ("b",))


def test_a_fold_of_another_metric_is_left_out():
    plain = Importance(metric="accuracy", rows=10, repeats=5, features=(Feature("a", 9, 0),))
    usual = Importance(metric="roc_auc", rows=90, repeats=5, features=(Feature("a", 0.5, 0),))

    assert merged([plain, usual, usual]).features == (Feature("a", 0.5, 0),)


def test_many_columns_take_fewer_rows_each():
    assert [rows_shuffled(columns) for columns in (1, 10, 1000)] == [5000, 800, 200]


def test_a_model_that_looks_through_its_rows_is_asked_less():
    x = np.arange(4000.0)[:, None]

    assert budget_of(KNeighborsClassifier().fit(x, x[:, 0] > 5)) == MOST_PREDICTED // 4
    assert budget_of(LinearRegression().fit(x, x[:, 0])) == MOST_PREDICTED


def test_machines_inside_others_are_found_and_asked_less():
    random = np.random.default_rng(0)
    x, y = random.normal(size=(3000, 2)), random.integers(0, 2, 3000)

    calibrated = CalibratedClassifierCV(SVC(), ensemble=False, cv=2).fit(x, y)
    piped = make_pipeline(StandardScaler(), TransformedTargetRegressor(KNeighborsRegressor())).fit(x, y)

    kept = len(calibrated.calibrated_classifiers_[0].estimator.support_vectors_)
    assert kept > 2000
    assert budget_of(calibrated) == MOST_PREDICTED * 1000 // kept
    assert budget_of(piped) == MOST_PREDICTED // 3
    assert budget_of(RandomForestClassifier(3).fit(x, y)) == MOST_PREDICTED


def test_what_is_nothing_but_rounding_is_zero():
    frame = pd.DataFrame({"x": np.arange(40.0), "unused": np.arange(40.0)})
    calls = iter(range(1000))

    def answers(asked):
        return asked["x"].to_numpy() + 0.1 + 1e-16 * next(calls), None

    rows = Unseen(frame=frame, actual=np.arange(40.0))
    found = importance_of(answers, rows, task=Task.REGRESSION, metric="mae", seed=1)
    up_and_down = [Importance(metric="r2", rows=1, repeats=5, features=(Feature("a", m, 0),)) for m in (0.1, 0.2, -0.3)]

    assert next(each for each in found.features if each.name == "unused") == Feature("unused", 0, 0)
    assert np.mean([0.1, 0.2, -0.3]) != 0
    assert merged(up_and_down).features[0].mean == 0


def test_long_lists_say_how_many_are_left_out():
    features = tuple(Feature(f"c{place}", place, 0) for place in range(150))

    found = Importance(metric="r2", rows=1, repeats=5, features=features).to_json()

    assert (len(found["features"]), found["more"], found["features"][0]["name"]) == (100, 50, "c149")


def test_columns_that_go_together_are_told():
    matrix = [[1, 0.9, 0.1], [0.9, 1, 0.85], [0.1, 0.85, 1]]

    assert together_said(["a", "b", "c", "unknown"], ["a", "b", "c"], matrix) == (
        "a and b go together (0.90), as do 1 other pair, so each may seem to matter less than it does."
    )
    assert together_said(["a", "c"], ["a", "b", "c"], matrix) is None
    assert together_said(["a"], ["a"], [[1]]) is None
