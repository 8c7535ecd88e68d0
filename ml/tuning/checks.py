"""A search as a person asks for it, checked against the parameters of the algorithm."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from ml.algorithms.params import complete_params
from ml.algorithms.registry import Algorithm
from ml.asked import nearest, shown, whole_number
from ml.errors import BadInput
from ml.tuning.space import holds, points
from ml.tuning.wishes import METHODS, Range, Tuning

MOST_TRIALS = 200
# What a person waits for: each candidate is fitted once for each fold.
USUAL_TRIALS, USUAL_FOLDS = 30, 3
MOST_CHOICES = 50
POINTS = 5

PARTS = ("method", "trials", "folds", "ranges")
PARTS_OF_RANGE = ("choices", "low", "high", "log")
HOW = "Tuning must be an object with method, trials, folds and ranges, all of which may be left out."
HOW_RANGE = 'must be {"choices": […]}, or {"low": …, "high": …} with, if wished, "log": true'


def check_tuning(wish: object, chosen: Algorithm, params: Mapping[str, Any]) -> Tuning:
    """Complete a search; `params` are the algorithm's, complete, and the first candidate.

    Null is the default of every part. Without ranges, those the algorithm searches by default, but for parameters that
    `params` sets to another value than usual. A grid takes up to 5 values of each range of numbers; fewer where no
    ranges were given and the trials would not do.
    Raises BadInput (`tuning`, `tuning.method`, `.trials`, `.folds`, `tuning.ranges.<name>`).
    """
    if not isinstance(wish, Mapping):
        raise BadInput("tuning", HOW)
    if unknown := [str(key)[:100] for key in wish if key not in PARTS]:
        raise BadInput("tuning", f"A search has no {unknown[0]!r}.{nearest(unknown[0], PARTS)} {HOW}")
    wish = {key: value for key, value in wish.items() if value is not None}
    method = wish.get("method", "bayesian")
    if method not in METHODS:
        raise BadInput.breaks(
            "tuning.method", f"must be one of {', '.join(METHODS)}; got {shown(method)}.", name="The method"
        )
    usual = MOST_TRIALS if method == "grid" else USUAL_TRIALS
    trials = whole_number("tuning.trials", wish.get("trials", usual), 1, MOST_TRIALS)
    folds = whole_number("tuning.folds", wish.get("folds", USUAL_FOLDS), 2, 10)
    asked = wish.get("ranges", {})
    if not isinstance(asked, Mapping):
        raise BadInput("tuning.ranges", "Ranges must be an object of parameters and what to try of each.")
    ranges = _asked(asked, chosen) if asked else _usual(chosen, params)
    if method == "grid":
        ranges, trials = _grid(ranges, chosen, params, trials, fewest=POINTS if asked else 2)
    return Tuning(method=method, trials=trials, folds=folds, ranges=ranges)


def _usual(chosen: Algorithm, params: Mapping[str, Any]) -> dict[str, Range]:
    properties = chosen.params["properties"]
    if not chosen.search:
        raise BadInput("tuning.ranges", f"{chosen.name} has no usual ranges to search; give the ranges to try.")
    ranges = {name: each for name, each in chosen.search.items() if params[name] == properties[name]["default"]}
    if not ranges:
        raise BadInput(
            "tuning.ranges", "Every parameter that is usually searched is set already; give the ranges to try."
        )
    return ranges


def _asked(asked: Mapping[str, Any], chosen: Algorithm) -> dict[str, Range]:
    properties = chosen.params["properties"]
    for name in asked:
        if name not in properties:
            short = str(name)[:100]
            raise BadInput(
                f"tuning.ranges.{short}", f"{chosen.name} has no parameter {short}.{nearest(short, properties)}"
            )
    return {name: _range(name, each, chosen) for name, each in asked.items()}


def _range(name: str, wish: object, chosen: Algorithm) -> Range:
    attr = f"tuning.ranges.{name}"
    if not isinstance(wish, Mapping):
        raise BadInput(attr, f"What to try of {name} {HOW_RANGE}.")
    if unknown := [str(key)[:100] for key in wish if key not in PARTS_OF_RANGE]:
        guess = nearest(unknown[0], PARTS_OF_RANGE)
        raise BadInput(attr, f"A range has no {unknown[0]!r}.{guess} What to try of {name} {HOW_RANGE}.")
    choices, log = wish.get("choices"), False if wish.get("log") is None else wish["log"]
    ends = [wish.get("low"), wish.get("high")]
    if (choices is None) == (ends == [None, None]) or not isinstance(log, bool):
        raise BadInput(attr, f"What to try of {name} {HOW_RANGE}.")
    return _choices(attr, name, choices, chosen) if choices is not None else _ends(attr, name, ends, log, chosen)


def _choices(attr: str, name: str, choices: object, chosen: Algorithm) -> Range:
    if isinstance(choices, str | bytes) or not isinstance(choices, Sequence) or not choices:
        raise BadInput.breaks(attr, "must have as choices a list with at least one value.", name=name)
    if len(choices) > MOST_CHOICES:
        raise BadInput.breaks(attr, f"has {len(choices):,} choices; at most {MOST_CHOICES} can be tried.", name=name)
    values = [_value(name, each, chosen) for each in choices]
    return Range(choices=tuple(each for place, each in enumerate(values) if each not in values[:place]))


def _ends(attr: str, name: str, ends: list[Any], log: bool, chosen: Algorithm) -> Range:
    if None in ends:
        raise BadInput.breaks(attr, "needs both a low and a high end; give the other one, or none.", name=name)
    schema = chosen.params["properties"][name]
    if "minimum" not in schema:
        raise BadInput.breaks(attr, "is no number with a range; give the choices to try.", name=name)
    low, high = (_value(name, end, chosen) for end in ends)
    if not low < high:
        raise BadInput.breaks(attr, f"must start lower than it ends; got {low:,} to {high:,}.", name=name)
    if log and low <= 0:
        raise BadInput.breaks(attr, "must start above 0 to be tried by its logarithm; or do without that.", name=name)
    return Range(low=low, high=high, log=log)


def _value(name: str, value: Any, chosen: Algorithm) -> Any:
    return complete_params(chosen, {name: value}, attr="tuning.ranges")[name]


def _grid(
    ranges: Mapping[str, Range], chosen: Algorithm, params: Mapping[str, Any], trials: int, *, fewest: int
) -> tuple[dict[str, Range], int]:
    """The values of a grid, and how many candidates they make with the parameters as they are."""
    properties = chosen.params["properties"]
    for most in range(POINTS, fewest - 1, -1):
        grid = {name: Range(choices=points(each, properties[name], most)) for name, each in ranges.items()}
        counts = [len(each.choices or ()) for each in grid.values()]
        extra = not all(holds(each, params[name]) for name, each in grid.items())
        if prod(counts) + extra <= trials:
            return grid, prod(counts) + extra
    sum_said = " × ".join(map(str, counts)) + " = " if len(counts) > 1 else ""
    first = " and the parameters as they are" if extra else ""
    said = f"the grid has {sum_said}{prod(counts):,} combinations{first}"
    if prod(counts) + extra > MOST_TRIALS:
        raise BadInput("tuning.trials", f"T{said[1:]}; at most {MOST_TRIALS} can be tried. Try fewer values.")
    raise BadInput.breaks("tuning.trials", f"must be at least {prod(counts) + extra}, as {said}; or try fewer values.")
