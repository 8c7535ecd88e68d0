"""What pages say of jobs and models: ready words and figures for the templates to place."""

from collections.abc import Mapping
from typing import Any

from core.templatetags.format import count, number, percent, plural, score
from datasets import recipes
from datasets.models import DatasetVersion, VersionStatus
from ml.algorithms.registry import get_algorithm
from ml.metrics import METRICS
from ml.schema import Task
from training.models import Job, JobEvent, ModelVersion
from training.queries import place_in_queue, reproduction_of
from training.reproductions import Difference
from training.states import JobState

SHARES = {"accuracy", "balanced_accuracy", "f1", "precision", "recall", "mape"}
STAGE_LABELS = {
    "reading": "Read the table",
    "preparing": "Prepare the columns",
    "fitting": "Learn",
    "evaluating": "Test on rows it has not seen",
    "explaining": "See which columns matter",
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
    "log_loss": "How far its probabilities are off, sure mistakes weighing most.",
    "brier": "The mean squared error of its probabilities.",
}


def score_words(metric: str, value: float | None) -> str:
    """A score as people read it: shares in per cent."""
    return percent(value) if metric in SHARES and value is not None else score(value)


def difference_words(metric: str, value: float) -> str:
    """How far two scores are apart; shares differ by points, as 82 % and 80 % do by 2."""
    sign = "−" if value < 0 else "+"
    return f"{sign}{number(100 * abs(value), 3)} points" if metric in SHARES else f"{sign}{score(abs(value))}"


def interval_words(metric: str, interval: list[float] | None) -> str:
    """A 95 % interval as people read it; nothing when there is none."""
    return f"{score_words(metric, interval[0])} to {score_words(metric, interval[1])}" if interval else ""


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


def costs(model: ModelVersion) -> dict[str, float | None]:
    """What a model takes: `fit_seconds`, and `predict_ms` a row as it was judged."""
    rows, seconds = model.facts.get("rows_test"), model.facts.get("predict_seconds")
    known = rows and seconds is not None
    return {"fit_seconds": model.facts.get("fit_seconds"), "predict_ms": 1000 * seconds / rows if known else None}


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
            "value": setting_words(value),
            "default": "" if value == properties[name]["default"] else setting_words(properties[name]["default"]),
        }
        for name, value in model.fitted_params.items()
    ]


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


def stages(job: Job) -> list[dict[str, str]]:
    """The steps of a job and how far it is with each."""
    names = list(STAGE_LABELS)
    here = names.index(job.stage) if job.stage in STAGE_LABELS else len(names) if job.stage == "done" else -1
    states = ["done" if place < here else "current" if place == here else "waiting" for place in range(len(names))]
    if job.has_ended and 0 <= here < len(names):
        states[here] = "failed" if job.state == JobState.FAILED else "waiting"
    return [
        {"name": name, "label": STAGE_LABELS[name], "state": state} for name, state in zip(names, states, strict=True)
    ]


def progress(job: Job) -> dict[str, Any] | None:
    """What is counted right now: “Tree 40 of 200”; None before anything is."""
    counted = job.progress_detail
    if job.state != JobState.RUNNING or job.stage not in STAGE_LABELS:
        return None
    if not counted.get("total"):
        return {"text": STAGE_LABELS[job.stage], "done": round(100 * job.progress), "total": 100}
    text = f"{counted['unit'].capitalize()} {counted['done']:,} of {counted['total']:,}"
    return {"text": text, "done": counted["done"], "total": counted["total"]}


def queue_words(job: Job) -> str:
    """Where a queued job stands: “3rd in the queue, about 2 minutes”; nothing unless it is queued."""
    found = place_in_queue(job)
    if found is None:
        return ""
    place = "Next in the queue" if found.place == 1 else f"{_ordinal(found.place)} in the queue"
    return place if found.estimated_wait_s is None else f"{place}, {_about(found.estimated_wait_s)}"


def reproduction_words(job: Job) -> dict[str, Any] | None:
    """The verdict on a job that repeats another: `{same, sentence, differences (lines)}`; None until there is one."""
    found = reproduction_of(job)
    if found is None:
        return None
    same = f"The same again: {plural(found.scores, 'score')}, each equal to nine decimals, on the same data."
    return {
        "same": found.same,
        "sentence": same if found.same else "Not quite the same as the first time.",
        "differences": [_difference_words(each) for each in found.differences],
    }


def _difference_words(difference: Difference) -> str:
    before, after = difference.before, difference.after
    if difference.kind == "data":
        return "The data are not the same."
    if difference.kind == "ended_early":
        return f"The {'first' if before else 'second'} was ended early, with the best it had by then."
    if difference.kind == "library":
        return f"{difference.name} was {before or 'not there'} then, and is {after or 'not there'} now."
    was, now = (each if each is not None else "none" for each in (before, after))
    of_baseline = " of the baseline" if difference.name.startswith("baseline.") else ""
    metric = difference.name.removeprefix("baseline.")
    name = METRICS[metric].name if metric in METRICS else metric.replace("_", " ").replace(".", " ")
    return f"{name}{of_baseline} was {was}, and is {now}."


def _ordinal(place: int) -> str:
    """
    >>> [_ordinal(place) for place in (2, 3, 11, 21, 1112)]
    ['2nd', '3rd', '11th', '21st', '1,112th']
    """
    suffix = "th" if 10 < place % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place:,}{suffix}"


def _about(seconds: float) -> str:
    """A guess as people say it, never more exact than it is.

    >>> [_about(seconds) for seconds in (3, 31, 100, 3000, 9000)]
    ['a few seconds', 'about 30 seconds', 'about 2 minutes', 'about 50 minutes', 'about 3 hours']
    """
    if seconds < 10:
        return "a few seconds"
    for length, step, noun in ((1, 10, "second"), (60, 1, "minute"), (3_600, 1, "hour")):
        amount = round(seconds / length / step) * step
        if amount < 60 or noun == "hour":
            return f"about {plural(amount, noun)}"
    raise AssertionError(seconds)


def log_lines(events: list[JobEvent]) -> list[dict[str, Any]]:
    """The journal as lines to read."""
    return [{"seq": event.seq, "at": event.created_at, "text": _line(event)} for event in events]


def _line(event: JobEvent) -> str:
    if event.kind == "state":
        return event.payload.get("error") or f"The job is {event.payload['state']}."
    return str(event.payload.get("message", ""))
