"""What a model is worth, what it takes, and what it is made of."""

from collections.abc import Mapping
from typing import Any

from core.templatetags.format import DASH, count, duration, plural
from ml.algorithms.registry import get_algorithm
from ml.metrics import METRICS
from ml.schema import Task
from training.models import ModelVersion
from training.presentation.plan_words import data_seen, setting_words
from training.presentation.scores import HINTS, difference_words, interval_words, score_words


def primary(model: ModelVersion) -> dict[str, str]:
    """The score the model is judged by, beside the baseline's: `metric_name`, `score_text`, `baseline_text`."""
    metric = model.plan["metric"]
    return {
        "metric_name": METRICS[metric].name,
        "score_text": score_words(metric, model.metrics.get(metric)),
        "baseline_text": score_words(metric, model.metrics.get("baseline", {}).get(metric)),
    }


def standing(
    model: ModelVersion, intervals: Mapping[str, list[float]] | None, gain: Mapping[str, Any] | None
) -> dict[str, str]:
    """How sure the score is and how much better than the baseline's; nothing for models judged without."""
    metric = model.plan["metric"]
    return {
        "interval_text": interval_words(metric, (intervals or {}).get(metric)),
        "gain_text": difference_words(metric, gain["value"]) if gain else "",
    }


def costs(model: ModelVersion) -> dict[str, Any]:
    """What a model takes: `fit_seconds`, `predict_ms` a row, and `predict_text`: how long for how many rows at once.

    Of few rows, most of the time is taken whatever their number is, so pages say both instead of a row's share.
    """
    rows, seconds = model.facts.get("rows_test"), model.facts.get("predict_seconds")
    known = rows and seconds is not None
    return {
        "fit_seconds": model.facts.get("fit_seconds"),
        "predict_ms": 1000 * seconds / rows if known else None,
        "predict_text": f"{duration(seconds) if seconds else '<1 ms'} for {plural(rows, 'row')}" if known else DASH,
    }


def summary(model: ModelVersion) -> dict[str, Any]:
    """What a model is worth: the context of `training/_model_summary.html`."""
    found = model.evaluation
    points = found.get("predicted_vs_actual") or []
    regression = model.task == Task.REGRESSION
    return {
        "model": model,
        "sentence": found["sentence"],
        "tiles": _tiles(model),
        "comparison": _comparison(model),
        "confusion": found.get("confusion"),
        "scatter": {
            "actual": [point["actual"] for point in points],
            "predicted": [point["predicted"] for point in points],
            "x_title": f"Actual {model.target}",
            "y_title": f"Predicted {model.target}",
        }
        if regression and points
        else None,
        "residuals": found.get("residuals"),
        "notes": [
            *({"kind": "warning", "text": warning["text"]} for warning in found.get("warnings", [])),
            *({"kind": "info", "text": note} for note in model.facts.get("notes", [])),
        ],
    }


def _tiles(model: ModelVersion) -> list[dict[str, Any]]:
    """Each score beside the baseline's, the one the model is judged by first."""
    baseline = model.metrics.get("baseline", {})
    known = [metric for metric in METRICS if model.metrics.get(metric) is not None]
    known.sort(key=lambda metric: metric != model.plan["metric"])
    return [
        {
            "label": METRICS[metric].name,
            "value": score_words(metric, model.metrics[metric]),
            "note": f"baseline {score_words(metric, baseline[metric])}" if baseline.get(metric) is not None else "",
            "interval": interval_words(metric, model.evaluation.get("intervals", {}).get(metric)),
            "lead": metric == model.plan["metric"],
            "hint": HINTS[metric],
        }
        for metric in known
    ]


def _comparison(model: ModelVersion) -> dict[str, Any] | None:
    metric = model.plan["metric"]
    score, baseline = model.metrics.get(metric), model.metrics.get("baseline", {}).get(metric)
    if score is None or baseline is None or min(score, baseline) < 0:
        return None  # a bar has no length below nothing
    better = " (lower is better)" if METRICS[metric].better == "lower" else ""
    bars = [("This model", score, True), ("Baseline", baseline, False)]
    return {
        "title": f"{METRICS[metric].name} beside a baseline{better}",
        "bars": [
            {"label": label, "value": value, "text": score_words(metric, value), "lead": lead}
            for label, value, lead in bars
        ],
    }


def facts(model: ModelVersion) -> list[dict[str, str]]:
    """The small print of a model: what it is, what it saw, what made it."""
    shown = [
        ("Algorithm", get_algorithm(model.algorithm).name),
        ("Task", model.task),
        ("Target", model.target),
        ("Rows learnt from", count(model.facts.get("rows_train"))),
        ("Rows tested on", count(model.facts.get("rows_test"))),
        ("Seed", str(model.plan["seed"])),
        ("Data", f"{data_seen(model.dataset_version, model.plan)}, {model.dataset_version.sha256[:12]}"),
        *((library, version) for library, version in model.facts.get("libraries", {}).items()),
    ]
    return [{"label": label, "value": value} for label, value in shown]


def parameters(model: ModelVersion) -> list[dict[str, str]]:
    """The parameters by title, each with its default where it differs."""
    properties = get_algorithm(model.algorithm).params["properties"]
    return [
        {
            "label": properties[name]["title"],
            "value": setting_words(value),
            "default": "" if value == properties[name]["default"] else setting_words(properties[name]["default"]),
        }
        for name, value in model.fitted_params.items()
    ]
