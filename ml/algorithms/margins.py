"""What the two support vector machines share: probabilities for classes, a scaled target, and counted fits."""

from typing import Any

from ml.algorithms.registry import Monitor, fit_at_once, weighted
from ml.algorithms.scaled_target import with_scaled_target
from ml.errors import CannotFit
from ml.schema import Task

FOLDS = 5

C: dict[str, Any] = {
    "type": "number",
    "title": "C (freedom)",
    "description": "Small values allow errors for a simpler model; large ones follow the rows closely.",
    "default": 1.0,
    "minimum": 0.000001,
    "maximum": 1000000,
}

EPSILON: dict[str, Any] = {
    "type": "number",
    "title": "Tolerated error",
    "description": "For amounts only: errors below this many deviations of the target do not count.",
    "default": 0.1,
    "minimum": 0.0,
    "maximum": 10.0,
}


def finished(machine: Any, task: Task, seed: int) -> Any:
    """Give a classifier probabilities, a regressor a scaled target.

    Probabilities are Platt's, as scikit-learn 1.9 recommends instead of `SVC(probability=True)`: from answers to
    rows a fold has not seen, so that they are not too sure, while the machine itself learns from all rows.
    """
    if task is Task.REGRESSION:
        return with_scaled_target(machine)
    from sklearn.calibration import CalibratedClassifierCV  # noqa: PLC0415 -- slow import

    return CalibratedClassifierCV(machine, method="sigmoid", ensemble=False, cv=_folds(FOLDS, seed))


def fit(estimator: Any, x: Any, y: Any, monitor: Monitor, weights: Any = None) -> None:
    """Fit, counting the folds; with a class of fewer rows than folds, on fewer folds.

    Raises CannotFit when a class has a single row: what its probability is cannot be learnt from that.
    """
    if not hasattr(estimator, "cv"):
        fit_at_once(estimator, x, y, monitor, weights)
        return
    rarest, rows = _rarest(y)
    if rows < 2:
        raise CannotFit(
            f"{rarest} is the class of a single row to learn from, and this method needs two of each for its "
            "probabilities. Add rows, leave that class out, or choose another method."
        )
    if rows < FOLDS:
        estimator.set_params(cv=_folds(rows, estimator.cv.random_state))
    _counted(estimator, x, y, monitor, weights)


def _counted(estimator: Any, x: Any, y: Any, monitor: Monitor, weights: Any) -> None:
    """Fit, counting by scikit-learn's own protocol of copies: it copies the machine, and that copy for each fold."""
    machine, total, begun = estimator.estimator, estimator.cv.n_splits + 1, 0

    def plain() -> Any:
        return type(machine)(**machine.get_params())

    def for_a_fold() -> Any:
        nonlocal begun
        monitor.counted(begun, total, "fit")
        begun += 1
        return plain()

    def for_all_rows() -> Any:
        copy = plain()
        copy.__sklearn_clone__ = for_a_fold
        return copy

    machine.__sklearn_clone__ = for_all_rows
    try:
        estimator.fit(x, y, **weighted(weights))
    finally:
        del machine.__sklearn_clone__
    del estimator.calibrated_classifiers_[0].estimator.__sklearn_clone__
    monitor.counted(total, total, "fit")


def _folds(folds: int, seed: int | None) -> Any:
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415 -- slow import

    return StratifiedKFold(folds, shuffle=True, random_state=seed)


def _rarest(y: Any) -> tuple[Any, int]:
    import numpy as np  # noqa: PLC0415 -- slow import

    classes, counts = np.unique(y, return_counts=True)
    return classes[counts.argmin()], int(counts.min())
