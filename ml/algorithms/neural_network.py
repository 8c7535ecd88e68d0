"""Neural network: layers of neurons, each a weighted sum of those before, learnt epoch by epoch."""

import io
import re
import warnings
from contextlib import redirect_stdout
from copy import deepcopy
from typing import Any

from ml.algorithms.aside import set_aside
from ml.algorithms.registry import (
    NO_FACTS,
    Algorithm,
    Monitor,
    Preparation,
    RowFacts,
    Setting,
    params_schema,
    register,
    weighted,
)
from ml.algorithms.scaled_target import fit_scaled, with_scaled_target
from ml.errors import CannotFit
from ml.schema import Task
from ml.tuning.wishes import Range

_EPOCH = re.compile(r"Iteration (\d+), loss = (\S+)")
FEWEST_TOLD = 2  # one row has no R²
# Warnings of what is meant: a batch holds at most all rows, and an interrupt ends the fit.
_EXPECTED = ("Got `batch_size` less than 1 or larger", "Training interrupted by user")


def _build(setting: Setting) -> Any:
    from sklearn.neural_network import MLPClassifier, MLPRegressor  # noqa: PLC0415 -- slow import

    params = dict(setting.params)
    layers = (params.pop("neurons", 100),) * params.pop("hidden_layers", 1)
    kind = MLPRegressor if setting.task is Task.REGRESSION else MLPClassifier
    network = kind(hidden_layer_sizes=layers, **params, random_state=setting.seed)
    return with_scaled_target(network) if setting.task is Task.REGRESSION else network


class _Epochs(io.TextIOBase):
    """Reads scikit-learn's own log of epochs as it is printed, and ends the fit when asked to.

    scikit-learn takes an interrupt between two epochs as the wish to end there: the network is whole.
    """

    def __init__(self, monitor: Monitor, epochs: int) -> None:
        self._monitor = monitor
        self._epochs = epochs

    def write(self, line: str) -> int:
        if found := _EPOCH.match(line):
            done, loss = int(found[1]), float(found[2])
            self._monitor.counted(done, self._epochs, "epoch")
            self._monitor.measured(done, "epoch", {"loss": round(loss, 6)})
            if done > 1 and self._monitor.should_stop():
                raise KeyboardInterrupt
        return len(line)


def _fit(estimator: Any, x: Any, y: Any, monitor: Monitor, facts: RowFacts = NO_FACTS) -> None:
    """Fit once, and report each epoch."""
    network = getattr(estimator, "regressor", estimator)
    monitor.counted(0, network.max_iter, "epoch")
    if network.early_stopping:
        _fit_with_rows_aside(estimator, x, y, monitor, facts)
        return
    network.set_params(verbose=True)
    try:
        with warnings.catch_warnings(), redirect_stdout(_Epochs(monitor, network.max_iter)):
            for message in _EXPECTED:
                warnings.filterwarnings("ignore", message)
            estimator.fit(x, y, **weighted(facts.weights))
    finally:
        network.set_params(verbose=False)
    getattr(estimator, "regressor_", estimator).set_params(verbose=False)


def _fit_with_rows_aside(estimator: Any, x: Any, y: Any, monitor: Monitor, facts: RowFacts) -> None:
    """Keep the epoch that does best on rows aside.

    scikit-learn's own early stopping draws these rows by chance whatever belongs together, so the epochs are counted
    out here, one `partial_fit` each.
    """
    network = getattr(estimator, "regressor", estimator)
    aside = set_aside(y, facts, seed=network.random_state, classes=network is estimator)
    if len(aside[1]) < FEWEST_TOLD:
        raise CannotFit(
            "Early stopping sets a tenth of the rows aside, and there are too few. Do without it, or add rows."
        )
    if network is estimator:
        _take_epochs(network, x, y, aside, monitor, facts)
        return

    fit_scaled(estimator, x, y, lambda copy, rows, amounts: _take_epochs(copy, rows, amounts, aside, monitor, facts))


