"""LightGBM: gradient boosting that grows each tree where it gains most; quick on long tables."""

from typing import Any

from ml.algorithms import boosting
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
from ml.schema import Task
from ml.tuning.wishes import Range


def _build(setting: Setting) -> Any:
    from lightgbm import LGBMClassifier, LGBMRegressor  # noqa: PLC0415 -- slow import

    params: dict[str, Any] = {
        **setting.params,
        "subsample_freq": 1,  # without it no row is ever left out
        "n_jobs": setting.cores,
        # The same trees on any number of cores: each column's sums are added up by one thread alone.
        "deterministic": True,
        "force_col_wise": True,
        "random_state": setting.seed,
        "verbosity": -1,
    }
    params["early_stopping_round"] = params.pop("early_stopping_rounds", None)
    if setting.coded:
        params["cat_feature"] = list(setting.coded)  # not `categorical_feature`, which works too, but warns
    if setting.task is Task.REGRESSION:
        return LGBMRegressor(**params, metric="rmse")
    return LGBMClassifier(**params)


class _Rounds:
    """LightGBM's callback of each round: counts, measures, and ends the fit when asked to."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._best: tuple[float, int] | None = None

    def __call__(self, env: Any) -> None:
        done, rounds = env.iteration + 1, env.end_iteration
        self._monitor.counted(done, rounds, "round")
        told = env.evaluation_result_list
        if told and (self._best is None or told[0].metric_value < self._best[0]):
            self._best = told[0].metric_value, env.iteration
        if boosting.is_measured(done, rounds):
            name, found = ("validation_loss", told) if told else ("loss", env.model.eval_train())
            self._monitor.measured(done, "round", {name: float(found[0].metric_value)})
        if self._monitor.should_stop():
            self._stop(env)

    def _stop(self, env: Any) -> None:
        from lightgbm.callback import EarlyStopException  # noqa: PLC0415 -- slow import

        raise EarlyStopException(self._best[1] if self._best else env.iteration, env.evaluation_result_list)


def _fit(estimator: Any, x: Any, y: Any, monitor: Monitor, facts: RowFacts = NO_FACTS) -> None:
    """Fit once, and report each round."""
    import numpy as np  # noqa: PLC0415 -- slow import
    from sklearn.base import is_classifier  # noqa: PLC0415 -- slow import

    callbacks = [_Rounds(monitor)]
    monitor.counted(0, estimator.n_estimators, "round")
    if estimator.early_stopping_round is None:
        estimator.fit(x, y, **weighted(facts.weights), callbacks=callbacks)
    else:
        classes = is_classifier(estimator)
        learnt, told = set_aside(y, facts, seed=estimator.random_state, classes=classes)
        estimator.fit(
            x[learnt],
            y[learnt],
            **weighted(facts.weights_of(learnt)),
            eval_X=x[told],
            eval_y=np.searchsorted(np.unique(y), y[told]) if classes else y[told],  # it numbers classes of `y` only
            eval_sample_weight=None if facts.weights is None else [facts.weights_of(told)],
            callbacks=callbacks,
        )


register(
    Algorithm(
        key="lightgbm",
        name="LightGBM",
        description="Gradient boosting for long tables. Quick and precise; wants some hundreds of rows at least.",
        tasks=(Task.REGRESSION, Task.CLASSIFICATION),
        rank=52,
        params=params_schema(
            n_estimators=boosting.N_ESTIMATORS,
            learning_rate=boosting.LEARNING_RATE,
            num_leaves={
                "type": "integer",
                "title": "Leaves of a tree",
                "description": "More leaves let a tree see finer groups, and learn rows by heart.",
                "default": 31,
                "minimum": 2,
                "maximum": 1000,
            },
            min_child_samples={
                "type": "integer",
                "title": "Rows in a leaf",
                "description": "No leaf may hold fewer rows than this; lower it on very small tables.",
                "default": 20,
                "minimum": 1,
                "maximum": 100000,
            },
            reg_lambda={**boosting.REG_LAMBDA, "default": 0.0},
            subsample=boosting.SUBSAMPLE,
            colsample_bytree=boosting.COLSAMPLE,
            early_stopping_rounds=boosting.EARLY_STOPPING,
        ),
        preparation=Preparation(categories="codes", keeps_missing=True),
        build=_build,
        fit=_fit,
        keeps_so_far=True,
        libraries=("lightgbm",),
        search={
            "n_estimators": Range(low=50, high=500, log=True),
            "learning_rate": Range(low=0.01, high=0.3, log=True),
            "num_leaves": Range(low=7, high=127, log=True),
            "min_child_samples": Range(low=5, high=100, log=True),
            "colsample_bytree": Range(low=0.4, high=1),
        },
    )
)
