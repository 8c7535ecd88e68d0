"""Take the logarithm."""

from typing import Any

from ml.algorithms.registry import params_schema
from ml.schema import Dtype
from ml.steps.registry import NUMBERS, StepKind, StepSetting, register, same_columns


def _build(setting: StepSetting) -> Any:
    from ml.steps.numbers import LogNumbers  # noqa: PLC0415 -- slow import

    return LogNumbers(setting.names, **setting.params)


register(
    StepKind(
        key="log",
        name="Logarithm",
        description="Draws together amounts that span many sizes, such as prices: the logarithm of 1 + x.",
        changes="The columns keep their names; ten times as much becomes a little more.",
        takes=NUMBERS,
        rank=50,
        params=params_schema(
            signed={
                "type": "boolean",
                "title": "Keep the sign",
                # Without it a negative number in a later row has no logarithm; above 0 both are the same.
                "description": "Negative numbers become minus the logarithm of 1 − x; else those to −1 are missing.",
                "default": True,
            }
        ),
        gives=same_columns(Dtype.NUMBER),
        build=_build,
    )
)
