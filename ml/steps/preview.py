"""What steps do to a table, seen on its first rows before a model is made with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ml.errors import BadInput
from ml.plan import guess_task, require_classes, target_column
from ml.schema import NUMERIC, Column, Dtype, Task, canonical_frame
from ml.steps.framed import FrameStep, is_missing
from ml.steps.registry import get_step
from ml.steps.stage import Shape, build_stage, shapes_along
from ml.steps.wishes import Step, check_steps
from ml.tables.frames import read_rows
from ml.tables.sampling import sample_columns
from ml.target import known_target

# Fewer rows of a very wide table, so that a preview never holds more than this at once (16 MB of numbers).
MOST_CELLS = 2_000_000
FEWEST_SAMPLED = 100
# More than anybody reads of one step.
MOST_NOTES = 20
LONGEST_NOTE = 300


def preview_steps(
    table: Path,
    columns: Sequence[Column],
    steps: Sequence[Mapping[str, Any]],
    *,
    target: str | None = None,
    rows: int = 20,
    sample: int = 10_000,
    seed: int = 0,
) -> dict[str, Any]:
    """Fit steps to some rows of a stored table, and show its first `rows` before, between and after them.

    Returns JSON-ready `{"before", "after", "steps", "fitted_on", "exact"}`: `before` and `after` hold `columns` (each
    `{"name", "dtype"}`) and `rows` (lists of values; None where missing, ISO dates), `steps` the same after each step
    with its `kind` and `notes` in words. `fitted_on` counts the rows learnt from, at most `sample`; `exact` says that
    these are all there are, else they are from all over the table and the same ones every time. A model learns from
    its own training rows instead. The target is left out; where a step needs it, rows without are not learnt from.

    Raises BadInput as `ml.steps.wishes.check_steps` does, and for a step that needs a target when none is given.
    """
    checked = check_steps(steps, columns, target=target)
    _require_target(checked, target)
    shown = [column for column in columns if column.name != target]
    learning = _learning(table, columns, checked, target, sample)
    parts = [part for _, part in build_stage(checked, shown, task=learning.task, seed=seed).steps]
    learnt, notes = learning.frame, []
    frames = [_first_rows(table, columns, shown, rows)]
    for part in parts:
        after = part.fit_transform(learnt, learning.values)
        notes.append(_notes(part, learnt, after))
        frames.append(part.transform(frames[-1]))
        learnt = after
    shapes = shapes_along(parts, checked, shown)
    pictures = [_picture(frame, shape) for frame, shape in zip(frames, shapes, strict=True)]
    told = zip(checked, pictures[1:], notes, strict=True)
    return {
        "before": pictures[0],
        "after": pictures[-1],
        "steps": [{"kind": step.kind, **picture, "notes": said} for step, picture, said in told],
        "fitted_on": len(learning.frame),
        "exact": learning.is_whole,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Learning:
    """The rows steps learn from in a preview; `values` are those of the target where a step needs it."""

    frame: pd.DataFrame
    values: Any
    task: Task
    is_whole: bool


def _require_target(steps: Sequence[Step], target: str | None) -> None:
    for place, step in enumerate(steps):
        kind = get_step(step.kind)
        if kind.needs_target and target is None:
            raise BadInput(
                f"steps.{place}.kind", f"{kind.name} needs to know what is to be predicted; choose a target."
            )


def _learning(
    table: Path, columns: Sequence[Column], steps: Sequence[Step], target: str | None, sample: int
) -> _Learning:
    most = min(sample, max(FEWEST_SAMPLED, MOST_CELLS // len(columns)))
    found = sample_columns(table, columns, range(len(columns)), most_rows=most)
    raw = pd.DataFrame({each.column.name: each.stored.to_pandas() for each in found.columns})
    shown = [column for column in columns if column.name != target]
    if not any(get_step(step.kind).needs_target for step in steps):
        frame, values, task = canonical_frame(raw, shown), None, Task.REGRESSION
    else:
        wanted = target_column(columns, target)
        task = guess_task(wanted)
        if task is Task.CLASSIFICATION:
            require_classes(wanted, found.rows)
        known, values = known_target(raw[wanted.name], wanted, task)
        frame = canonical_frame(raw[known], shown)
    if frame.empty:
        raise BadInput("steps", "There is no row to learn from.")
    return _Learning(frame=frame, values=values, task=task, is_whole=found.is_whole)


def _first_rows(table: Path, columns: Sequence[Column], shown: Sequence[Column], rows: int) -> pd.DataFrame:
    cells = read_rows(table, columns, offset=0, limit=rows)
    names = [column.name for column in columns]
    return canonical_frame(pd.DataFrame(cells, columns=names, dtype=object), shown)


def _notes(part: FrameStep, before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    widths = len(before.columns), len(after.columns)
    said = [] if widths[0] == widths[1] else ["{:,} columns become {:,}.".format(*widths)]
    gaps = [(name, _gaps(before[name]), _gaps(after[name])) for name in part.columns if name in after]
    said += [
        f"{name}: {then:,} of {len(before):,} values were missing, now {now:,}."
        for name, then, now in gaps
        if then != now
    ]
    said += [f"{line}." for line in part.learnt()]
    more = [f"And {len(said) - MOST_NOTES:,} more."] if len(said) > MOST_NOTES else []
    return [line if len(line) <= LONGEST_NOTE else f"{line[:LONGEST_NOTE]} …" for line in said[:MOST_NOTES]] + more


def _gaps(column: "pd.Series[Any]") -> int:
    return int(is_missing(column.to_numpy()).sum())


def _picture(frame: pd.DataFrame, shape: Shape) -> dict[str, Any]:
    columns = [_values(frame[name], dtype) for name, dtype in shape.dtypes.items()]
    return {
        "columns": [{"name": name, "dtype": dtype.value} for name, dtype in shape.dtypes.items()],
        "rows": [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in range(len(frame))],
    }


def _values(column: "pd.Series[Any]", dtype: Dtype) -> list[Any]:
    missing = is_missing(column.to_numpy())
    if dtype is Dtype.DATETIME:
        return [None if gap else moment.isoformat() for moment, gap in zip(column, missing, strict=True)]
    cells = zip(column.tolist(), missing.tolist(), strict=True)
    values: list[Any] = [None if gap else value for value, gap in cells]
    if dtype is Dtype.BOOLEAN:
        return [value if value is None else bool(value) for value in values]
    if dtype in NUMERIC:
        return [
            int(value) if value is not None and value.is_integer() and abs(value) < 2**53 else value for value in values
        ]
    return values
