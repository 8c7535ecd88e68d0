import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from ml.algorithms.aside import set_aside
from ml.algorithms.registry import RowFacts, get_algorithm
from ml.errors import CannotFit
from ml.schema import Task
from tests.ml.algorithms.fits import BOTH, Watcher, a_setting, answers, learnt, some_rows


def network_of(estimator):
    return getattr(estimator, "regressor_", estimator)


@pytest.mark.parametrize("task", BOTH)
def test_each_epoch_tells_its_loss(task):
    watcher = Watcher()

    network = network_of(learnt("neural_network", task, watcher))

    assert watcher.measures == [
        (epoch, "epoch", {"loss": pytest.approx(loss, abs=1e-6)}) for epoch, loss in enumerate(network.loss_curve_, 1)
    ]
    assert [values["loss"] for _, _, values in watcher.measures] == [round(each, 6) for each in network.loss_curve_]
    assert watcher.counts == [(epoch, 30, "epoch") for epoch in range(31)]


@pytest.mark.parametrize("task", BOTH)
def test_with_early_stopping_each_epoch_tells_its_score_on_rows_aside(task):
    watcher = Watcher()

    network = network_of(learnt("neural_network", task, watcher, early_stopping=True))

    assert [values["validation_score"] for _, _, values in watcher.measures] == [
        pytest.approx(score, abs=1e-6) for score in network.validation_scores_
    ]
    assert network.verbose is False


@pytest.mark.parametrize("task", BOTH)
def test_early_stopping_keeps_the_epoch_that_did_best_on_rows_aside(task):
    x, y = some_rows(task)
    _, told = set_aside(y, RowFacts(), seed=7, classes=task is Task.CLASSIFICATION)

    estimator = learnt("neural_network", task, early_stopping=True, max_iter=500, learning_rate_init=0.05)

    network = network_of(estimator)
    assert network.n_iter_ == len(network.validation_scores_) < 500
    assert estimator.score(x[told], y[told]) == pytest.approx(max(network.validation_scores_))
    assert network.get_params() == {**network.get_params(), "early_stopping": True, "random_state": 7}


@pytest.mark.parametrize("task", BOTH)
def test_asked_to_stop_with_early_stopping_it_keeps_the_best_epoch(task):
    watcher = Watcher(stop_after=1)

    stopped = learnt("neural_network", task, watcher, early_stopping=True)

    assert watcher.counts[-1] == (1, 30, "epoch")
    with pytest.warns(ConvergenceWarning):
        first = learnt("neural_network", task, early_stopping=True, max_iter=1)
    assert np.array_equal(answers(stopped, task), answers(first, task))


def test_layers_are_as_many_and_as_wide_as_asked():
    network = learnt("neural_network", Task.CLASSIFICATION, hidden_layers=3, neurons=5)

    assert [weights.shape for weights in network.coefs_] == [(6, 5), (5, 5), (5, 5), (5, 3)]


@pytest.mark.parametrize(
    ("task", "y"), [(Task.REGRESSION, np.arange(10.0)), (Task.CLASSIFICATION, np.array(["a"] * 5 + ["b"] * 5))]
)
def test_too_few_rows_to_set_aside_are_refused(task, y):
    algorithm = get_algorithm("neural_network")
    network = algorithm.build(a_setting("neural_network", task, early_stopping=True))

    with pytest.raises(CannotFit, match="Do without it, or add rows"):
        algorithm.fit(network, np.zeros((len(y), 2)), y, Watcher())


def test_fewer_rows_than_a_batch_are_no_reason_to_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ConvergenceWarning)

        network = learnt("neural_network", Task.CLASSIFICATION, batch_size=100_000)

    assert network.n_iter_ == 30
