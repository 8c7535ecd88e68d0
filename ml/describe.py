"""What a model takes and gives, described from its training rows: the schemas behind forms and checks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ml.schema import NUMERIC, WORDS, Column, Dtype, InputField, Task
from ml.values import word

MOST_CATEGORIES = 50
LONGEST_EXAMPLE = 500


def input_fields(raw: pd.DataFrame, frame: pd.DataFrame, features: Sequence[Column]) -> list[InputField]:
    """Describe each input from the training rows as stored (`raw`) and as canonical (`frame`)."""
    return [_field(raw[each.name], frame[each.name], each) for each in features]


def output_schema(task: Task, target: Column, values: Any, classes: Any, positive: Any) -> dict[str, Any]:
    """Describe the answer: its name, type and task, and the range of the training rows or the classes."""
    schema: dict[str, Any] = {"name": target.name, "dtype": target.dtype.value, "task": task.value}
    if task is Task.REGRESSION:
        low, middle, high = (float(each) for each in np.quantile(values, [0, 0.5, 1]))
        return {**schema, "minimum": low, "typical": middle, "maximum": high}
    return {**schema, "classes": classes.tolist(), "positive": positive}


def _field(stored: "pd.Series[Any]", read: "pd.Series[Any]", column: Column) -> InputField:
    missing = (read == "") if column.dtype in WORDS or column.dtype is Dtype.TEXT else read.isna()
    known = ~missing.to_numpy(dtype=bool)
    about: dict[str, Any] = {
        "name": column.name,
        "dtype": column.dtype,
        "share_missing": float(1 - known.mean()),
        "written": column.written,
    }
    if not known.any():
        return InputField(**about)
    present = read[known]
    if column.dtype in NUMERIC:
        about |= _range_of_numbers(present, column)
    elif column.dtype is Dtype.DATETIME:
        about |= _range_of_dates(present)
    elif column.dtype is Dtype.TEXT:
        about |= {"example": present.iloc[0][:LONGEST_EXAMPLE]}
    else:
        about |= _categories(stored[known])
    return InputField(**about)


def _range_of_numbers(present: "pd.Series[Any]", column: Column) -> dict[str, Any]:
    whole = column.dtype is Dtype.INTEGER
    low, middle, high = (float(each) for each in np.quantile(present.to_numpy(), [0, 0.5, 1]))
    example = float(present.iloc[0])
    if whole:
        return {"minimum": int(low), "typical": round(middle), "maximum": int(high), "example": int(example)}
    return {"minimum": low, "typical": middle, "maximum": high, "example": example}


def _range_of_dates(present: "pd.Series[Any]") -> dict[str, Any]:
    ordered = present.sort_values()
    picked = {"minimum": 0, "typical": len(ordered) // 2, "maximum": len(ordered) - 1}
    written = {key: ordered.iloc[place].isoformat() for key, place in picked.items()}
    return {**written, "example": present.iloc[0].isoformat()}


def _categories(stored: "pd.Series[Any]") -> dict[str, Any]:
    counts = stored.value_counts()
    values = [_natural(value) for value in counts.index.tolist()]
    ranked = sorted(zip(values, counts.tolist(), strict=True), key=lambda pair: (-pair[1], word(pair[0])))
    distinct = [value for value, _ in ranked]
    return {
        "typical": distinct[0],
        "categories": tuple(distinct[:MOST_CATEGORIES]),
        "other_categories": max(0, len(distinct) - MOST_CATEGORIES),
        "example": _natural(stored.iloc[0]),
    }


def _natural(value: Any) -> Any:
    """The JSON value of a stored category: whole numbers without a point, words trimmed."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, float) else word(value)
