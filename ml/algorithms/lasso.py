"""Lasso: a weight for each column by least squares, and none for those that help too little."""

from typing import Any

from ml.algorithms import penalised
from ml.algorithms.registry import Algorithm, Preparation, Setting, params_schema, register
from ml.algorithms.scaled_target import with_scaled_target
from ml.schema import Task
from ml.tuning.wishes import Range


def _build(setting: Setting) -> Any:
    from sklearn.linear_model import Lasso  # noqa: PLC0415 -- slow import

    return with_scaled_target(Lasso(**setting.params, random_state=setting.seed))


register(
    Algorithm(
        key="lasso",
        name="Lasso",
        description="Linear regression that leaves out columns that hardly help. Choose it to find those that count.",
        tasks=(Task.REGRESSION,),
        rank=12,
        params=params_schema(alpha=penalised.ALPHA, max_iter=penalised.MAX_ITER),
        preparation=Preparation(scaled=True),
        build=_build,
        search={"alpha": Range(low=0.0001, high=1, log=True)},
    )
)
