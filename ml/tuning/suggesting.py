"""Which candidate to try next: optuna's samplers, seeded, in memory, one thread, and silent."""

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import optuna
from optuna.samplers import BaseSampler, GridSampler, RandomSampler, TPESampler
from optuna.trial import Trial, create_trial

from ml.tuning.space import holds, is_whole, size
from ml.tuning.wishes import Range, Tuning

Params = Mapping[str, Any]
# A sampler of few values may propose the same ones again and again; this often for each candidate is enough.
MOST_AGAIN = 20


class Suggestions:
    """The candidates of a search, each once; `base` is the first of them."""

    def __init__(self, tuning: Tuning, *, base: Params, schemas: Mapping[str, Mapping[str, Any]], seed: int) -> None:
        self._ranges, self._schemas = tuning.ranges, schemas
        self._method = tuning.method
        self._base = {name: base[name] for name in tuning.ranges}
        self._within = all(holds(each, self._base[name]) for name, each in tuning.ranges.items())
        self.total = min(tuning.trials, self._count())
        self._seed = seed
        self._known: dict[str, float] = {}

    def walk(self, score: Callable[[Params], float | None], *, higher: bool, goes_on: Callable[[], bool]) -> None:
        """Have each candidate scored until all are, or `goes_on` says no; None for one that cannot be scored."""
        optuna.logging.set_verbosity(optuna.logging.CRITICAL)
        study = optuna.create_study(sampler=self._sampler(), direction="maximize" if higher else "minimize")

        def scored(params: Params) -> float:
            found = score(params)
            self._known[repr(params)] = float("nan") if found is None else found  # optuna calls NaN a failure
            if len(self._known) >= self.total or not goes_on():
                study.stop()
            return self._known[repr(params)]

        def tried(trial: Trial) -> float:
            params = {name: self._suggested(trial, name, each) for name, each in self._ranges.items()}
            again = self._known.get(repr(params))
            return scored(params) if again is None else again

        first = score(self._base)
        self._known[repr(self._base)] = float("nan") if first is None else first
        if self.total == 1 or not goes_on():
            return
        if self._within and first is not None and self._method == "bayesian":
            study.add_trial(create_trial(value=first, **self._told()))
        study.optimize(tried, n_trials=None if self._method == "grid" else MOST_AGAIN * self.total)

    def title(self, name: str) -> str:
        """What a person calls a parameter."""
        return str(self._schemas[name]["title"])

    def _count(self) -> int:
        """How many candidates there can be."""
        sizes = [size(each, self._schemas[name]) for name, each in self._ranges.items()]
        if None in sizes:
            return 10**9
        return prod(each for each in sizes if each is not None) + (not self._within)

    def _sampler(self) -> BaseSampler:
        if self._method == "grid":
            return GridSampler({name: _places(each) for name, each in self._ranges.items()}, seed=self._seed)
        return RandomSampler(seed=self._seed) if self._method == "random" else TPESampler(seed=self._seed)

    def _suggested(self, trial: Trial, name: str, wanted: Range) -> Any:
        if wanted.choices is not None:
            return wanted.choices[trial.suggest_categorical(name, _places(wanted))]
        low, high = wanted.low, wanted.high
        if low is None or high is None:
            raise ValueError("a range has choices, or a low and a high end")
        if is_whole(self._schemas[name]):
            return trial.suggest_int(name, int(low), int(high), log=wanted.log)
        return trial.suggest_float(name, low, high, log=wanted.log)

    def _told(self) -> dict[str, Any]:
        """The base as optuna knows a trial."""
        params, kinds = {}, {}
        for name, each in self._ranges.items():
            value = self._base[name]
            params[name] = value if each.choices is None else each.choices.index(value)
            kinds[name] = _kind(each, whole=is_whole(self._schemas[name]))
        return {"params": params, "distributions": kinds}


def _places(wanted: Range) -> list[int]:
    """Choices by their places: optuna knows words and numbers, but not lists."""
    return list(range(len(wanted.choices or ())))


def _kind(wanted: Range, *, whole: bool) -> optuna.distributions.BaseDistribution:
    if wanted.choices is not None:
        return optuna.distributions.CategoricalDistribution(_places(wanted))
    kind: Any = optuna.distributions.IntDistribution if whole else optuna.distributions.FloatDistribution
    return kind(wanted.low, wanted.high, log=wanted.log)  # type: ignore[no-any-return]
