"""Support vector machine with a radial kernel: a row is judged by the training rows around it."""

from typing import Any

from ml.algorithms import margins
from ml.algorithms.registry import Algorithm, Preparation, Setting, Wish, params_schema, register
from ml.errors import BadInput
from ml.schema import Task
from ml.tuning.wishes import Range

MOST_ROWS = 50_000


def _build(setting: Setting) -> Any:
    from sklearn.svm import SVC, SVR  # noqa: PLC0415 -- slow import

    params = {**setting.params, "gamma": setting.params.get("gamma") or "scale"}
    if setting.task is Task.REGRESSION:
        machine = SVR(**params)
    else:
        machine = SVC(**{name: value for name, value in params.items() if name != "epsilon"}, random_state=setting.seed)
    return margins.finished(machine, setting.task, setting.seed)


def _refuse(wish: Wish) -> None:
    if wish.rows_train > MOST_ROWS:
        raise BadInput(
            "algorithm",
            f"This method compares every row with every other, which takes too long beyond {MOST_ROWS:,} rows, and "
            f"there are {wish.rows_train:,} to learn from. Choose linear_svm or lightgbm, or use fewer rows.",
        )


register(
    Algorithm(
        key="rbf_svm",
        name="Support vector machine",
        description="Draws smooth, curved borders. Strong on a few thousand rows of numbers; too slow on long tables.",
        tasks=(Task.REGRESSION, Task.CLASSIFICATION),
        rank=37,
        params=params_schema(
            C=margins.C,
            gamma={
                "type": ["number", "null"],
                "title": "Gamma (closeness)",
                "description": "How near a row must be to count; larger is nearer. Empty sets it by the columns.",
                "default": None,
                "nullMeans": "one set by the columns",
                "minimum": 0.000001,
                "maximum": 1000.0,
            },
            epsilon=margins.EPSILON,
        ),
        preparation=Preparation(scaled=True),
        build=_build,
        refuse=_refuse,
        fit=margins.fit,
        search={"C": Range(low=0.1, high=100, log=True), "gamma": Range(low=0.0001, high=1, log=True)},
    )
)
