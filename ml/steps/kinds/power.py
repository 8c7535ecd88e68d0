"""Make the shape of numbers more like a bell."""

from typing import Any

from ml.algorithms.registry import params_schema
from ml.schema import Dtype
from ml.steps.registry import NUMBERS, StepKind, StepSetting, register, same_columns


def _build(setting: StepSetting) -> Any:
    from ml.steps.numbers import PowerNumbers  # noqa: PLC0415 -- slow import

    return PowerNumbers(setting.names)


register(
    StepKind(
        key="power",
        name="Power transform",
        description="Finds the power that spreads a column's values most evenly around their middle (Yeo-Johnson).",
        changes="The columns keep their names, with mean 0 and deviation 1.",
        takes=NUMBERS,
        rank=60,
        params=params_schema(),
        gives=same_columns(Dtype.NUMBER),
        build=_build,
        scaled=True,
    )
)
