"""Categories as places in an order."""

from typing import Any

from ml.algorithms.registry import params_schema
from ml.schema import Dtype
from ml.steps.registry import CATEGORIES, StepKind, StepSetting, register, same_columns


def _build(setting: StepSetting) -> Any:
    from ml.steps.encoding import OrdinalColumns  # noqa: PLC0415 -- slow import

    return OrdinalColumns(setting.names, **setting.params)


register(
    StepKind(
        key="ordinal",
        name="Codes in an order",
        description="Numbers the categories in an order, such as small, medium, large: 0, 1, 2.",
        changes="The columns keep their names and become whole numbers; what is not in the order is missing.",
        takes=CATEGORIES,
        rank=130,
        params=params_schema(
            order={
                "type": "array",
                "title": "Order",
                "description": "The categories from first to last; empty for the alphabet.",
                "default": [],
                "items": {"type": "string", "maxLength": 200},
                "maxItems": 500,
                "uniqueItems": True,
            }
        ),
        gives=same_columns(Dtype.INTEGER),
        build=_build,
    )
)
