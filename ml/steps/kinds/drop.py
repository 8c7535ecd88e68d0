"""Leave out some columns."""

from collections.abc import Sequence
from typing import Any

from ml.algorithms.registry import params_schema
from ml.schema import Column, Dtype
from ml.steps.registry import Gives, Params, StepKind, StepSetting, register


def _gives(columns: Sequence[Column], _params: Params) -> Gives:
    return Gives(instead={column.name: () for column in columns})


def _build(setting: StepSetting) -> Any:
    from ml.steps.framed import DropColumns  # noqa: PLC0415 -- slow import

    return DropColumns(setting.names)


register(
    StepKind(
        key="drop",
        name="Drop columns",
        description="Leaves out these columns.",
        changes="The columns are gone.",
        takes=tuple(Dtype),
        rank=20,
        params=params_schema(),
        gives=_gives,
        build=_build,
    )
)
