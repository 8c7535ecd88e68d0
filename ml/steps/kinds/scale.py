"""Bring numbers to a common size."""

from typing import Any

from ml.algorithms.registry import params_schema
from ml.schema import Dtype
from ml.steps.registry import NUMBERS, StepKind, StepSetting, register, same_columns


def _build(setting: StepSetting) -> Any:
    from ml.steps.numbers import ScaleNumbers  # noqa: PLC0415 -- slow import

    return ScaleNumbers(setting.names, **setting.params)


register(
    StepKind(
        key="scale",
        name="Scale",
        description="Brings columns to a common size, for algorithms that weigh or measure distances.",
        changes="The columns keep their names; no algorithm scales them again.",
        takes=NUMBERS,
        rank=70,
        params=params_schema(
            method={
                "type": "string",
                "title": "Method",
                "description": "To mean 0 and deviation 1 (standard), to 0 … 1 (minmax), or by quartiles (robust).",
                "default": "standard",
                "enum": ["standard", "minmax", "robust"],
            }
        ),
        gives=same_columns(Dtype.NUMBER),
        build=_build,
        scaled=True,
    )
)
