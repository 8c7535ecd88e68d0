"""Rows before and after a feature step, as the page shows them side by side."""

from typing import Any

from core.templatetags.format import count, plural
from datasets import recipes
from datasets.models import DatasetVersion

ROWS = 8
MOST_BEFORE = 4
MOST_AFTER = 8


def shown_preview(version: DatasetVersion, steps: list[dict[str, Any]], *, target: str | None) -> dict[str, Any]:
    """What the last of the steps does to the first rows; raises InvalidInput as `recipes.preview` does."""
    found = recipes.preview(version, steps, target=target, rows=ROWS)
    walked = [found["before"], *found["steps"]]
    before, after = _by_name(walked[-2]), _by_name(walked[-1])
    given = [name for name in steps[-1]["columns"] if name in before]
    touched = [name for name in after if name not in before or before[name] != after[name]]
    gone = [name for name in before if name not in after]
    left, right = given[:MOST_BEFORE], touched[:MOST_AFTER]
    rows = len(walked[-1]["rows"])
    return {
        "title": f"Step {len(steps)}: {recipes.kind_name(steps[-1])}",
        "before": [_head(name, before) for name in left],
        "after": [{**_head(name, after), "state": "changed" if name in before else "new"} for name in right],
        "rows": [
            {
                "before": [_cell(before[name], row) for name in left],
                "after": [{**_cell(after[name], row), "is_new": _differs(before, after, name, row)} for name in right],
            }
            for row in range(rows)
        ],
        "gone": recipes.some(gone, 12),
        "more_before": max(len(given) - len(left), 0),
        "more_after": max(len(touched) - len(right), 0),
        "untouched": plural(len([name for name in after if name in before and name not in touched]), "column"),
        "notes": walked[-1].get("notes", []),
        "basis": _basis(found),
        "result": recipes.some(list(after), 24),
        "result_count": len(after),
    }


def _by_name(part: dict[str, Any]) -> dict[str, tuple[str, list[Any]]]:
    """Each column's type and values."""
    return {
        column["name"]: (column["dtype"], [row[place] for row in part["rows"]])
        for place, column in enumerate(part["columns"])
    }


def _head(name: str, columns: dict[str, tuple[str, list[Any]]]) -> dict[str, str]:
    return {"name": name, "dtype": columns[name][0]}


def _cell(column: tuple[str, list[Any]], row: int) -> dict[str, Any]:
    dtype, values = column
    return {"value": values[row], "dtype": dtype}


def _differs(before: dict[str, Any], after: dict[str, Any], name: str, row: int) -> bool:
    return name not in before or before[name][1][row] != after[name][1][row]


def _basis(found: dict[str, Any]) -> str:
    rows = count(found["fitted_on"])
    return f"Fitted on all {rows} rows" if found["exact"] else f"Fitted on a sample of {rows} rows"
