"""What a plan asks for, and of which rows, in words."""

from collections.abc import Mapping
from typing import Any

from core.templatetags.format import number, plural
from datasets import recipes
from datasets.models import DatasetVersion, VersionStatus
from ml.algorithms.registry import get_algorithm


def data_seen(version: DatasetVersion | None, plan: Mapping[str, Any]) -> str:
    """Which rows a plan is of, and under which types if those were corrected."""
    if version is None:
        return "deleted"
    schema = plan.get("schema_number", 1)  # plans of earlier versions have none
    purged = " (purged)" if version.status == VersionStatus.PURGED else ""
    return f"version {version.number}{f', schema {schema}' if schema > 1 else ''}{purged}"


def steps(plan: Mapping[str, Any]) -> list[str]:
    """The feature steps of a job's or a model's plan, a line of words each."""
    return [recipes.words(step) for step in plan.get("steps", [])]


def setting_words(value: Any) -> str:
    """The value of a parameter."""
    if value is None:
        return "no limit"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, int | float) else str(value)


def wish_words(key: str, value: Any) -> str:
    """A wish or a parameter (`algorithm`, `params.C`) as a cell of a table of differences."""
    if key == "algorithm":
        return get_algorithm(value).name
    if key == "validation":
        return validation_words(value or {})
    if key == "tuning":
        return f"{value['method']}, {plural(value['trials'], 'try,tries')}" if value else "none"
    if isinstance(value, list):
        return ", ".join(recipes.words(each) if isinstance(each, dict) else str(each) for each in value) or "none"
    return "–" if value is None else setting_words(value)


def validation_words(validation: Mapping[str, Any]) -> str:
    """How rows are parted into those learnt from and those that judge.

    >>> validation_words({"folds": 5, "repeats": 2, "group_by": "patient"})
    '5 folds, 2 times, rows of one patient together'
    """
    folds, repeats = validation.get("folds"), validation.get("repeats", 1)
    words = [f"{folds} folds" if folds else "held out"]
    if repeats > 1:
        words.append(f"{repeats} times")
    if group := validation.get("group_by"):
        words.append(f"rows of one {group} together")
    if order := validation.get("order_by"):
        words.append(f"the latest by {order} judge")
    return ", ".join(words)
