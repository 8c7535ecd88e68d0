"""Linear regression: a weight for each column, by least squares."""

from typing import Any

from ml.algorithms.registry import Algorithm, Preparation, Setting, params_schema, register
from ml.schema import Task
from ml.tuning.wishes import Range


def _build(setting: Setting) -> Any:
    from sklearn.linear_model import LinearRegression  # noqa: PLC0415 -- slow import

    return LinearRegression(**setting.params)


register(
    Algorithm(
        key="linear",
        name="Linear regression",
        description="Adds up a weight for each column. Fast and plain; misses curves and interactions.",
        tasks=(Task.REGRESSION,),
        rank=10,
        params=params_schema(
            fit_intercept={
                "type": "boolean",
                "title": "Fit an intercept",
                "description": "Start from a base value instead of from zero.",
                "default": True,
            }
        ),
        preparation=Preparation(scaled=True),
        build=_build,
        search={"fit_intercept": Range(choices=(True, False))},
    )
)
