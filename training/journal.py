"""A job's journal: durable events whose numbers have no gap, so that a reader can say what it has seen."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from training.live import wakeups
from training.models import Job, JobEvent

Entry = tuple[str, dict[str, Any]]


@transaction.atomic
def append(job_id: UUID, entries: list[Entry]) -> None:
    """Write the entries (kind, payload) in order.

    Numbers are allotted by one UPDATE, which holds the job's row until the caller commits: nobody can see number 7
    before number 6. Of a job that is gone there is nothing to tell. Those who follow it are woken after the commit.
    """
    if not Job.objects.filter(pk=job_id).update(last_seq=F("last_seq") + len(entries)):
        return
    last = Job.objects.values_list("last_seq", flat=True).get(pk=job_id)
    first = last - len(entries) + 1
    JobEvent.objects.bulk_create(
        JobEvent(job_id=job_id, seq=first + place, kind=kind, payload=payload)
        for place, (kind, payload) in enumerate(entries)
    )
    wakeups.ring_on_commit(job_id)


def events_after(job: Job, seq: int) -> QuerySet[JobEvent]:
    """The job's events with a number above `seq`, in order."""
    return JobEvent.objects.filter(job=job, seq__gt=seq).order_by("seq")
