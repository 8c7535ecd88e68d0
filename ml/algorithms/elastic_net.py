"""Elastic net: between ridge regression and lasso, weights small and some of them none."""

from typing import Any

from ml.algorithms import penalised
from ml.algorithms.registry import Algorithm, Preparation, Setting, params_schema, register
from ml.algorithms.scaled_target import with_scaled_target
from ml.schema import Task
from ml.tuning.wishes import Range


def _build(setting: Setting) -> Any:
    from sklearn.linear_model import ElasticNet  # noqa: PLC0415 -- slow import

    return with_scaled_target(ElasticNet(**setting.params, random_state=setting.seed))


register(
    Algorithm(
        key="elastic_net",
        name="Elastic net",
        description="Between ridge and lasso. Leaves columns out, but keeps those together that say the same.",
        tasks=(Task.REGRESSION,),
        rank=13,
        params=params_schema(
            alpha=penalised.ALPHA,
            l1_ratio={
                "type": "number",
                "title": "Share of lasso",
                "description": "1 is lasso, which leaves columns out; towards 0 all stay, with small weights.",
                "default": 0.5,
                "minimum": 0.01,  # the solver does not settle at 0, which is ridge regression
                "maximum": 1.0,
            },
            max_iter=penalised.MAX_ITER,
        ),
        preparation=Preparation(scaled=True),
        build=_build,
        search={"alpha": Range(low=0.0001, high=1, log=True), "l1_ratio": Range(low=0.05, high=0.95)},
    )
)
