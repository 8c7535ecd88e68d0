"""What a person asks a search for, and its check against the algorithm's parameters."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The values of one parameter to try: `choices`, or those from `low` to `high`, evenly or by their logarithm."""

    choices: tuple[Any, ...] | None = None
    low: float | None = None
    high: float | None = None
    log: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """A search: each of at most `trials` candidates is scored by cross-validation over `folds` of the training rows."""

    method: Literal["grid", "random", "bayesian"]
    trials: int
    folds: int
    ranges: dict[str, Range]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        ranges = {
            name: Range(**{**each, "choices": None if each["choices"] is None else tuple(each["choices"])})
            for name, each in data["ranges"].items()
        }
        return cls(**{**data, "ranges": ranges})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
