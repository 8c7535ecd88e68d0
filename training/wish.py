"""What a person asks to be trained, as any door hands it on."""

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingWish:
    """What a person asks for; what they leave out gets a sensible default.

    `validation` is "holdout" or `{"cv": k, "repeats": n}`; `tuning` is `{"method", "trials", "folds", "ranges": {name:
    {"low", "high", "log"} or {"choices"}}}`; `exclude` names columns that are no features, when `features` names none.
    After `time_budget_s` the fit ends with the best so far.
    """

    target: str
    algorithm: str
    features: list[str] | None = None
    task: Literal["auto", "regression", "classification"] = "auto"
    params: dict[str, Any] = field(default_factory=dict)
    train_percentage: int = 80
    metric: str | None = None
    seed: int | None = None
    name: str = ""
    steps: list[dict[str, Any]] | None = None
    exclude: list[str] = field(default_factory=list)
    validation: Any = "holdout"
    group_by: str | None = None
    order_by: str | None = None
    class_weight: str | None = None
    tuning: dict[str, Any] | None = None
    time_budget_s: int | None = None
