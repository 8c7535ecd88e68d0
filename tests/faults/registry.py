"""The list of faults: each file beside this one registers its own."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.scene import Scene

Case = Callable[[Scene], str]


class NotHere(Exception):
    """This fault cannot be made here, and why."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`make` makes the fault and returns what was seen; it raises AssertionError, or NotHere.

    With `settings` it is made in a product of its own that has them.
    """

    key: str
    what: str
    expected: str
    make: Case
    settings: dict[str, str] = field(default_factory=dict)


ALL: list[Fault] = []


def fault(key: str, what: str, expected: str, **settings: str) -> Callable[[Case], Case]:
    """Register a fault; with settings it is made in a product of its own that has them."""

    def register(make: Case) -> Case:
        ALL.append(Fault(key, what, expected, make, settings))
        return make

    return register
