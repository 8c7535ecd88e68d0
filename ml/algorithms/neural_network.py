"""Neural network: layers of neurons, each a weighted sum of those before, learnt epoch by epoch."""

import io
import math
import re
import warnings
from contextlib import redirect_stdout
from typing import Any

from ml.algorithms.registry import Algorithm, Monitor, Preparation, Setting, params_schema, register, weighted
from ml.algorithms.scaled_target import with_scaled_target
from ml.errors import CannotFit
from ml.schema import Task
from ml.tuning.wishes import Range

_EPOCH = re.compile(r"Iteration (\d+), loss = (\S+)")
_SCORE = re.compile(r"Validation score: (\S+)")
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

    scikit-learn takes an interrupt between two epochs as the wish to end there: the network is whole, and the best
    so far where rows were set aside to tell, which is known from the second epoch on.
    """

    def __init__(self, monitor: Monitor, epochs: int, *, scored: bool) -> None:
        self._monitor = monitor
        self._epochs = epochs
        self._scored = scored
        self._done, self._loss = 0, 0.0

    def write(self, line: str) -> int:
        if found := _EPOCH.match(line):
            self._done, self._loss = int(found[1]), float(found[2])
            self._monitor.counted(self._done, self._epochs, "epoch")
            if not self._scored:
                self._measured({})
            if self._done > 1 and self._monitor.should_stop():
                raise KeyboardInterrupt
        elif found := _SCORE.match(line):
            self._measured({"validation_score": float(found[1])})
        return len(line)

    def _measured(self, scores: dict[str, float]) -> None:
        self._monitor.measured(self._done, "epoch", {"loss": round(self._loss, 6), **scores})


def _fit(estimator: Any, x: Any, y: Any, monitor: Monitor, weights: Any = None) -> None:
    """Fit once, and report each epoch."""
    network = getattr(estimator, "regressor", estimator)
    if network.early_stopping:
        _require_rows_to_set_aside(y, network.validation_fraction, classes=network is estimator)
    monitor.counted(0, network.max_iter, "epoch")
    network.set_params(verbose=True)
    try:
        with (
            warnings.catch_warnings(),
            redirect_stdout(_Epochs(monitor, network.max_iter, scored=network.early_stopping)),
        ):
            for message in _EXPECTED:
                warnings.filterwarnings("ignore", message)
            estimator.fit(x, y, **weighted(weights))
    finally:
        network.set_params(verbose=False)
    getattr(estimator, "regressor_", estimator).set_params(verbose=False)


def _require_rows_to_set_aside(y: Any, share: float, *, classes: bool) -> None:
    """scikit-learn sets at least two rows aside, and of classes at least one row of each."""
    import numpy as np  # noqa: PLC0415 -- slow import

    counts = np.unique(y, return_counts=True)[1] if classes else np.array([2])
    if counts.min() < 2 or math.ceil(len(y) * share) < max(2, len(counts)):
        raise CannotFit(
            "Early stopping sets a tenth of the rows aside, with some of each class among them, and there are too few "
            "rows for that. Switch early stopping off, or add rows."
        )


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
                "description": "Sets a tenth of the rows aside and keeps the epoch that did best on them.",
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
