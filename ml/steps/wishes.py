"""A list of feature steps as a person wishes it, checked against the columns it is meant for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from ml.algorithms.params import complete_params
from ml.errors import BadInput
from ml.schema import Column, Dtype, Role, unknown_column
from ml.steps.registry import Gives, StepKind, get_step
from ml.steps.shapes import placed
from ml.values import Unreadable

MOST_STEPS = 50
# Every one is a float for every row: a million rows with this many are 16 GB, so nobody needs more by mistake.
MOST_MADE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change to columns: a kind of `ml.steps.registry`, the columns it is given, complete parameters."""

    kind: str
    columns: tuple[str, ...]
    params: dict[str, Any]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(kind=data["kind"], columns=tuple(data["columns"]), params=dict(data["params"]))

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "columns": list(self.columns), "params": self.params}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stride:
    """One step on its way: the columns it is given, and all columns there are before and after it.

    Columns whose names only the rows decide are in neither list; `gives.unnamed` counts them.
    """

    step: Step
    kind: StepKind
    given: tuple[Column, ...]
    before: tuple[Column, ...]
    after: tuple[Column, ...]
    gives: Gives


def check_steps(
    steps: Sequence[Mapping[str, Any]], columns: Sequence[Column], *, target: str | None
) -> tuple[Step, ...]:
    """Complete a list of steps and make sure that each can do what it says on these columns.

    A step may name columns of the table and those an earlier step makes under a name that is known beforehand.
    The target is changed by none; `choose` may name it, as it is there to stay, and it is taken out of that list.

    Raises BadInput whose attr is `steps`, or `steps.<i>.kind`, `.columns` or `.params.<name>`, i from 0.
    """
    wishes = read_steps(steps, target=target)
    table = [column for column in columns if column.name != target]
    past = _Past(len(table), target)
    for place, stride in enumerate(strides(wishes, table, past=past)):
        past.add(place, stride)
    return wishes


def read_steps(steps: Sequence[Mapping[str, Any]], *, target: str | None = None) -> tuple[Step, ...]:
    """Complete a list of steps by itself, whatever table it will be used on; raises as `check_steps` does."""
    if isinstance(steps, str | bytes | Mapping) or not isinstance(steps, Sequence):
        raise BadInput("steps", "Steps must be a list of objects with kind, columns and params.")
    if len(steps) > MOST_STEPS:
        raise BadInput("steps", f"There are {len(steps):,} steps; at most {MOST_STEPS} can be taken.")
    return tuple(_read(wish, f"steps.{place}", target) for place, wish in enumerate(steps))


def strides(steps: Sequence[Step], columns: Sequence[Column], *, past: "_Past | None" = None) -> Iterator[Stride]:
    """Walk through steps, telling the columns before and after each; raises as `check_steps` does."""
    before = tuple(columns)
    for place, step in enumerate(steps):
        attr, kind = f"steps.{place}", get_step(step.kind)
        given = _given(step, kind, before, attr, past)
        try:
            kind.refuse(given, step.params)
        except BadInput as error:
            raise BadInput(f"{attr}.{error.attr}", error.detail) from error
        except Unreadable as error:
            raise BadInput(f"{attr}.params", f"A word among the parameters {error}.") from error
        gives = kind.gives(given, step.params)
        after = columns_after(before, step.columns, gives)
        yield Stride(step=step, kind=kind, given=given, before=before, after=after, gives=gives)
        before = after


def columns_after(before: Sequence[Column], given: Sequence[str], gives: Gives) -> tuple[Column, ...]:
    """The columns after a step, in their order; what it made is a feature about which no counts are known."""
    by_name = {column.name: column for column in before}
    after = []
    for each in placed(list(by_name), given, gives):
        old = by_name.get(each.source)
        if each.made is None and old is not None:
            after.append(old)
        elif each.made is not None:
            dtype = each.made.dtype or (old.dtype if old else Dtype.NUMBER)
            after.append(Column(name=each.name, dtype=dtype, role=Role.FEATURE, missing=0, unique=0))
    return tuple(after)