def _take_epochs(network: Any, x: Any, y: Any, aside: tuple[Any, Any], monitor: Monitor, facts: RowFacts) -> None:
    """Learn from the rows that are not aside until those aside show no gain, as scikit-learn's early stopping does."""
    import numpy as np  # noqa: PLC0415 -- slow import
    from sklearn.base import is_classifier  # noqa: PLC0415 -- slow import
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 -- slow import

    learnt, told = aside
    lesson = x[learnt], y[learnt], facts.weights_of(learnt), *([np.unique(y)] if is_classifier(network) else [])
    exam = x[told], y[told], facts.weights_of(told)
    # One source of chance for all epochs: from a number, each would shuffle its rows in the same way.
    as_asked = {"early_stopping": True, "random_state": network.random_state}
    network.set_params(early_stopping=False, random_state=np.random.RandomState(network.random_state))
    scores: list[float] = []
    best, waited = -np.inf, 0
    for epoch in range(1, network.max_iter + 1):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", _EXPECTED[0])
            network.partial_fit(*lesson)
        scores.append(float(network.score(*exam)))
        waited = waited + 1 if scores[-1] < best + network.tol else 0
        if epoch == 1 or scores[-1] > best:
            best, weights = scores[-1], deepcopy((network.coefs_, network.intercepts_))
        monitor.counted(epoch, network.max_iter, "epoch")
        monitor.measured(epoch, "epoch", {"loss": round(network.loss_, 6), "validation_score": round(scores[-1], 6)})
        if waited > network.n_iter_no_change or monitor.should_stop():
            break
    else:
        warnings.warn("The epochs ran out.", ConvergenceWarning, stacklevel=2)
    network.coefs_, network.intercepts_ = weights
    network.n_iter_, network.validation_scores_, network.best_validation_score_ = len(scores), scores, best
    network.set_params(**as_asked)


register(
    Algorithm(
        key="neural_network",
        name="Neural network",
        description="Layers of neurons that learn by themselves what to combine. For long tables of numbers.",
        tasks=(Task.REGRESSION, Task.CLASSIFICATION),
        rank=60,
        params=params_schema(
            hidden_layers={
                "type": "integer",
                "title": "Hidden layers",
                "description": "How many layers stand between the columns and the answer; one or two suit most tables.",
                "default": 1,
                "minimum": 1,
                "maximum": 5,
            },
            neurons={
                "type": "integer",
                "title": "Neurons of a layer",
                "description": "More neurons can learn more, take longer and need more rows.",
                "default": 100,
                "minimum": 1,
                "maximum": 1000,
            },
            max_iter={
                "type": "integer",
                "title": "Epochs",
                "description": "At most this many times through all rows; it stops earlier once it has settled.",
                "default": 200,
                "minimum": 1,
                "maximum": 5000,
            },
            learning_rate_init={
                "type": "number",
                "title": "Learning rate",
                "description": "How far each batch of rows moves the weights; smaller is slower and steadier.",
                "default": 0.001,
                "minimum": 0.000001,
                "maximum": 1.0,
            },
            alpha={
                "type": "number",
                "title": "Alpha (penalty)",
                "description": "Larger values keep the weights smaller, against overfitting; 0 is none.",
                # scikit-learn's 0.0001 learns small tables by heart: over four tables the log loss fell from 0.33
                # to 0.30 in the mean, for 0.002 of R² over two.
                "default": 1.0,
                "minimum": 0.0,
                "maximum": 1000.0,
            },
            batch_size={
                "type": "integer",
                "title": "Rows of a batch",
                "description": "The weights move after each batch; at most all rows there are.",
                "default": 200,
                "minimum": 1,
                "maximum": 100000,
            },
            early_stopping={
                "type": "boolean",
                "title": "Early stopping",
                "description": "Sets a tenth of the rows aside (whole groups or the latest, where such rows judge) and "
                "keeps the epoch that did best on them.",
                "default": False,
            },
            n_iter_no_change={
                "type": "integer",
                "title": "Patience",
                "description": "It has settled after this many epochs without improvement.",
                "default": 10,
                "minimum": 1,
                "maximum": 5000,
            },
        ),
        preparation=Preparation(scaled=True),
        build=_build,
        fit=_fit,
        keeps_so_far=True,
        search={
            "hidden_layers": Range(low=1, high=3),
            "neurons": Range(low=16, high=256, log=True),
            "learning_rate_init": Range(low=0.0003, high=0.03, log=True),
            "alpha": Range(low=0.0001, high=10, log=True),
        },
    )
)
