"""Nearest neighbours: the answer of the training rows most like the one asked about."""

from typing import Any

from ml.algorithms.registry import Algorithm, Preparation, Setting, Wish, params_schema, register
from ml.errors import BadInput
from ml.schema import Task
from ml.tuning.wishes import Range


def _build(setting: Setting) -> Any:
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor  # noqa: PLC0415 -- slow import

    kind = KNeighborsRegressor if setting.task is Task.REGRESSION else KNeighborsClassifier
    # The brute-force search rounds distances differently for one row than for many, which flips ties between
    # neighbours, so that a row's answer would depend on its company; a k-d tree treats each row by itself.
    return kind(**setting.params, algorithm="kd_tree", n_jobs=setting.cores)


def _refuse(wish: Wish) -> None:
    if wish.params["n_neighbors"] > wish.rows_train:
        raise BadInput.breaks(
            "params.n_neighbors",
            f"must be at most {wish.rows_train:,}, the rows to learn from; got {wish.params['n_neighbors']:,}.",
            name="n_neighbors",
        )


register(
    Algorithm(
        key="knn",
        name="Nearest neighbours",
        description="Answers as the most similar training rows did. No formula; slow on long, wide tables.",
        tasks=(Task.REGRESSION, Task.CLASSIFICATION),
        rank=30,
        params=params_schema(
            n_neighbors={
                "type": "integer",
                "title": "Neighbours",
                "description": "How many similar rows are asked; more make smoother answers.",
                "default": 5,
                "minimum": 1,
                "maximum": 1000,
            },
            weights={
                "type": "string",
                "title": "Weights",
                "description": "All neighbours count alike (uniform), or nearer ones count more (distance).",
                "default": "uniform",
                "enum": ["uniform", "distance"],
            },
        ),
        preparation=Preparation(scaled=True),
        build=_build,
        refuse=_refuse,
        takes_weights=False,
        search={"n_neighbors": Range(low=1, high=50, log=True), "weights": Range(choices=("uniform", "distance"))},
    )
)