def narrowed(
    steps: Sequence[Step], features: Sequence[Column], columns: Sequence[Column]
) -> tuple[tuple[Step, ...], tuple[Column, ...]]:
    """Leave out the columns that steps leave out before any step looks at them, from features and steps alike.

    A model need not ask for what it throws away: `drop` of a column that nothing used becomes no step at all, and
    neither step mentions a column of the table that is no feature. Raises BadInput (`steps`) when that leaves
    none, or a later step without the column it names.
    """
    used: set[str] = set()
    present = {column.name for column in features}
    for step in steps:
        if step.kind == "drop":
            present -= set(step.columns)
        elif step.kind == "choose":
            present &= set(step.columns)
        else:
            used |= set(step.columns)
    kept = tuple(column for column in features if column.name in used | present)
    if not kept:
        raise BadInput("steps", "The steps leave none of the features to learn from.")
    gone = {column.name for column in columns} - {column.name for column in kept}
    left = [replace(step, columns=tuple(name for name in step.columns if name not in gone)) for step in steps]
    left = [step for step in left if step.columns]
    try:
        for _ in strides(left, kept):
            pass
    except BadInput as error:
        raise BadInput("steps", error.detail) from error
    return tuple(left), kept


class _Past:
    """What earlier steps did, for saying why a column is not there."""

    def __init__(self, columns: int, target: str | None) -> None:
        self.target = target
        self._columns = columns
        self._unnamed = 0
        self._gone: dict[str, str] = {}
        self._makers: list[tuple[str, tuple[str, ...]]] = []

    def add(self, place: int, stride: Stride) -> None:
        said = f"step {place + 1} ({stride.kind.name})"
        after = {column.name for column in stride.after}
        self._gone |= {column.name: said for column in stride.before if column.name not in after}
        if stride.gives.only:
            self._unnamed, self._makers = 0, []
        if stride.gives.unnamed:
            self._makers.append((said, stride.step.columns))
        self._unnamed += stride.gives.unnamed
        if not after and not self._unnamed:
            raise BadInput(f"steps.{place}.columns", "This step leaves no column to learn from.")
        if (made := len(after) + self._unnamed - self._columns) > MOST_MADE:
            raise BadInput(
                f"steps.{place}.columns",
                f"With this step there could be {made:,} columns more than in the table; at most {MOST_MADE:,} can be "
                "made. Give it fewer columns, or a lower limit.",
            )

    def why_missing(self, name: str, known: Sequence[str]) -> str:
        if name == self.target:
            return f"{name} is the target, which steps leave alone; take it out of this step."
        if name in self._gone:
            return f"{name} is no longer there: {self._gone[name]} left it out or put other columns in its place."
        for said, sources in self._makers:
            if any(name.startswith(source) for source in sources):
                return (
                    f"{name[:100]!r} cannot be named here: which columns {said} makes is known only once it has seen "
                    "the rows it learns from."
                )
        return unknown_column(name, known)


def _read(wish: object, attr: str, target: str | None) -> Step:
    if not isinstance(wish, Mapping):
        raise BadInput(attr, "A step must be an object with kind, columns and params.")
    if unknown := next((key for key in wish if key not in ("kind", "columns", "params")), None):
        raise BadInput(attr, f"A step has kind, columns and params, but no {str(unknown)[:100]!r}.")
    if not isinstance(wish.get("kind"), str):
        raise BadInput(f"{attr}.kind", "Say which kind of step this is.")
    kind = get_step(wish["kind"], attr=f"{attr}.kind")
    names = wish.get("columns")
    if isinstance(names, str | bytes) or not isinstance(names, Sequence):
        raise BadInput(f"{attr}.columns", "Columns must be a list of names.")
    if not all(isinstance(name, str) for name in names):
        raise BadInput(f"{attr}.columns", "Columns must be a list of names, each of them text.")
    if kind.key == "choose" and target in names:
        names = [name for name in names if name != target]
    if len(set(names)) < len(names):
        twice = next(name for name in names if list(names).count(name) > 1)
        raise BadInput(f"{attr}.columns", f"{twice[:100]} is named twice; name each column once.")
    if len(names) < kind.fewest:
        fewest = "a column" if kind.fewest == 1 else f"{kind.fewest} columns"
        raise BadInput(f"{attr}.columns", f"{kind.name} needs at least {fewest}.")
    params = complete_params(kind, wish.get("params"), attr=f"{attr}.params")
    return Step(kind=kind.key, columns=tuple(names), params=params)


def _given(step: Step, kind: StepKind, before: Sequence[Column], attr: str, past: _Past | None) -> tuple[Column, ...]:
    by_name = {column.name: column for column in before}
    for name in step.columns:
        if name not in by_name:
            known = list(by_name)
            why = past.why_missing(name, known) if past else unknown_column(name, known)
            raise BadInput(f"{attr}.columns", why)
        if by_name[name].dtype not in kind.takes:
            *others, last = [dtype.value for dtype in kind.takes]
            takes = f"{', '.join(others)} or {last}" if others else last
            raise BadInput(
                f"{attr}.columns",
                f"{kind.name} takes columns of type {takes}; {name} is of type {by_name[name].dtype.value}.",
            )
    return tuple(by_name[name] for name in step.columns)
