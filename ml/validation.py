"""How rows are parted into those learnt from and those that judge."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

FEWEST_FOLDS, MOST_FOLDS = 2, 20
MOST_REPEATS = 10


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


def require_enough(
    folds: int, *, rows: int, rarest: int | None = None, groups: int | None = None, times: int | None = None
) -> None:
    """Raise ValueError, in words for people, when rows cannot be parted into so many folds.

    `rarest` counts the rows of the rarest class, `groups` those kept together, `times` the different moments; None
    where it does not matter or is not known.

    >>> require_enough(5, rows=150, rarest=3)
    Traceback (most recent call last):
    ValueError: 5 folds are too many: the rarest class has 3 rows, and each fold needs one. Choose at most 3.
    """
    bounds = [
        (rows, f"there are {rows:,} rows, and each fold needs one"),
        (rarest, f"the rarest class has {_counted(rarest, 'row')}, and each fold needs one"),
        (groups, f"there are {_counted(groups, 'group')}, and each fold needs one"),
        (
            None if times is None else times - 1,
            f"there are {_counted(times, 'moment')}, and each fold needs one, as does the part before the first",
        ),
    ]
    most, why = min(((bound, why) for bound, why in bounds if bound is not None), key=lambda each: each[0])
    if folds > most:
        remedy = f"Choose at most {most}" if most >= FEWEST_FOLDS else "Hold rows out instead"
        raise ValueError(f"{folds} folds are too many: {why}. {remedy}.")


def _counted(count: int | None, unit: str) -> str:
    return f"{count or 0:,} {unit}{'' if count == 1 else 's'}"
