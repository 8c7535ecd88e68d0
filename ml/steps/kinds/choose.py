"""Keep some columns."""

from collections.abc import Sequence
from typing import Any

from ml.algorithms.registry import params_schema
from ml.schema import Column, Dtype
from ml.steps.registry import Gives, Params, StepKind, StepSetting, register, same_columns


def _gives(columns: Sequence[Column], params: Params) -> Gives:
    return Gives(instead=same_columns()(columns, params).instead, only=True)


def _build(setting: StepSetting) -> Any:
    from ml.steps.framed import ChooseColumns  # noqa: PLC0415 -- slow import

    return ChooseColumns(setting.names)


register(
    StepKind(
        key="choose",
        name="Choose columns",
        description="Keeps these columns and leaves out all others.",
        changes="The columns chosen stay as they are; all others, also those made by earlier steps, are gone.",
        takes=tuple(Dtype),
        rank=10,
        params=params_schema(),
        gives=_gives,
        build=_build,
        scaled=None,
    )
)
