"""One fit as data: kept with its job, and read again by the process that fits."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, Self

from ml.schema import Column, Task
from ml.steps.wishes import Step
from ml.tuning.wishes import Tuning
from ml.validation import HOLDOUT, Validation

# A fixed seed, so that the same wish on the same data gives the same model without anybody asking for it.
DEFAULT_SEED = 42
FEWEST_ROWS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FitPlan:
    """One fit, complete: nothing is left to a default that could change.

    `columns` are all columns of the table, in the file's order; `features` and `target` are some of them. The
    feature `steps` change the features, in this order, inside the model's pipeline. `schema_number` tells which types
    of the table these are, where people have corrected them. `class_weight` "balanced" lets the rows of each class
    weigh the same together. With `tuning`, `params` are where the search begins. After `time_budget_s`, whoever runs
    the fit asks it to end with the best so far. `left_out` says of columns that would be features why they are none.
    """

    columns: tuple[Column, ...]
    target: Column
    features: tuple[Column, ...]
    task: Task
    algorithm: str
    params: dict[str, Any]
    train_percentage: int
    metric: str
    seed: int
    steps: tuple[Step, ...] = ()
    schema_number: int = 1
    validation: Validation = HOLDOUT
    class_weight: Literal["balanced"] | None = None
    tuning: Tuning | None = None
    time_budget_s: int | None = None
    left_out: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        columns = tuple(Column.from_json(column) for column in data["columns"])
        by_name = {column.name: column for column in columns}
        known = {each.name for each in fields(cls)}  # a later version may have written more
        return cls(
            **{
                **{key: value for key, value in data.items() if key in known},
                "columns": columns,
                "target": by_name[data["target"]],
                "features": tuple(by_name[name] for name in data["features"]),
                "task": Task(data["task"]),
                "steps": tuple(Step.from_json(step) for step in data.get("steps", ())),
                "validation": Validation.from_json(data.get("validation") or {}),
                "tuning": Tuning.from_json(data["tuning"]) if data.get("tuning") else None,
                "left_out": tuple(data.get("left_out", ())),
            }
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "columns": [column.to_json() for column in self.columns],
            "target": self.target.name,
            "features": [feature.name for feature in self.features],
            "task": self.task.value,
            "algorithm": self.algorithm,
            "params": self.params,
            "train_percentage": self.train_percentage,
            "metric": self.metric,
            "seed": self.seed,
            "steps": [step.to_json() for step in self.steps],
            "schema_number": self.schema_number,
            "validation": self.validation.to_json(),
            "class_weight": self.class_weight,
            "tuning": self.tuning.to_json() if self.tuning else None,
            "time_budget_s": self.time_budget_s,
            "left_out": list(self.left_out),
        }


def rows_to_test(rows: int, train_percentage: int) -> int:
    """How many of `rows` are held out, rounded up, as scikit-learn's train_test_split does.

    >>> rows_to_test(891, 80)
    179
    """
    return -(-rows * (100 - train_percentage) // 100)
