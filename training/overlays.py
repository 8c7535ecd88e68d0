"""Curves of several models over each other: their points, and what pages say of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from core import storage
from core.kept import kept
from core.templatetags.format import number
from ml.schema import Task
from training.models import ModelVersion

Points = Sequence[Sequence[float]]

SHARES = (0.0, 1.0)
OF_CLASSES = "Each class against all others, averaged over the {classes} classes, each counting the same"
PICTURES: dict[str, dict[str, Any]] = {
    "roc": {"title": "ROC", "x": "False alarms, share of the others", "y": "Found, share of the cases"},
    "pr": {"title": "Precision and recall", "x": "Recall", "y": "Precision"},
    "macro_roc": {
        "title": "ROC, mean of the classes",
        "x": "False alarms, share of the others",
        "y": "Found, share of the class",
        "about": f"{OF_CLASSES}: the mean share found at each share of false alarms.",
    },
    "macro_pr": {
        "title": "Precision and recall, mean of the classes",
        "x": "Recall",
        "y": "Precision",
        "about": f"{OF_CLASSES}: the mean precision at each recall.",
    },
    "within": {
        "title": "Rows within an error",
        "x": "Off by at most, in the unit of {target}",
        "y": "Share of the rows",
        "about": "The share of rows whose prediction is off by no more than that; the higher, the better. "
        "It ends where the model that is furthest off has 95% of its rows.",
    },
    "spread": {
        "title": "How far off, and to which side",
        "x": "Actual minus predicted, in the unit of {target}",
        "y": "Share of the rows",
        "about": "Left of 0 the prediction was too high, right of 0 too low; the narrower and higher at 0, the better.",
    },
}


def overlaid(models: Sequence[ModelVersion]) -> dict[str, Any]:
    """The curves that models have in common, as JSON; each model's are of all rows it has held out.

    Returns `{"reason", "curves"}`: `reason` says why there are none, else it is None. Each curve is `{"key", "classes",
    "across", "up", "lines"}`: `key` names it among `PICTURES`, `classes` counts those averaged, None where none are,
    `across` and `up` are [from, to] of the axes; `lines` are in the order of the models, each with `points` [[x, y]]
    and the figure that sums it up: `area` (0 to 1), or of amounts `median` (absolute error) or `mean` (error).
    """
    if len({model.target for model in models}) > 1:
        return {
            "reason": "They predict different columns, so their curves do not belong over each other.",
            "curves": [],
        }
    curves = _of_amounts(models) if models[0].task == Task.REGRESSION else _of_classes(models)
    if isinstance(curves, str):
        return {"reason": curves, "curves": []}
    return {"reason": None, "curves": curves}


def _of_classes(models: Sequence[ModelVersion]) -> list[dict[str, Any]] | str:
    if all(model.evaluation.get("thresholds") for model in models):
        if len({str(model.evaluation["positive"]) for model in models}) > 1:
            return "They look for different classes, so their curves do not belong over each other."
        return _of_two(models)
    found = [_kept("macro", [model], _macro) for model in models]
    if not all(found):
        return "The rows that judge some of them are all of one class, so there is nothing to tell apart."
    if len({each["classes"] for each in found}) > 1:
        return "The rows they were judged on have different classes, so their means are not of the same."
    return [
        {
            "key": f"macro_{key}",
            "classes": found[0]["classes"],
            "across": SHARES,
            "up": SHARES,
            "lines": [{"points": each[key], "area": each[f"{key}_auc"]} for each in found],
        }
        for key in ("roc", "pr")
    ]


def _of_two(models: Sequence[ModelVersion]) -> list[dict[str, Any]]:
    from ml.evaluation.thresholds import pr_points, roc_points  # noqa: PLC0415 -- slow import

    return [
        {
            "key": key,
            "classes": None,
            "across": SHARES,
            "up": SHARES,
            "lines": [
                {"points": points(model.evaluation["thresholds"]), "area": model.metrics.get(f"{key}_auc")}
                for model in models
            ],
        }
        for key, points in (("roc", roc_points), ("pr", pr_points))
    ]


def _of_amounts(models: Sequence[ModelVersion]) -> list[dict[str, Any]] | str:
    found = _kept("errors", models, _errors)
    if not found:
        return "There are no errors to draw."
    furthest, lines = found["furthest"], found["lines"]
    highest = max(share for line in lines for _, share in line["spread"])
    return [
        {
            "key": "within",
            "classes": None,
            "across": (0.0, furthest),
            "up": SHARES,
            "lines": [{"points": line["within"], "median": line["median"]} for line in lines],
        },
        {
            "key": "spread",
            "classes": None,
            "across": (-furthest, furthest),
            "up": (0.0, highest),
            "lines": [{"points": line["spread"], "mean": line["mean"]} for line in lines],
        },
    ]


def _kept(what: str, models: Sequence[ModelVersion], make: Any) -> dict[str, Any]:
    """Kept for a day, as what models held out never changes; empty where there is nothing to draw."""
    key = f"overlaid:{what}:{':'.join(str(model.pk) for model in models)}"
    return kept(key, lambda: make(models) or {}, seconds=86_400)


def _macro(models: Sequence[ModelVersion]) -> dict[str, Any] | None:
    from ml.overlays import macro_curves  # noqa: PLC0415 -- slow import

    (model,) = models
    return macro_curves(storage.local_path(model.holdout_key), model.output_schema["classes"])


def _errors(models: Sequence[ModelVersion]) -> dict[str, Any] | None:
    from ml.overlays import error_curves  # noqa: PLC0415 -- slow import

    return error_curves([storage.local_path(model.holdout_key) for model in models])


def pictures(curves: Sequence[Mapping[str, Any]], models: Sequence[ModelVersion]) -> list[dict[str, Any]]:
    """The curves of `overlaid` with their words: arguments of `core.charts.curves`, a `title`, and what is drawn."""
    target = models[0].target
    return [
        {
            "title": PICTURES[curve["key"]]["title"],
            "about": PICTURES[curve["key"]].get("about", "").format(classes=curve["classes"]),
            "x_title": PICTURES[curve["key"]]["x"].format(target=target),
            "y_title": PICTURES[curve["key"]]["y"],
            "across": curve["across"],
            "up": curve["up"],
            "diagonal": curve["key"].endswith("roc"),
            "lines": [
                {"name": str(model), "points": line["points"], "note": _note(line)}
                for model, line in zip(models, curve["lines"], strict=True)
            ],
        }
        for curve in curves
    ]


def _note(line: Mapping[str, Any]) -> str:
    if line.get("area") is not None:
        return f"area {number(line['area'], 3)}"
    if line.get("median") is not None:
        return f"half within {number(line['median'], 3)}"
    if line.get("mean") is not None:
        side = "low" if line["mean"] > 0 else "high"
        return f"{number(abs(line['mean']), 2)} too {side} on average"
    return ""


def rows_words(tests: Sequence[Mapping[str, Any]]) -> str:
    """Whether the models were judged on the same rows, from their tests (`ml.comparing.compare`)."""
    if all(pair["rows"] and pair.get("rows_judged") == [pair["rows"], pair["rows"]] for pair in tests):
        return f"All of them on the same {tests[0]['rows']:,} rows, which none had seen."
    return (
        "Each on the rows it had not seen, which are not the same for all: part of what lies between the curves may "
        "come from the rows. The tests above use only rows in common."
    )
