"""Fill missing values."""

from collections.abc import Sequence
from typing import Any

from ml.algorithms.registry import params_schema
from ml.errors import BadInput
from ml.schema import NUMERIC, READERS, Column, Dtype
from ml.steps.registry import CATEGORIES, NUMBERS, Gives, Made, Params, StepKind, StepSetting, register
from ml.values import Unreadable


def _gives(columns: Sequence[Column], params: Params) -> Gives:
    def made(column: Column) -> tuple[Made, ...]:
        filled = Made(column.name, _filled(column, params))
        return (filled, Made(f"{column.name} missing", Dtype.BOOLEAN)) if params["indicator"] else (filled,)

    return Gives(instead={column.name: made(column) for column in columns})


def _filled(column: Column, params: Params) -> Dtype:
    return Dtype.NUMBER if params["strategy"] == "mean" else column.dtype


def _refuse(columns: Sequence[Column], params: Params) -> None:
    for column in columns:
        if params["strategy"] in ("median", "mean") and column.dtype not in NUMERIC:
            raise BadInput(
                "params.strategy",
                f"The {params['strategy']} is of numbers, and {column.name} is of type {column.dtype.value}; choose "
                "most_frequent or constant for it, in a step of its own.",
            )
        if params["strategy"] == "constant":
            _constant(column, params["fill_value"])


def _constant(column: Column, value: object) -> Any:
    try:
        found = READERS[column.dtype](value)
    except Unreadable as error:
        raise BadInput("params.fill_value", f"The value for {column.name} {error}.") from error
    if found in (None, "") or found != found:  # noqa: PLR0124 -- NaN
        raise BadInput("params.fill_value", f"Say with which value the gaps of {column.name} are to be filled.")
    return found


def _build(setting: StepSetting) -> Any:
    from ml.steps.filling import FillMissing  # noqa: PLC0415 -- slow import

    fills: dict[str, Any] = {}
    if setting.params["strategy"] == "constant":
        for column in setting.columns:
            found = _constant(column, setting.params["fill_value"])
            fills["fill_word" if isinstance(found, str) else "fill_number"] = found
    return FillMissing(
        setting.names, strategy=setting.params["strategy"], indicator=setting.params["indicator"], **fills
    )


register(
    StepKind(
        key="impute",
        name="Fill missing values",
        description="Puts one value wherever a column has none: a middle one, the most frequent, or one you choose.",
        changes="The columns keep their names and have no gaps; with the indicator, '<column> missing' says where.",
        takes=(*NUMBERS, Dtype.BOOLEAN, *CATEGORIES),
        rank=30,
        params=params_schema(
            strategy={
                "type": "string",
                "title": "Fill with",
                "description": "Median and mean are for numbers; the mean follows extreme values, the median does not.",
                "default": "median",
                "enum": ["median", "mean", "most_frequent", "constant"],
            },
            fill_value={
                "type": ["string", "number"],
                "title": "Constant",
                "description": "What to fill with when that is a constant; it must suit the columns.",
                "default": "0",
                "maxLength": 200,
            },
            indicator={
                "type": "boolean",
                "title": "Say where",
                "description": "Add a yes-or-no column for each, true where the value was missing.",
                "default": False,
            },
        ),
        gives=_gives,
        build=_build,
        refuse=_refuse,
        scaled=None,
    )
)
