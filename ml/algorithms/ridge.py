"""Ridge regression: a weight for each column by least squares, with all weights kept small."""

from typing import Any

from ml.algorithms.registry import Algorithm, Preparation, Setting, params_schema, register
from ml.schema import Task
from ml.tuning.wishes import Range


def _build(setting: Setting) -> Any:
    from sklearn.linear_model import Ridge  # noqa: PLC0415 -- slow import

    return Ridge(**setting.params, random_state=setting.seed)


register(
    Algorithm(
        key="ridge",
        name="Ridge regression",
        description="Linear regression with small weights. Steadier where columns are many or say the same.",
        tasks=(Task.REGRESSION,),
        rank=11,
        params=params_schema(
            alpha={
                "type": "number",
                "title": "Alpha (penalty)",
                "description": "Larger values keep the weights smaller, against overfitting; 0 is linear regression.",
                "default": 1.0,
                "minimum": 0.0,
                "maximum": 1000000.0,
            },
            fit_intercept={
                "type": "boolean",
                "title": "Fit an intercept",
                "description": "Start from a base value instead of from zero.",
                "default": True,
            },
        ),
        preparation=Preparation(scaled=True),
        build=_build,
        search={"alpha": Range(low=0.01, high=1000, log=True)},
    )
)
