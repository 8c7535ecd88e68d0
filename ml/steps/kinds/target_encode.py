"""Categories as the mean of the target."""

from collections.abc import Sequence
from typing import Any

from ml.algorithms.registry import params_schema
from ml.schema import Column, Dtype, Task
from ml.steps.registry import CATEGORIES, Gives, Params, StepKind, StepSetting, register


def _gives(columns: Sequence[Column], _params: Params) -> Gives:
    # How many stand in the place of each column hangs on the classes of the target, which a recipe does not know.
    return Gives(instead={column.name: () for column in columns}, unnamed=len(columns))


def _build(setting: StepSetting) -> Any:
    from ml.steps.encoding import TargetColumns  # noqa: PLC0415 -- slow import

    classes = setting.task is Task.CLASSIFICATION
    return TargetColumns(setting.names, folds=setting.params["folds"], classes=classes, seed=setting.seed)


register(
    StepKind(
        key="target_encode",
        name="Mean of the target",
        description="Puts the target's mean in each category, for columns with many. The rows a model learns from get "
        "the means of other rows, so that none sees its own answer.",
        changes="The columns keep their names and become numbers; for more than two classes, '<column>: <class>' each.",
        takes=(Dtype.INTEGER, *CATEGORIES),
        rank=140,
        params=params_schema(
            folds={
                "type": "integer",
                "title": "Folds",
                "description": "Into how many parts the rows are split; each part is encoded by the others. Groups "
                "stay whole, and rows ordered by time are encoded by earlier parts.",
                "default": 5,
                "minimum": 2,
                "maximum": 20,
            }
        ),
        gives=_gives,
        build=_build,
        needs_target=True,
    )
)
