"""The list of feature steps: each file of `ml/steps/kinds/` registers one; forms, checks and documents read it.

Looking at the list costs no import of scikit-learn; only building a transformer does.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import ml.steps.kinds
from ml.errors import BadInput
from ml.schema import NUMERIC, WORDS, Column, Dtype, Task

Params = Mapping[str, Any]

NUMBERS = tuple(dtype for dtype in Dtype if dtype in NUMERIC)
CATEGORIES = tuple(dtype for dtype in Dtype if dtype in WORDS)


@dataclass(frozen=True, slots=True)
class Made:
    """A column that a step makes; without a type it has that of the column it stands for."""

    name: str
    dtype: Dtype | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gives:
    """What becomes of the columns, as far as that is known before any row is read.

    `instead` says which columns stand in the place of each column the step was given, and `added` which come
    at the end. `unnamed` is the most columns it can make beside those, whose names the rows decide.
    `only`: all columns the step was not given are left out.
    """

    instead: dict[str, tuple[Made, ...]] = field(default_factory=dict)
    added: tuple[Made, ...] = ()
    unnamed: int = 0
    only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSetting:
    """What a transformer is built for: the columns it is given, complete parameters, and the fit around it."""

    columns: tuple[Column, ...]
    params: Params
    task: Task = Task.REGRESSION
    seed: int = 0

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def nothing_refused(_columns: Sequence[Column], _params: Params) -> None:
    """Any parameters in range suit any columns of the right types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepKind:
    """One way to change columns.

    `takes` are the types of column it can be given and `changes` says in words what becomes of them. `params` is
    a JSON Schema object whose properties all have a default. `gives` tells the columns afterwards, `build` makes
    the unfitted transformer (an `ml.steps.framed.FrameStep`), and `refuse` raises BadInput (its attr `columns` or
    `params.<name>`) for parameters these columns cannot bear. `scaled`: the columns it makes are of a size that
    suits every algorithm, so that none scales them again (None: if they were so before). `rank` is its place
    in lists and `fewest` how many columns it needs.
    """

    key: str
    name: str
    description: str
    changes: str
    takes: tuple[Dtype, ...]
    rank: int
    params: dict[str, Any]
    gives: Callable[[Sequence[Column], Params], Gives]
    build: Callable[[StepSetting], Any]
    refuse: Callable[[Sequence[Column], Params], None] = nothing_refused
    needs_target: bool = False
    scaled: bool | None = False
    fewest: int = 1

    def to_json(self) -> dict[str, Any]:
        """What a client sees: kind, name, description, changes, takes, params, needs_target."""
        return {
            "kind": self.key,
            "name": self.name,
            "description": self.description,
            "changes": self.changes,
            "takes": [dtype.value for dtype in self.takes],
            "params": self.params,
            "needs_target": self.needs_target,
        }


def same_columns(dtype: Dtype | None = None) -> Callable[[Sequence[Column], Params], Gives]:
    """Every column keeps its name and place, with its own type or another."""

    def gives(columns: Sequence[Column], _params: Params) -> Gives:
        return Gives(instead={column.name: (Made(column.name, dtype),) for column in columns})

    return gives


_registered: dict[str, StepKind] = {}


def register(kind: StepKind) -> StepKind:
    """Add a kind of step to the list; a second one with its key is a mistake in the code."""
    if kind.key in _registered:
        raise ValueError(f"two steps are called {kind.key}")
    _registered[kind.key] = kind
    return kind


@cache
def _discovered() -> dict[str, StepKind]:
    for module in pkgutil.iter_modules(ml.steps.kinds.__path__):
        importlib.import_module(f"{ml.steps.kinds.__name__}.{module.name}")
    return dict(sorted(_registered.items(), key=lambda item: item[1].rank))


def all_steps() -> list[StepKind]:
    """Every kind of step, in the order a person would think of them."""
    return list(_discovered().values())


def get_step(key: str, *, attr: str = "kind") -> StepKind:
    """Find a kind of step by its key; raises BadInput (`attr`) naming those there are."""
    found = _discovered().get(str(key))
    if found is None:
        known = ", ".join(_discovered())
        raise BadInput(attr, f"There is no step {str(key)[:100]!r}; choose one of: {known}.")
    return found
