"""What pages say of jobs and models: ready words and figures for the templates to place."""

from collections.abc import Mapping
from typing import Any

from core.templatetags.format import count, number, percent, score
from datasets import recipes
from datasets.models import DatasetVersion, VersionStatus
from ml.algorithms.registry import get_algorithm
from ml.metrics import METRICS
from ml.schema import Task
from training.models import Job, JobEvent, ModelVersion
from training.states import JobState

SHARES = {"accuracy", "balanced_accuracy", "f1", "precision", "recall", "mape"}
STAGE_LABELS = {
    "reading": "Read the table",
    "preparing": "Prepare the columns",
    "fitting": "Learn",
    "evaluating": "Test on rows it has not seen",
    "saving": "Save the model",
}
HINTS = {
    "r2": "The share of the spread that the model explains: 1 is all, 0 is none.",
    "rmse": "The usual distance from the truth, large misses weighing more; in the target's unit.",
    "mae": "The average distance from the truth, in the target's unit.",
    "mse": "The mean squared distance from the truth.",
    "mape": "The average distance as a share of the truth.",
    "accuracy": "The share of rows it got right.",
    "balanced_accuracy": "The share it got right, each class counting the same.",
    "f1": "Precision and recall in one figure.",
    "precision": "Of those it named, the share that was so.",
    "recall": "Of those that were so, the share it named.",
    "roc_auc": "How often it ranks a case above a non-case: 0.5 is chance.",
    "pr_auc": "Precision over all thresholds; the baseline is the share of cases.",
    "log_loss": "How far its probabilities are off; lower is better.",
    "brier": "The mean squared error of its probabilities; lower is better.",
}


def score_words(metric: str, value: float | None) -> str:
    """A score as people read it: shares in per cent."""
    return percent(value) if metric in SHARES and value is not None else score(value)


def primary(model: ModelVersion) -> dict[str, str]:
    """The score the model is judged by, beside the baseline's: `metric_name`, `score_text`, `baseline_text`."""
    metric = model.plan["metric"]
    return {
        "metric_name": METRICS[metric].name,
        "score_text": score_words(metric, model.metrics.get(metric)),
        "baseline_text": score_words(metric, model.metrics.get("baseline", {}).get(metric)),
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
        "notes": [{"kind": "info", "text": note} for note in model.facts.get("notes", [])],
        "fit_seconds": model.facts.get("fit_seconds"),
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


def data_seen(version: DatasetVersion | None, plan: Mapping[str, Any]) -> str:
    """Which rows a plan is of, and under which types if those were corrected."""
    if version is None:
        return "deleted"
    schema = plan.get("schema_number", 1)  # plans of earlier versions have none
    purged = " (purged)" if version.status == VersionStatus.PURGED else ""
    return f"version {version.number}{f', schema {schema}' if schema > 1 else ''}{purged}"


def parameters(model: ModelVersion) -> list[dict[str, str]]:
    """The parameters by title, each with its default where it differs."""
    properties = get_algorithm(model.algorithm).params["properties"]
    return [
        {
            "label": properties[name]["title"],
            "value": _setting(value),
            "default": "" if value == properties[name]["default"] else _setting(properties[name]["default"]),
        }
        for name, value in model.plan["params"].items()
    ]


def steps(plan: Mapping[str, Any]) -> list[str]:
    """The feature steps of a job's or a model's plan, a line of words each."""
    return [recipes.words(step) for step in plan.get("steps", [])]


def _setting(value: Any) -> str:
    if value is None:
        return "no limit"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, int | float) else str(value)


def stages(job: Job) -> list[dict[str, str]]:
    """The steps of a job and how far it is with each."""
    names = list(STAGE_LABELS)
    here = names.index(job.stage) if job.stage in STAGE_LABELS else len(names) if job.stage == "done" else -1
    states = ["done" if place < here else "current" if place == here else "waiting" for place in range(len(names))]
    if job.has_ended and 0 <= here < len(names):
        states[here] = "failed" if job.state == JobState.FAILED else "waiting"
    return [{"label": STAGE_LABELS[name], "state": state} for name, state in zip(names, states, strict=True)]


def progress(job: Job) -> dict[str, Any] | None:
    """What is counted right now: “Tree 40 of 200”; None before anything is."""
    counted = job.progress_detail
    if job.state != JobState.RUNNING or job.stage not in STAGE_LABELS:
        return None
    if not counted.get("total"):
        return {"text": STAGE_LABELS[job.stage], "done": round(100 * job.progress), "total": 100}
    text = f"{counted['unit'].capitalize()} {counted['done']:,} of {counted['total']:,}"
    return {"text": text, "done": counted["done"], "total": counted["total"]}


def log_lines(events: list[JobEvent]) -> list[dict[str, Any]]:
    """The journal as lines to read."""
    return [{"at": event.created_at, "text": _line(event)} for event in events]


def _line(event: JobEvent) -> str:
    if event.kind == "state":
        return event.payload.get("error") or f"The job is {event.payload['state']}."
    return str(event.payload.get("message", ""))
