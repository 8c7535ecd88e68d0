"""Read numbers off dates."""

from collections.abc import Sequence
from typing import Any

from ml.algorithms.registry import params_schema
from ml.schema import Column, Dtype
from ml.steps.registry import Gives, Made, Params, StepKind, StepSetting, register
from ml.steps.shapes import DATE_PARTS


def _gives(columns: Sequence[Column], params: Params) -> Gives:
    parts = [part for part in DATE_PARTS if part in params["parts"]]
    return Gives(
        instead={
            column.name: tuple(Made(f"{column.name} {part}", _dtype(part)) for part in parts) for column in columns
        }
    )


def _dtype(part: str) -> Dtype:
    return Dtype.NUMBER if part == "days" else Dtype.INTEGER


def _build(setting: StepSetting) -> Any:
    from ml.steps.calendar import ChosenDateParts  # noqa: PLC0415 -- slow import

    return ChosenDateParts(setting.names, **setting.params)


register(
    StepKind(
        key="date_parts",
        name="Date parts",
        description="Puts numbers in the place of dates: year, month, day, weekday, hour, days since 1970.",
        changes="'<column> year', '<column> month' … stand where the date was.",
        takes=(Dtype.DATETIME,),
        rank=100,
        params=params_schema(
            parts={
                "type": "array",
                "title": "Parts",
                "description": "Which numbers to read off; Monday is weekday 0, and days count from 1970 for a trend.",
                "default": list(DATE_PARTS),
                "items": {"type": "string", "enum": list(DATE_PARTS)},
                "minItems": 1,
                "uniqueItems": True,
            }
        ),
        gives=_gives,
        build=_build,
    )
)
