"""The rows of a table that can be learnt from, read once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml import wording
from ml.errors import CannotFit
from ml.plan import FEWEST_ROWS, FitPlan
from ml.schema import NUMERIC, Column, Task, canonical_frame
from ml.splits import Grounds
from ml.tables.frames import load_frame
from ml.tables.repeats import repeats
from ml.target import known_target
from ml.values import LARGEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows with a target (and a moment, where they are ordered by one).

    `place` is where each stands in the table, `raw` and `frame` the inputs as stored and as canonical, `grounds` what
    the rows are parted by, `repeats` a number that rows share which are equal in every column of the table, 0 for the
    others. `notes` tell what was left out, and what is learnt from otherwise than it stands there.
    """

    place: Any
    raw: pd.DataFrame
    frame: pd.DataFrame
    grounds: Grounds
    repeats: Any
    notes: list[str]

    @property
    def values(self) -> Any:
        return self.grounds.values


def read(plan: FitPlan, table: Path) -> Rows:
    """Read the columns of a plan; raises CannotFit when too few rows are left."""
    names = [feature.name for feature in plan.features]
    by = _by(plan)
    apart = [each.name for each in by if each.name not in names]
    whole = load_frame(table, plan.columns, [*names, plan.target.name, *apart])
    known, values = known_target(whole[plan.target.name], plan.target, plan.task)
    notes = list(plan.left_out)
    if missing := int(len(known) - known.sum()):
        notes.append(f"{missing:,} of {len(known):,} rows have no value of {plan.target.name} and were left out.")
    place, groups, moments = np.flatnonzero(known), None, None
    if plan.validation.order_by:
        moments, some = _moments(whole.loc[known, by[0].name], by[0])
        place, values = place[some], values[some]
        notes += _without_moment(by[0], int(len(some) - some.sum()))
    elif plan.validation.group_by:
        groups, alone = _groups(whole.loc[known, by[0].name], by[0])
        notes += _without_group(by[0], alone)
    if len(values) < FEWEST_ROWS:
        raise CannotFit(
            f"Only {len(values)} rows have a value of {plan.target.name}; at least {FEWEST_ROWS} are needed."
        )
    notes += [f"{name} parts the rows, so it is no feature: new rows have other values of it." for name in apart]
    raw = whole.iloc[place][names] if len(place) < len(whole) else whole[names]
    notes += _huge_numbers(whole, place, plan)
    return Rows(
        place=place,
        raw=raw,
        frame=canonical_frame(raw, plan.features),
        grounds=Grounds(values=values, task=plan.task, groups=groups, moments=moments),
        repeats=repeats(table)[place],
        notes=notes,
    )


def _huge_numbers(whole: pd.DataFrame, place: Any, plan: FitPlan) -> list[str]:
    amounts = [*plan.features, *([plan.target] if plan.task is Task.REGRESSION else [])]
    names = [each.name for each in amounts if each.dtype in NUMERIC]
    found = [name for name in names if _is_huge(whole[name], place)]
    return [wording.huge_numbers(found)] if found else []


def _is_huge(raw: "pd.Series[Any]", place: Any) -> bool:
    if not pd.api.types.is_float_dtype(raw):  # no whole number of 64 bits is so large
        return False
    numbers = raw.to_numpy(np.float64, na_value=np.nan)[place]
    return bool((np.isfinite(numbers) & (np.abs(numbers) > LARGEST)).any())


def _by(plan: FitPlan) -> list[Column]:
    name = plan.validation.order_by or plan.validation.group_by
    return [each for each in plan.columns if each.name == name]


def _moments(raw: "pd.Series[Any]", column: Column) -> tuple[Any, Any]:
    """The moments there are, as numbers, and which rows have one."""
    found = canonical_frame(raw.to_frame(column.name), [column])[column.name]
    known = found.notna().to_numpy()
    moments = found.to_numpy()[known]
    return (moments if moments.dtype.kind == "f" else moments.astype("datetime64[us]").astype(np.int64)), known


def _groups(raw: "pd.Series[Any]", column: Column) -> tuple[Any, int]:
    """The group of each row as a code, and how many rows have none: each of those is a group of its own."""
    found = canonical_frame(raw.to_frame(column.name), [column])[column.name]
    codes, distinct = pd.factorize(found.mask(found == "") if found.dtype == object else found)
    alone = codes < 0
    return np.where(alone, len(distinct) + np.cumsum(alone), codes), int(alone.sum())


def _without_moment(column: Column, rows: int) -> list[str]:
    if not rows:
        return []
    said = "1 row has" if rows == 1 else f"{rows:,} rows have"
    return [f"{said} no value of {column.name} to be ordered by, and {'was' if rows == 1 else 'were'} left out."]


def _without_group(column: Column, rows: int) -> list[str]:
    if not rows:
        return []
    said = "1 row has" if rows == 1 else f"{rows:,} rows have"
    return [f"{said} no value of {column.name}; each such row counts as a group of its own."]
