"""Values that stand for a gap, made one."""

from collections.abc import Sequence
from typing import Any

from ml.algorithms.registry import params_schema
from ml.errors import BadInput
from ml.schema import READERS, Column, Dtype
from ml.steps.registry import CATEGORIES, NUMBERS, Params, StepKind, StepSetting, register, same_columns
from ml.values import Unreadable


def _refuse(columns: Sequence[Column], params: Params) -> None:
    if not params["values"]:
        raise BadInput("params.values", "Say which values stand for a missing one, such as 999 or unknown.")
    for column in columns:
        _read(column, params["values"])


def _read(column: Column, values: Sequence[str]) -> list[Any]:
    try:
        return [READERS[column.dtype](value) for value in values]
    except Unreadable as error:
        raise BadInput("params.values", f"A value for {column.name} {error}.") from error


def _build(setting: StepSetting) -> Any:
    from ml.steps.filling import MarkMissing  # noqa: PLC0415 -- slow import

    values = [_read(column, setting.params["values"]) for column in setting.columns]
    return MarkMissing(setting.names, values=values)


register(
    StepKind(
        key="mark_missing",
        name="Take values for missing",
        description="Makes gaps of values that only say that there is none, such as 999, -1 or unknown.",
        changes="The columns keep their names and types; where one of the values stood they have none.",
        takes=(*NUMBERS, *CATEGORIES, Dtype.TEXT),
        rank=25,
        params=params_schema(
            values={
                "type": "array",
                "title": "Values",
                "description": "What stands for a missing value in these columns.",
                "default": [],
                "items": {"type": "string", "maxLength": 200},
                "maxItems": 50,
                "uniqueItems": True,
            }
        ),
        gives=same_columns(),
        refuse=_refuse,
        build=_build,
    )
)
