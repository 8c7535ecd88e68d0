"""The list of algorithms: each file of this package registers one; forms, checks and documents read it.

Looking at the list costs no import of scikit-learn; only building an estimator does.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, Protocol

import ml.algorithms
from ml.errors import BadInput
from ml.schema import Column, Task
from ml.tuning.wishes import Range

Params = Mapping[str, Any]
Progress = Callable[[int, int, str], None]
"""Called with how many are done, of how many, of what: `progress(40, 200, "tree")`."""


class Monitor(Protocol):
    """Who follows a fit: told what is counted and measured, and asked whether to go on."""

    def counted(self, done: int, total: int, unit: str) -> None:
        """So many are done, of so many, of what: `counted(40, 200, "tree")`."""

    def measured(self, step: int, unit: str, values: Mapping[str, float]) -> None:
        """What was measured after a step: `measured(12, "epoch", {"loss": 0.412337})`; NaN is left out."""

    def should_stop(self) -> bool:
        """Whether the fit is to end now with what it has, if its algorithm can (`keeps_so_far`)."""


class Unwatched:
    """A monitor for fits that nobody follows."""

    def counted(self, done: int, total: int, unit: str) -> None:
        pass

    def measured(self, step: int, unit: str, values: Mapping[str, float]) -> None:
        pass

    def should_stop(self) -> bool:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """How an algorithm wants its columns.

    `scaled`: numbers at mean 0 and deviation 1. `categories`: one 0-or-1 column a category, or one column of
    codes. `keeps_missing`: missing numbers stay NaN, as the algorithm learns from them by itself.
    """

    scaled: bool = False
    categories: Literal["one_hot", "codes"] = "one_hot"
    keeps_missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an estimator is built for; `coded` are the positions of prepared columns with category codes."""

    task: Task
    params: Params
    seed: int
    cores: int = 1
    coded: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFacts:
    """What is known of the rows to learn from beside their inputs and target: arrays of shape (rows,), or None.

    `weights` tell how much each counts. Rows of one of `groups` belong together, and those of later `moments` come
    after the others; at most one of the two is known. Rows that a step or an algorithm sets aside for itself, and the
    folds it makes of them, follow that too.
    """

    weights: Any = None
    groups: Any = None
    moments: Any = None

    @property
    def ties(self) -> Any:
        """What ties rows to each other, by which they are not to be torn apart."""
        return self.groups if self.groups is not None else self.moments

    def weights_of(self, rows: Any) -> Any:
        """The weights of some rows, by their positions."""
        return None if self.weights is None else self.weights[rows]


NO_FACTS = RowFacts()


def fit_at_once(estimator: Any, x: Any, y: Any, monitor: Monitor, facts: RowFacts = NO_FACTS) -> None:
    """Fit where nothing can be said between the start and the end."""
    monitor.counted(0, 1, "fit")
    estimator.fit(x, y, **weighted(facts.weights))
    monitor.counted(1, 1, "fit")


def weighted(weights: Any) -> dict[str, Any]:
    """The argument of scikit-learn's `fit` for these weights of rows; none for None."""
    return {} if weights is None else {"sample_weight": weights}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is known about a fit before it starts, for an algorithm to refuse what cannot work."""

    task: Task
    params: Params
    target: Column
    rows_train: int


def nothing_refused(_wish: Wish) -> None:
    """Any parameters in range suit any data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Algorithm:
    """One way to learn from a table.

    `params` is a JSON Schema object whose properties all have a default; `build` makes the unfitted
    estimator, `fit` (estimator, x, y, monitor, facts) fits it with real progress and leaves the very model a plain
    `.fit` would (where none of the rows are set aside, see `ml.algorithms.aside`), and `refuse` raises BadInput for
    parameters this data cannot bear. `rank` is its place in lists, simplest first. `takes_weights`: rows can weigh
    more or less; `keeps_so_far`: asked to stop, `fit` leaves a whole model of what it has done until then. `search`:
    the values of its parameters that a search tries where a person names none. `libraries`: the packages it needs
    beside scikit-learn.
    """

    key: str
    name: str
    description: str
    tasks: tuple[Task, ...]
    params: dict[str, Any]
    rank: int
    preparation: Preparation
    build: Callable[[Setting], Any]
    fit: Callable[[Any, Any, Any, Monitor, RowFacts], None] = fit_at_once
    refuse: Callable[[Wish], None] = nothing_refused
    takes_weights: bool = True
    keeps_so_far: bool = False
    search: Mapping[str, Range] = field(default_factory=dict)
    libraries: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What a client sees, the whole registry of it: all that a form or a program needs to choose."""
        return {
            "key": self.key,
            "name": self.name,
            "description": self.description,
            "tasks": [task.value for task in self.tasks],
            "params": self.params,
            "takes_class_weights": self.takes_class_weights,
            "keeps_so_far": self.keeps_so_far,
        }

    @property
    def takes_class_weights(self) -> bool:
        """Whether rows can weigh by their class; amounts have none."""
        return self.takes_weights and Task.CLASSIFICATION in self.tasks


def params_schema(**properties: dict[str, Any]) -> dict[str, Any]:
    """Make the JSON Schema of an algorithm's parameters from their properties."""
    return {"type": "object", "properties": properties, "additionalProperties": False}


_registered: dict[str, Algorithm] = {}


def register(algorithm: Algorithm) -> Algorithm:
    """Add an algorithm to the list; a second one with its key is a mistake in the code."""
    if algorithm.key in _registered:
        raise ValueError(f"two algorithms are called {algorithm.key}")
    _registered[algorithm.key] = algorithm
    return algorithm


@cache
def _discovered() -> dict[str, Algorithm]:
    for module in pkgutil.iter_modules(ml.algorithms.__path__):
        importlib.import_module(f"{ml.algorithms.__name__}.{module.name}")
    return dict(sorted(_registered.items(), key=lambda item: item[1].rank))


def all_algorithms() -> list[Algorithm]:
    """Every algorithm, simplest first."""
    return list(_discovered().values())


def get_algorithm(key: str) -> Algorithm:
    """Find an algorithm by its key; raises BadInput (`algorithm`) naming those there are."""
    found = _discovered().get(str(key))
    if found is None:
        known = ", ".join(_discovered())
        raise BadInput("algorithm", f"There is no algorithm {str(key)[:100]!r}; choose one of: {known}.")
    return found
