"""A yes-or-no column for each category."""

from collections.abc import Sequence
from typing import Any

from ml.algorithms.registry import params_schema
from ml.schema import Column, Dtype
from ml.steps.registry import CATEGORIES, Gives, Params, StepKind, StepSetting, register


def _gives(columns: Sequence[Column], params: Params) -> Gives:
    return Gives(
        instead={column.name: () for column in columns}, unnamed=sum(_most(column, params) for column in columns)
    )


def _most(column: Column, params: Params) -> int:
    known = column.unique + 1 if column.unique else params["most"]  # missing is one more
    return min(known, int(params["most"]))


def _build(setting: StepSetting) -> Any:
    from ml.steps.encoding import OneHotColumns  # noqa: PLC0415 -- slow import

    return OneHotColumns(setting.names, **setting.params)


register(
    StepKind(
        key="one_hot",
        name="One column a category",
        description="Gives each category a column of its own that is 1 where a row has it (one-hot).",
        changes="'<column> = <category>' for each of the commonest stand where the column was; rare ones have none.",
        takes=(Dtype.INTEGER, *CATEGORIES),
        rank=120,
        params=params_schema(
            most={
                "type": "integer",
                "title": "Most columns",
                "description": "Only the commonest categories of each column get one.",
                "default": 50,
                "minimum": 1,
                "maximum": 200,
            }
        ),
        gives=_gives,
        build=_build,
        scaled=True,
    )
)
