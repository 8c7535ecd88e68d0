"""Put rare categories together."""

from collections.abc import Sequence
from typing import Any

from ml.algorithms.registry import params_schema
from ml.errors import BadInput
from ml.schema import Column, Dtype
from ml.steps.registry import CATEGORIES, Params, StepKind, StepSetting, register, same_columns
from ml.values import word


def _refuse(_columns: Sequence[Column], params: Params) -> None:
    if not word(params["name"]):
        raise BadInput("params.name", "The name must be a word that does not mean a missing value.")


def _build(setting: StepSetting) -> Any:
    from ml.steps.encoding import RareCategories  # noqa: PLC0415 -- slow import

    return RareCategories(setting.names, share=setting.params["share"], name=word(setting.params["name"]))


register(
    StepKind(
        key="rare_categories",
        name="Group rare categories",
        description="Puts one name for all categories that few rows have, as little can be learnt from each.",
        changes="The columns keep their names and become categories; unseen ones get that name too.",
        takes=(Dtype.INTEGER, *CATEGORIES),
        rank=110,
        params=params_schema(
            share={
                "type": "number",
                "title": "Share",
                "description": "Categories with less than this share of the rows are rare; 0.01 is one in a hundred.",
                "default": 0.01,
                "minimum": 0.0,
                "maximum": 0.5,
            },
            name={
                "type": "string",
                "title": "Name",
                "description": "What stands for all of them.",
                "default": "other",
                "minLength": 1,
                "maxLength": 100,
            },
        ),
        gives=same_columns(Dtype.CATEGORY),
        build=_build,
        refuse=_refuse,
    )
)
