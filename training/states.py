"""A job's states and the allowed moves; nobody else assigns a state."""

from typing import Any
from uuid import UUID

from django.db import models, transaction


class JobState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


ACTIVE = (JobState.QUEUED, JobState.RUNNING)
SOURCES: dict[JobState, tuple[JobState, ...]] = {
    JobState.QUEUED: (JobState.RUNNING,),  # its worker died: it runs again
    JobState.RUNNING: (JobState.QUEUED,),
    JobState.SUCCEEDED: (JobState.RUNNING,),
    JobState.FAILED: ACTIVE,
    JobState.CANCELLED: ACTIVE,
}


@transaction.atomic
def move(
    job_id: UUID, *, to: JobState, only_from: tuple[JobState, ...] = (), owned_by: str = "", **changes: Any
) -> bool:
    """Move a job if its present state allows it, and append a `state` event; returns whether it moved.

    One conditional UPDATE decides, so of two that ask at once one wins. `only_from` narrows the allowed sources;
    `owned_by` makes the move the right of the worker that holds the lease.
    """
    from training import journal  # noqa: PLC0415 -- the journal writes to the job that has these states
    from training.models import Job  # noqa: PLC0415

    sources = [state for state in SOURCES[to] if not only_from or state in only_from]
    rows = Job.objects.filter(pk=job_id, state__in=sources)
    if owned_by:
        rows = rows.filter(lease_owner=owned_by)
    if rows.update(state=to, **changes) == 0:
        return False
    journal.append(job_id, [("state", {"state": to, "error": changes.get("error") or None})])
    return True
