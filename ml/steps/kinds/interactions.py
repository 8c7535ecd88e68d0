"""Combine numbers two by two."""

import math
from collections.abc import Sequence
from typing import Any

from ml.algorithms.registry import params_schema
from ml.errors import BadInput
from ml.schema import Column, Dtype
from ml.steps.registry import NUMBERS, Gives, Made, Params, StepKind, StepSetting, register, same_columns
from ml.steps.shapes import names_of_pairs

MOST_COLUMNS = 30


def _gives(columns: Sequence[Column], params: Params) -> Gives:
    names = [column.name for column in columns]
    return Gives(
        instead=same_columns()(columns, params).instead,
        added=tuple(Made(name, Dtype.NUMBER) for name in names_of_pairs(names, params["operation"])),
    )


def _refuse(columns: Sequence[Column], _params: Params) -> None:
    if len(columns) > MOST_COLUMNS:
        raise BadInput(
            "columns",
            f"{len(columns)} columns make {math.comb(len(columns), 2):,} pairs; choose {MOST_COLUMNS} at most.",
        )


def _build(setting: StepSetting) -> Any:
    from ml.steps.numbers import Interactions  # noqa: PLC0415 -- slow import

    return Interactions(setting.names, **setting.params)


register(
    StepKind(
        key="interactions",
        name="Interactions",
        description="Takes columns two by two: their product, or the first divided by the second.",
        changes="The columns stay; '<a> × <b>' or '<a> ÷ <b>' is added for each two, missing where b is 0.",
        takes=NUMBERS,
        rank=90,
        params=params_schema(
            operation={
                "type": "string",
                "title": "Operation",
                "description": "Multiply each two columns, or divide the one named first by the other.",
                "default": "product",
                "enum": ["product", "ratio"],
            }
        ),
        gives=_gives,
        build=_build,
        refuse=_refuse,
        scaled=None,
        fewest=2,
    )
)
