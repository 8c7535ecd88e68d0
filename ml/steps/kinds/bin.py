"""Cut numbers into ranges."""

from collections.abc import Sequence
from typing import Any

from ml.algorithms.registry import params_schema
from ml.schema import Column, Dtype
from ml.steps.registry import NUMBERS, Gives, Params, StepKind, StepSetting, register, same_columns


def _gives(columns: Sequence[Column], params: Params) -> Gives:
    return same_columns(Dtype.INTEGER if params["output"] == "code" else Dtype.CATEGORY)(columns, params)


def _build(setting: StepSetting) -> Any:
    from ml.steps.binning import BinNumbers  # noqa: PLC0415 -- slow import

    wanted = dict(setting.params)
    return BinNumbers(setting.names, codes=wanted.pop("output") == "code", **wanted)


register(
    StepKind(
        key="bin",
        name="Cut into ranges",
        description="Puts the range a number falls in where the number was.",
        changes="The columns keep their names and become categories such as '10 to 20', or codes from 0.",
        takes=NUMBERS,
        rank=80,
        params=params_schema(
            bins={
                "type": "integer",
                "title": "Ranges",
                "description": "How many; fewer come out where a value is very frequent.",
                "default": 5,
                "minimum": 2,
                "maximum": 100,
            },
            strategy={
                "type": "string",
                "title": "Cut at",
                "description": "As many rows in each range (quantile), or ranges of one width (uniform).",
                "default": "quantile",
                "enum": ["quantile", "uniform"],
            },
            output={
                "type": "string",
                "title": "Gives",
                "description": "A category with the range's name, or its code: 0 for the lowest, then 1, 2 …",
                "default": "category",
                "enum": ["category", "code"],
            },
        ),
        gives=_gives,
        build=_build,
    )
)
