"""Random forest: many trees, each grown on a sample of the rows, answering together."""

from typing import Any

from ml.algorithms.registry import Algorithm, Monitor, Preparation, Setting, params_schema, register, weighted
from ml.schema import Task

_STEPS = 20


def _build(setting: Setting) -> Any:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor  # noqa: PLC0415 -- slow import

    kind = RandomForestRegressor if setting.task is Task.REGRESSION else RandomForestClassifier
    return kind(**setting.params, random_state=setting.seed, n_jobs=setting.cores)


def _fit(estimator: Any, x: Any, y: Any, monitor: Monitor, weights: Any = None) -> None:
    """Grow the trees some at a time; each tree's seed is the one it has in a fit at once."""
    wanted = estimator.n_estimators
    cores = max(1, estimator.n_jobs or 1)
    most = -(-max(1, wanted // _STEPS) // cores) * cores  # whole rounds of the cores, so that none waits idle
    grown, step = 0, cores  # few at first, so that the first sign of progress comes early
    monitor.counted(0, wanted, "tree")
    while grown < wanted and not (grown and monitor.should_stop()):
        estimator.set_params(warm_start=grown > 0, n_estimators=min(grown + step, wanted))
        estimator.fit(x, y, **weighted(weights))
        grown, step = estimator.n_estimators, min(2 * step, most)
        monitor.counted(grown, wanted, "tree")
    estimator.set_params(warm_start=False)


register(
    Algorithm(
        key="random_forest",
        name="Random forest",
        description="Hundreds of decision trees voting. Good without tuning; finds curves and interactions.",
        tasks=(Task.REGRESSION, Task.CLASSIFICATION),
        rank=40,
        params=params_schema(
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
        ),
        preparation=Preparation(categories="codes"),
        build=_build,
        fit=_fit,
        keeps_so_far=True,
    )
)
