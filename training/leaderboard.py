"""The candidates of a search, from what it told in the journal."""

import math
from dataclasses import dataclass
from typing import Any, Self

from ml.metrics import METRICS
from training import attempt
from training.models import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One candidate as it did; `score` is None when it failed, whatever else is not known too.

    Only the best is kept, as the job's model: of the others no size is known.
    """

    number: int
    name: str
    params: dict[str, Any]
    score: float | None
    std: float | None
    interval: tuple[float, float] | None
    fit_seconds: float | None
    predict_seconds: float | None
    size_bytes: int | None
    error: str | None
    is_best: bool = False

    @classmethod
    def from_trial(cls, payload: dict[str, Any], *, place: int, is_best: bool, kept_bytes: int | None) -> Self:
        interval = payload.get("interval")
        return cls(
            number=payload.get("number", place),
            name=payload.get("name") or payload.get("algorithm") or "",
            params=payload.get("params") or {},
            score=payload.get("score"),
            std=payload.get("std"),
            interval=(interval[0], interval[1]) if isinstance(interval, list) and len(interval) == 2 else None,
            fit_seconds=payload.get("fit_seconds"),
            predict_seconds=payload.get("predict_seconds"),
            size_bytes=kept_bytes if is_best else None,
            error=payload.get("error"),
            is_best=is_best,
        )


def candidates(job: Job) -> list[Candidate]:
    """Every candidate so far, the best first and the failed last; none for a job without a search."""
    kept_bytes = job.model.size_bytes if hasattr(job, "model") else None
    trials = list(enumerate(_trials(job), start=1))
    # Scores are told in few digits: of those that look alike, the last that the search itself called best is.
    won = max((place for place, trial in trials if trial.get("is_best")), default=None)
    trials.sort(key=lambda trial: (_rank(job, trial[1].get("score")), trial[0] != won))
    return [
        Candidate.from_trial(
            payload,
            place=place,
            is_best=rank == 0 and payload.get("score") is not None,
            kept_bytes=kept_bytes,
        )
        for rank, (place, payload) in enumerate(trials)
    ]


def best_so_far(job: Job) -> list[tuple[int, float, float]]:
    """Of each candidate with a score in the order they were tried: place, its score, the best score until then."""
    course: list[tuple[int, float, float]] = []
    for place, payload in enumerate(_trials(job), start=1):
        score = payload.get("score")
        if score is not None:
            before = course[-1][2] if course else score
            course.append((place, score, min(score, before, key=lambda value: _rank(job, value))))
    return course


def _trials(job: Job) -> list[dict[str, Any]]:
    """What was told of candidates for the model kept; until there are any, of those that were tried within folds."""
    told = list(attempt.told(job, "trial"))
    return [trial for trial in told if "fold" not in trial] or told


def _rank(job: Job, score: float | None) -> float:
    """Smaller is better; whatever has no score is last."""
    if score is None:
        return math.inf
    return -score if METRICS[job.plan["metric"]].better == "higher" else score
