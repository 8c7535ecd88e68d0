"""How far a job is, when it begins, what it has said, and whether it came out as the one it repeats."""

from typing import Any

from core.templatetags.format import plural
from ml.metrics import METRICS
from training.models import Job, JobEvent
from training.presentation.scores import score_words
from training.queries import place_in_queue, reproduction_of
from training.reproductions import Difference, Reproduction
from training.states import JobState

MOST_LINES = 8  # of what differs between a training and its repetition
STAGE_LABELS = {
    "reading": "Read the table",
    "preparing": "Prepare the columns",
    "fitting": "Learn",
    "evaluating": "Test on rows it has not seen",
    "explaining": "See which columns matter",
    "saving": "Save the model",
}


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


def reproduction_words(job: Job) -> dict[str, Any] | None:
    """What a notice says of a job that repeats another: whether it comes out the same; None if it repeats none.

    `{kind, title, text, lines}`.
    """
    first = job.reproduces
    if first is None:
        return None
    if (found := reproduction_of(job)) is not None:
        return _verdict(found)
    if not hasattr(first, "model"):
        text = "The first made no model, so there is nothing to compare."
    elif job.has_ended:
        text = "It ended without a model, so there is nothing to compare."
    else:
        metric = job.plan["metric"]
        reached = f"{METRICS[metric].name} of the first was {score_words(metric, first.metrics.get(metric))}."
        text = f"{reached} Whether every score comes out the same is said here at the end."
    return {"kind": "info", "title": "This repeats an earlier training", "text": text, "lines": []}


def _verdict(found: Reproduction) -> dict[str, Any]:
    name = METRICS[found.metric].name
    before, after = (score_words(found.metric, value) for value in (found.before, found.after))
    reasons_first = sorted(found.differences, key=lambda each: each.kind == "score")
    lines = [_difference_words(each) for each in reasons_first]
    if found.same:
        equal = f"all {plural(found.scores, 'score')} are equal to nine decimals, on the same data"
        text = f"{name} was {before}, and is {after}; {equal}."
        return {"kind": "success", "title": "The same again", "text": text, "lines": lines}
    cut = [f"And {plural(len(lines) - MOST_LINES, 'more difference')}."] if len(lines) > MOST_LINES else []
    text = f"{name} was {before}, and is {after}."
    return {"kind": "warning", "title": "Not the same again", "text": text, "lines": [*lines[:MOST_LINES], *cut]}


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


def log_lines(events: list[JobEvent]) -> list[dict[str, Any]]:
    """The journal as lines to read."""
    return [{"seq": event.seq, "at": event.created_at, "text": _line(event)} for event in events]


def _line(event: JobEvent) -> str:
    if event.kind == "state":
        return event.payload.get("error") or f"The job is {event.payload['state']}."
    return str(event.payload.get("message", ""))
