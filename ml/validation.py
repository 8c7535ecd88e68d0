"""How rows are parted into those learnt from and those that judge."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """Which rows judge a model.

    Without `folds`, one part is held out (its size is the plan's `train_percentage`). With them, every row is
    predicted once per repeat by a model that has not seen it, and the model kept is fitted in the same way on all
    rows. Rows of one value of the column `group_by` stay together; with `order_by`, what judges is always later than
    what was learnt from.
    """

    folds: int | None = None
    repeats: int = 1
    group_by: str | None = None
    order_by: str | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**data)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


HOLDOUT = Validation()
