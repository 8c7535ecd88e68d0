"""Hold extreme numbers within bounds."""

from collections.abc import Sequence
from typing import Any

from ml.algorithms.registry import params_schema
from ml.errors import BadInput
from ml.schema import Column, Dtype
from ml.steps.registry import NUMBERS, Params, StepKind, StepSetting, register, same_columns


def _refuse(_columns: Sequence[Column], params: Params) -> None:
    if params["low"] >= params["high"]:
        raise BadInput("params.low", "low must be below high.")


def _build(setting: StepSetting) -> Any:
    from ml.steps.numbers import ClipOutliers  # noqa: PLC0415 -- slow import

    return ClipOutliers(setting.names, **setting.params)


register(
    StepKind(
        key="clip_outliers",
        name="Clip outliers",
        description="Holds extreme numbers at a bound, so that a few odd rows do not decide.",
        changes="The columns keep their names; what lies beyond the bounds is put on them.",
        takes=NUMBERS,
        rank=40,
        params=params_schema(
            method={
                "type": "string",
                "title": "Bounds from",
                "description": "The distance between the quartiles (iqr), or shares of the rows (quantiles).",
                "default": "iqr",
                "enum": ["iqr", "quantiles"],
            },
            factor={
                "type": "number",
                "title": "Factor",
                "description": "How many times that distance beyond the quartiles a number may lie; 1.5 is Tukey's.",
                "default": 1.5,
                "minimum": 0.1,
                "maximum": 100.0,
            },
            low={
                "type": "number",
                "title": "Lower quantile",
                "description": "The share of rows below the lower bound, from 0 to 1.",
                "default": 0.01,
                "minimum": 0.0,
                "maximum": 1.0,
            },
            high={
                "type": "number",
                "title": "Upper quantile",
                "description": "The share of rows below the upper bound, from 0 to 1.",
                "default": 0.99,
                "minimum": 0.0,
                "maximum": 1.0,
            },
        ),
        gives=same_columns(Dtype.NUMBER),
        build=_build,
        refuse=_refuse,
        scaled=None,
    )
)
