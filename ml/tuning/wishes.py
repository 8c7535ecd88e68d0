"""What a search tries, as data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, get_args

Method = Literal["grid", "random", "bayesian"]
METHODS: tuple[Method, ...] = get_args(Method)


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The values of one parameter to try: `choices`, or those from `low` to `high`, evenly or by their logarithm."""

    choices: tuple[Any, ...] | None = None
    low: float | None = None
    high: float | None = None
    log: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """A search: each of at most `trials` candidates is scored by cross-validation over `folds` of the training rows.

    The plan's own parameters are the first candidate. A grid has `choices` only: all of its values.
    """

    method: Method
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
