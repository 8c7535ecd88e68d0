"""Which columns stand where after a step: one rule for the check beforehand and for the fit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

from ml.steps.registry import Gives, Made

DATE_PARTS = ("year", "month", "day", "weekday", "hour", "days")
SIGNS = {"product": "×", "ratio": "÷"}


@dataclass(frozen=True, slots=True)
class Placed:
    """A column after a step: an old one (`position` -1), or the one at `position` of those the step made.

    `source` is the column whose place it took, or "" for one added at the end.
    """

    name: str
    source: str
    position: int = -1
    made: Made | None = None


def placed(before: Sequence[str], given: Sequence[str], gives: Gives) -> list[Placed]:
    """Put what a step makes in the place of what it was given, each column with a name of its own.

    Positions count what is made for each column given, in the order given, then what is added.

    >>> made = Gives(instead={"b": (Made("a"), Made("b"))}, added=(Made("c"),))
    >>> [each.name for each in placed(["a", "b"], ["b"], made)]
    ['a', 'a (2)', 'b', 'c']
    """
    starts, position = {}, 0
    for name in given:
        starts[name] = position
        position += len(gives.instead.get(name, ()))
    after: list[Placed] = []
    taken = set() if gives.only else set(before) - set(given)
    for name in before:
        if name in starts:
            for place, made in enumerate(gives.instead.get(name, ()), starts[name]):
                after.append(Placed(unique_name(made.name, taken), name, place, made))
                taken.add(after[-1].name)
        elif not gives.only:
            after.append(Placed(name, name))
    for place, made in enumerate(gives.added, position):
        after.append(Placed(unique_name(made.name, taken), "", place, made))
        taken.add(after[-1].name)
    return after


def unique_name(name: str, taken: Collection[str]) -> str:
    """The name, with a number behind it where another column has it.

    >>> unique_name("a", {"a", "a (2)"})
    'a (3)'
    """
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name} ({number})"
    return found


def names_of_pairs(columns: Sequence[str], operation: str) -> list[str]:
    """Name each two columns taken together, in their order.

    >>> names_of_pairs(["a", "b", "c"], "ratio")
    ['a ÷ b', 'a ÷ c', 'b ÷ c']
    """
    return [f"{first} {SIGNS[operation]} {second}" for first, second in combinations(columns, 2)]
