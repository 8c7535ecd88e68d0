"""Dates as parts chosen by a person."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ml.schema import Dtype
from ml.steps.dates import DateParts
from ml.steps.framed import FrameStep, apart
from ml.steps.registry import Gives, Made
from ml.steps.shapes import DATE_PARTS


class ChosenDateParts(FrameStep):
    """Puts numbers in the place of dates: those of `ml.steps.dates.DateParts` that `parts` names, in its order."""

    def __init__(self, columns: Sequence[str] = (), parts: Sequence[str] = DATE_PARTS) -> None:
        super().__init__(columns)
        self.parts = parts

    def _learn(self, arrays: list[Any], y: Any) -> Gives:
        self.reader_ = DateParts().fit(self._frame(arrays))
        return Gives(
            instead={
                name: tuple(
                    Made(f"{name} {part}", Dtype.NUMBER if part == "days" else Dtype.INTEGER)
                    for part in DATE_PARTS
                    if part in self.parts
                )
                for name in self.columns
            }
        )

    def _frame(self, arrays: list[Any]) -> pd.DataFrame:
        return pd.DataFrame(dict(zip(self.columns, arrays, strict=True)))

    def _apply(self, arrays: list[Any]) -> list[Any]:
        found = apart(self.reader_.transform(self._frame(arrays)))
        return [array for place, array in enumerate(found) if DATE_PARTS[place % len(DATE_PARTS)] in self.parts]
