"""What random forest and extra trees share: their parameters, and growing some trees at a time."""

from typing import Any

from ml.algorithms.lifted import lifted
from ml.algorithms.registry import NO_FACTS, Monitor, RowFacts, params_schema, weighted
from ml.tuning.wishes import Range

_STEPS = 20


def grow(estimator: Any, x: Any, y: Any, monitor: Monitor, facts: RowFacts = NO_FACTS) -> None:
    """Grow the trees some at a time; each tree's seed is the one it has in a fit at once."""
    from sklearn.base import is_regressor  # noqa: PLC0415 -- slow import

    wanted = estimator.n_estimators
    cores = max(1, estimator.n_jobs or 1)
    most = -(-max(1, wanted // _STEPS) // cores) * cores  # whole rounds of the cores, so that none waits idle
    grown, step = 0, cores  # few at first, so that the first sign of progress comes early
    monitor.counted(0, wanted, "tree")
    with lifted(estimator, y, amounts=is_regressor(estimator)) as target:
        while grown < wanted and not (grown and monitor.should_stop()):
            estimator.set_params(warm_start=grown > 0, n_estimators=min(grown + step, wanted))
            estimator.fit(x, target, **weighted(facts.weights))
            grown, step = estimator.n_estimators, min(2 * step, most)
            monitor.counted(grown, wanted, "tree")
    estimator.set_params(warm_start=False)


def params() -> dict[str, Any]:
    """The JSON Schema of a forest's parameters."""
    return params_schema(
        n_estimators={
            "type": "integer",
            "title": "Trees",
            "description": "More trees give steadier answers and take longer in proportion.",
            "default": 100,
            "minimum": 1,
            "maximum": 2000,
        },
        max_depth={
            "type": ["integer", "null"],
            "title": "Greatest depth",
            "description": "How many questions a tree may ask in a row; empty for no limit.",
            "default": None,
            "minimum": 1,
            "maximum": 1000,
        },
        min_samples_split={
            "type": "integer",
            "title": "Rows to split",
            "description": "A group with fewer rows than this is not split further.",
            "default": 2,
            "minimum": 2,
            "maximum": 100000,
        },
        min_samples_leaf={
            "type": "integer",
            "title": "Rows in a leaf",
            "description": "No split may leave fewer rows than this on a side; more smooth the answers.",
            "default": 1,
            "minimum": 1,
            "maximum": 100000,
        },
    )


# Not the number of trees: more are never worse, only slower.
SEARCH = {"max_depth": Range(low=3, high=30), "min_samples_leaf": Range(low=1, high=20, log=True)}
