"""What a job's present attempt has told: a job whose worker died begins again, and what came before counts no more."""

from typing import Any

from training.journal import events_after
from training.models import Job
from training.states import JobState

MOST_EVENTS = 5_000  # of a kind; the newest


def told(job: Job, kind: str) -> list[dict[str, Any]]:
    """The payloads of this kind in the job's present attempt, in order."""
    begun = events_after(job, 0).filter(kind="state", payload__state=JobState.RUNNING).order_by("-seq")
    since = begun.values_list("seq", flat=True).first() or 0
    newest = events_after(job, since).filter(kind=kind).order_by("-seq").values_list("payload", flat=True)[:MOST_EVENTS]
    return list(reversed(newest))
