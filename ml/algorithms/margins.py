"""What the two support vector machines share: probabilities for classes, a scaled target, and counted fits."""

from typing import Any

from ml.algorithms.registry import NO_FACTS, Monitor, RowFacts, fit_at_once, weighted
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
    rows a fold has not seen, so that they are not too sure, while the machine itself learns from all rows (`fit`).
    """
    if task is Task.REGRESSION:
        return with_scaled_target(machine)
    from sklearn.calibration import CalibratedClassifierCV  # noqa: PLC0415 -- slow import

    return CalibratedClassifierCV(machine, method="sigmoid", ensemble=False, cv=_folds(FOLDS, seed))


def fit(estimator: Any, x: Any, y: Any, monitor: Monitor, facts: RowFacts = NO_FACTS) -> None:
    """Fit, counting the folds; with a class of fewer rows than folds, on fewer folds.

    Groups are in one fold each, or the machine would know whom it answers for, and its probabilities would be too sure
    of those it does not know. Rows with moments are answered for by what earlier rows teach, as rows to come will be;
    where these lack a class, as before the earliest rows, by all rows of other moments: there is no second machine that
    knows fewer classes. A fold that has a class to itself gives one of its groups or moments away.

    Raises CannotFit when a class has a single row, or is tied to a single group or moment: what its probability is
    cannot be learnt from that.
    """
    if not hasattr(estimator, "cv"):
        fit_at_once(estimator, x, y, monitor, facts)
        return
    rarest, rows = _rarest(y)
    if rows < 2:
        raise CannotFit(
            f"{rarest} is the class of a single row to learn from, and this method needs two of each for its "
            "probabilities. Add rows, leave that class out, or choose another method."
        )
    if facts.ties is not None:
        pairs = _untied(y, facts, estimator.cv.random_state)
        estimator.set_params(cv=pairs)
        _counted(estimator, x, y, monitor, facts.weights, folds=len(pairs))
        estimator.set_params(cv=len(pairs))  # a model that is kept does not hold which rows it has learnt from
        return
    folds = min(rows, FOLDS)
    estimator.set_params(cv=_folds(folds, estimator.cv.random_state))
    _counted(estimator, x, y, monitor, facts.weights, folds=folds)


def _untied(y: Any, facts: RowFacts, seed: int) -> list[tuple[Any, Any]]:
    """Positions of the rows to learn from and to answer for, for each fold; every class is among the former."""
    import numpy as np  # noqa: PLC0415 -- slow import

    from ml.inner import crossed, whole_parts  # noqa: PLC0415 -- slow import
    from ml.splits import Grounds  # noqa: PLC0415 -- slow import

    grounds = Grounds(values=y, task=Task.CLASSIFICATION, groups=facts.groups, moments=facts.moments)
    parts = _each_class_in_two(whole_parts(grounds, FOLDS, seed=seed), y, facts)
    classes, everything = len(np.unique(y)), np.arange(len(y))
    return [
        (cut.train if len(np.unique(y[cut.train])) == classes else np.setdiff1d(everything, cut.test), cut.test)
        for cut in crossed(grounds, parts)
    ]


def _each_class_in_two(parts: Any, y: Any, facts: RowFacts) -> Any:
    """The part of each row; where one has a class to itself, the least of that class's groups or moments leaves it."""
    import numpy as np  # noqa: PLC0415 -- slow import

    for label in np.unique(y):
        its = y == label
        if len(np.unique(parts[its])) > 1:
            continue
        ties, rows = np.unique(facts.ties[its], return_counts=True)
        if len(ties) < 2:
            raise CannotFit(_tied(label, "group" if facts.moments is None else "moment"))
        parts = np.where(facts.ties == ties[rows.argmin()], parts.max() + 1, parts)
    return parts


def _tied(label: Any, unit: str) -> str:
    return (
        f"{label} is the class of a single {unit} to learn from, and this method needs two {unit}s of each for its "
        f"probabilities. Add {unit}s, leave that class out, or choose another method."
    )


def _counted(estimator: Any, x: Any, y: Any, monitor: Monitor, weights: Any, *, folds: int) -> None:
    """Fit, counting by scikit-learn's own protocol of copies: it copies the machine, and that copy for each fold."""
    machine, total, begun = estimator.estimator, folds + 1, 0

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
