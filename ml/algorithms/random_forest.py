"""Random forest: many trees, each grown on a sample of the rows, answering together."""

from typing import Any

from ml.algorithms import forests
from ml.algorithms.registry import Algorithm, Preparation, Setting, register
from ml.schema import Task


def _build(setting: Setting) -> Any:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor  # noqa: PLC0415 -- slow import

    kind = RandomForestRegressor if setting.task is Task.REGRESSION else RandomForestClassifier
    return kind(**setting.params, random_state=setting.seed, n_jobs=setting.cores)


register(
    Algorithm(
        key="random_forest",
        name="Random forest",
        description="Hundreds of decision trees voting. Good without tuning; finds curves and interactions.",
        tasks=(Task.REGRESSION, Task.CLASSIFICATION),
        rank=40,
        params=forests.params(),
        preparation=Preparation(categories="codes"),
        build=_build,
        fit=forests.grow,
        keeps_so_far=True,
        search=forests.SEARCH,
    )
)
