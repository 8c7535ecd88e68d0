"""Weigh the words of texts."""

from collections.abc import Sequence
from typing import Any

from ml.algorithms.registry import params_schema
from ml.schema import Column, Dtype
from ml.steps.registry import Gives, Params, StepKind, StepSetting, register


def _gives(columns: Sequence[Column], params: Params) -> Gives:
    return Gives(instead={column.name: () for column in columns}, unnamed=params["words"] * len(columns))


def _build(setting: StepSetting) -> Any:
    from ml.steps.texts import WordWeights  # noqa: PLC0415 -- slow import

    return WordWeights(setting.names, **setting.params)


register(
    StepKind(
        key="tfidf",
        name="Words of a text",
        description="Gives each frequent word a column with its weight in the text (TF-IDF).",
        changes="'<column>: <word>' for each word stand where the text was.",
        takes=(Dtype.TEXT, Dtype.CATEGORY),
        rank=150,
        params=params_schema(
            words={
                "type": "integer",
                "title": "Most words",
                "description": "Only the most frequent words of each column get a column.",
                "default": 100,
                "minimum": 1,
                "maximum": 1000,
            },
            pairs={
                "type": "boolean",
                "title": "Pairs of words",
                "description": "Count two words after one another as a word too.",
                "default": False,
            },
        ),
        gives=_gives,
        build=_build,
        scaled=True,
    )
)
