"""The target column as what a model learns: amounts, or classes that come back as the table wrote them."""

from typing import Any

import numpy as np
import pandas as pd

from ml.schema import Column, Dtype, Task, canonical_frame
from ml.values import word


def known_target(raw: "pd.Series[Any]", target: Column, task: Task) -> tuple[Any, Any]:
    """Read a stored target column.

    Returns
    -------
    known : boolean array of shape (rows,), where the target has a value
    values : array of shape (known rows,): float64 amounts, or classes as int64, float64, bool or str objects
        (numbers with fractions as str: scikit-learn takes them for amounts)
    """
    if task is Task.REGRESSION:
        amounts = canonical_frame(raw.to_frame(target.name), [target])[target.name].to_numpy()
        known = ~np.isnan(amounts)
        return known, amounts[known]
    known = raw.notna().to_numpy()
    if not _machine_typed(raw):
        known = known & np.array([word(value) != "" for value in raw.where(raw.notna(), "").tolist()], dtype=bool)
    return known, _classes(raw[known], target)


def _machine_typed(raw: "pd.Series[Any]") -> bool:
    return pd.api.types.is_numeric_dtype(raw) or pd.api.types.is_bool_dtype(raw)


def _classes(raw: "pd.Series[Any]", target: Column) -> Any:
    kind = pd.api.types.infer_dtype(raw)
    if kind == "boolean":
        return raw.to_numpy(np.bool_)
    if kind == "integer" or (kind == "floating" and target.dtype is Dtype.INTEGER):
        return raw.to_numpy(np.int64)
    if kind == "floating" and np.all(raw == np.round(raw)):
        return raw.to_numpy(np.float64)
    return np.array([word(value) for value in raw.tolist()], dtype=object)
