"""XGBoost: gradient boosting with penalised trees of a fixed depth."""

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
from ml.algorithms.scaled_target import fit_scaled, scale_if_small, with_small_target_scaled
from ml.schema import Task
from ml.tuning.wishes import Range

# The training loss of a longer table is that of so many of its rows, evenly spread: measured on all of them, after
# each round, it would take a tenth of the time again.
MOST_MEASURED = 5_000
# It makes no split that gains less than 1e-6, in the target's squared unit. Of amounts with a deviation of 0.01 that
# takes 0.01 of R², of 0.001 a tenth; of 0.1 nothing that can be measured.
LEAST_DEVIATION = 0.1


def _build(setting: Setting) -> Any:
    from xgboost import XGBClassifier, XGBRegressor  # noqa: PLC0415 -- slow import

    params: dict[str, Any] = {
        **setting.params,
        "tree_method": "hist",
        "enable_categorical": True,
        "feature_types": ["c"] * len(setting.coded) or None,  # codes stand first; `_fit` adds the other columns
        # One thread, whatever there is: with more, five classes of 60,000 rows gave other trees on 2, 3 and 8.
        "n_jobs": 1,
        "random_state": setting.seed,
        "verbosity": 0,
    }
    if setting.task is Task.REGRESSION:
        return with_small_target_scaled(XGBRegressor(**params))
    return _with_names_of_classes(XGBClassifier(**params))


def _with_names_of_classes(booster: Any) -> Any:
    """Let a classifier that knows only classes 0, 1, 2 … answer with those of the table.

    A vote of one: scikit-learn's own part, so that a downloaded model opens without this package.
    """
    from sklearn.ensemble import VotingClassifier  # noqa: PLC0415 -- slow import

    return VotingClassifier([("xgboost", booster)], voting="soft")


def _fit(estimator: Any, x: Any, y: Any, monitor: Monitor, facts: RowFacts = NO_FACTS) -> None:
    """Fit once and report each round; of a vote, its only voter, and of a scaled target, what learns it."""
    from sklearn.base import clone  # noqa: PLC0415 -- slow import
    from sklearn.preprocessing import LabelEncoder  # noqa: PLC0415 -- slow import
    from sklearn.utils import Bunch  # noqa: PLC0415 -- slow import

    if not hasattr(estimator, "voting"):
        scale_if_small(estimator, y, least=LEAST_DEVIATION)
        estimator.regressor.set_params(feature_types=_types(estimator.regressor, x))
        fit_scaled(estimator, x, y, lambda copy, rows, amounts: _boost(copy, rows, amounts, monitor, facts, estimator))
        return
    wanted = estimator.named_estimators.xgboost
    wanted.set_params(feature_types=_types(wanted, x))
    booster, names = clone(wanted), LabelEncoder().fit(y)
    _boost(booster, x, names.transform(y), monitor, facts)
    estimator.le_, estimator.classes_ = names, names.classes_
    estimator.estimators_, estimator.named_estimators_ = [booster], Bunch(xgboost=booster)


def _boost(booster: Any, x: Any, y: Any, monitor: Monitor, facts: RowFacts, scaled: Any = None) -> None:
    """Fit the booster; where it learns for `scaled`, losses are told in the target's own unit."""
    from sklearn.base import is_classifier  # noqa: PLC0415 -- slow import

    booster.set_params(feature_types=_types(booster, x))
    monitor.counted(0, booster.n_estimators, "round")
    told, aside = slice(None, None, -(-len(y) // MOST_MEASURED)), {}
    learnt: Any = slice(None)
    if booster.early_stopping_rounds is not None:
        learnt, told = set_aside(y, facts, seed=booster.random_state, classes=is_classifier(booster))
        aside = {"eval_set": [(x[told], y[told])]}
        aside |= {} if facts.weights is None else {"sample_weight_eval_set": [facts.weights_of(told)]}
    measured = None if aside else _table(booster, x[told], y[told], facts.weights_of(told))
    scales = None if scaled is None else scaled.transformer_.scale_
    unit = 1.0 if scales is None else float(scales[0])
    booster.callbacks = [_rounds(monitor, booster.n_estimators, measured, unit)]
    weights = weighted(facts.weights_of(learnt))
    try:
        type(booster).fit(booster, x[learnt], y[learnt], **weights, **aside, verbose=False)
    finally:
        booster.callbacks = None


def _types(booster: Any, x: Any) -> list[str]:
    """What each column is to XGBoost: codes of categories first, then quantities."""
    coded = (booster.feature_types or []).count("c")
    return ["c"] * coded + ["q"] * (x.shape[1] - coded)


def _table(booster: Any, x: Any, y: Any, weights: Any) -> Any:
    from xgboost import DMatrix  # noqa: PLC0415 -- slow import

    return DMatrix(
        x, y, weight=weights, feature_types=booster.feature_types, enable_categorical=True, nthread=booster.n_jobs
    )


def _rounds(monitor: Monitor, rounds: int, measured: Any, unit: float) -> Any:
    """XGBoost's callback of each round: counts, measures `measured` or else the rows aside, ends when asked to."""
    from xgboost.callback import TrainingCallback  # noqa: PLC0415 -- slow import

    class Rounds(TrainingCallback):
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            monitor.counted(epoch + 1, rounds, "round")
            if boosting.is_measured(epoch + 1, rounds):
                monitor.measured(epoch + 1, "round", _loss(model, measured, evals_log, unit))
            return monitor.should_stop()

    return Rounds()


def _loss(model: Any, measured: Any, evals_log: Any, unit: float) -> dict[str, float]:
    if measured is None:
        (scores,) = evals_log["validation_0"].values()
        return {"validation_loss": unit * float(scores[-1])}
    return {"loss": unit * float(model.eval(measured).rpartition(":")[2])}


register(
    Algorithm(
        key="xgboost",
        name="XGBoost",
        description="Gradient boosting with penalties built in. Strong on tables of any size; takes its time.",
        tasks=(Task.REGRESSION, Task.CLASSIFICATION),
        rank=54,
        params=params_schema(
            n_estimators=boosting.N_ESTIMATORS,
            learning_rate=boosting.LEARNING_RATE,
            max_depth={
                "type": "integer",
                "title": "Greatest depth",
                "description": "How many questions a tree may ask in a row; deeper trees learn rows by heart.",
                "default": 6,
                "minimum": 1,
                "maximum": 16,
            },
            min_child_weight={
                "type": "number",
                "title": "Weight of a leaf",
                "description": "No leaf may weigh less; for amounts about its rows. Larger values smooth the answers.",
                "default": 1.0,
                "minimum": 0.0,
                "maximum": 100000.0,
            },
            reg_lambda={**boosting.REG_LAMBDA, "default": 1.0},
            subsample=boosting.SUBSAMPLE,
            colsample_bytree=boosting.COLSAMPLE,
            early_stopping_rounds=boosting.EARLY_STOPPING,
        ),
        preparation=Preparation(categories="codes", keeps_missing=True),
        build=_build,
        fit=_fit,
        keeps_so_far=True,
        libraries=("xgboost-cpu",),
        search={
            "n_estimators": Range(low=50, high=500, log=True),
            "learning_rate": Range(low=0.01, high=0.3, log=True),
            "max_depth": Range(low=3, high=10),
            "min_child_weight": Range(low=1, high=50, log=True),
            "colsample_bytree": Range(low=0.4, high=1),
        },
    )
)
