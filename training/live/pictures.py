"""What a job's page shows of it beside its stages: how its measures go, and the candidates of its search."""

from typing import Any

from core.charts.histories import Line, history
from core.templatetags.format import plural
from ml.algorithms.registry import get_algorithm
from ml.metrics import METRICS
from training import attempt, leaderboard
from training.leaderboard import Candidate
from training.models import Job
from training.presentation.plan_words import setting_words
from training.presentation.scores import score_words

SHOWN = 20
BETTER = {"higher": "higher is better", "lower": "lower is better"}


def curve(job: Job) -> dict[str, Any] | None:
    """Title and drawing of what is measured again and again; None while nothing is."""
    if course := leaderboard.best_so_far(job):
        return _search_curve(job, course)
    measured = [payload for payload in attempt.told(job, "metric") if payload.get("step") is not None]
    if not measured:
        return None
    unit = measured[-1].get("unit") or "step"
    names = [name for name in measured[-1] if name not in ("step", "unit")]
    lines = [
        Line(_called(name), [(each["step"], each[name]) for each in measured if each.get(name) is not None])
        for name in names
    ]
    title = f"{_called(names[0])} by {unit}" if len(names) == 1 else f"Measured after each {unit}"
    return {"title": title, "drawing": history(lines, step=unit, y_title="")}


def board(job: Job) -> dict[str, Any] | None:
    """The best candidates so far; None for a job without a search."""
    candidates = leaderboard.candidates(job)
    if not candidates and not job.plan.get("tuning"):
        return None
    metric = METRICS[job.plan["metric"]]
    return {
        "metric_name": metric.name,
        "better": BETTER[metric.better],
        "rows": [_row(job, candidate, candidates) for candidate in candidates[:SHOWN]],
        "count_words": plural(len(candidates), "candidate") if candidates else "",
        "is_cut": len(candidates) > SHOWN,
    }


def _search_curve(job: Job, course: list[tuple[int, float, float]]) -> dict[str, Any]:
    metric = METRICS[job.plan["metric"]]
    line = Line(
        "Best so far", [(place, best) for place, _, best in course], [(place, score) for place, score, _ in course]
    )
    title = f"Best {metric.name} so far"
    return {
        "title": title,
        "drawing": history([line], step="candidate", y_title=f"{metric.name}, {BETTER[metric.better]}"),
    }


def _row(job: Job, candidate: Candidate, every: list[Candidate]) -> dict[str, Any]:
    metric, interval = job.plan["metric"], candidate.interval
    return {
        "number": candidate.number,
        "name": candidate.name,
        "is_best": candidate.is_best,
        "error": candidate.error,
        "score_text": score_words(metric, candidate.score),
        "interval_text": " to ".join(score_words(metric, end) for end in interval) if interval else "",
        "fit_seconds": candidate.fit_seconds,
        "predict_seconds": candidate.predict_seconds,
        "params": _differing(job, candidate, every),
    }


def _differing(job: Job, candidate: Candidate, every: list[Candidate]) -> list[dict[str, str]]:
    """The candidate's parameters that are not the same everywhere."""
    titles = get_algorithm(job.plan["algorithm"]).params["properties"]
    return [
        {"label": titles.get(name, {}).get("title", _called(name)), "value": setting_words(value)}
        for name, value in candidate.params.items()
        if any(other.params.get(name) != value for other in every) or len(every) == 1
    ]


def _called(name: str) -> str:
    return METRICS[name].name if name in METRICS else name.replace("_", " ").capitalize()
