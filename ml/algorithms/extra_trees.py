"""Extra trees: a forest whose trees split at places drawn by chance, each grown on all rows."""

from typing import Any

from ml.algorithms import forests
from ml.algorithms.registry import Algorithm, Preparation, Setting, register
from ml.schema import Task


def _build(setting: Setting) -> Any:
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor  # noqa: PLC0415 -- slow import

    kind = ExtraTreesRegressor if setting.task is Task.REGRESSION else ExtraTreesClassifier
    return kind(**setting.params, random_state=setting.seed, n_jobs=setting.cores)


register(
    Algorithm(
        key="extra_trees",
        name="Extra trees",
        description="A forest that splits at random places. Quicker to grow; worth a try where columns are noisy.",
        tasks=(Task.REGRESSION, Task.CLASSIFICATION),
        rank=42,
        params=forests.params(),
        preparation=Preparation(categories="codes"),
        build=_build,
        fit=forests.grow,
        keeps_so_far=True,
        search=forests.SEARCH,
    )
)
