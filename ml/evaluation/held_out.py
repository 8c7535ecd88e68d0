"""The rows that judge a model, with what it says of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

# What a `HeldOut` may have for each row, but for the number of its fold.
COLUMNS = ("actual", "predicted", "baseline", "middle", "shares", "baseline_shares", "groups", "places", "copied")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """The rows a model has not seen: what was, what the model says and what the constant answer says.

    `baseline` and `baseline_shares` come from a dummy fitted on the training rows: the mean and, for absolute
    errors, `middle`, the median; or the most frequent class and the classes' shares.

    `parts` numbers the fold each row was predicted in, None where one part was held out; `groups` says by a code which
    rows are of one group, None where each stands for itself; `places` are the rows' places in the table; `copied` tells
    which are equal, in every column of the table, to a row learnt from; `learnt` is what the model says of (a sample
    of) the rows it has learnt from.
    """

    actual: Any
    predicted: Any
    baseline: Any
    rows_train: int
    metric: str
    middle: Any = None
    shares: Any = None
    baseline_shares: Any = None
    classes: Any = None
    positive: Any = None
    parts: Any = None
    groups: Any = None
    places: Any = None
    copied: Any = None
    learnt: "HeldOut | None" = None

    def folds(self) -> Iterator["HeldOut"]:
        """The rows of each fold by themselves; needs `parts`."""
        for part in np.unique(self.parts):
            yield self.only(self.parts == part)

    def only(self, chosen: Any) -> "HeldOut":
        """Some of the rows by themselves, as of one part; `chosen` is a mask of shape (rows,)."""
        columns = {name: getattr(self, name) for name in COLUMNS}
        picked: dict[str, Any] = {name: each[chosen] for name, each in columns.items() if each is not None}
        return replace(self, **picked, parts=None, learnt=None)

    @property
    def units(self) -> int:
        """How much there is to judge by that is independent of each other: the groups, or else the rows, each once."""
        if self.groups is not None:
            return len(np.unique(self.groups))
        return len(self.actual) // self.repeats

    @property
    def repeats(self) -> int:
        """How often the same row was predicted: 1 unless cross-validation went round several times."""
        if self.parts is None or self.places is None:
            return 1
        return int(np.unique(self.places, return_counts=True)[1].max())
