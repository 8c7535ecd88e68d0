"""Reads for sockets: journals in the form they are sent in, and what has been added to many of them at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Q
from django.utils import timezone

from core.actor import Actor
from training.models import Job, JobEvent
from training.states import ACTIVE
from workspaces import access

PAGE = 500  # events read at a time
JOBS_A_QUERY = 100  # each is a condition, and databases take only so many
BEGAN_JUST_NOW = timedelta(seconds=15)  # so that a job shorter than the time between two looks is noticed too


@dataclass(frozen=True, slots=True)
class Update:
    """One event as every socket sends it; `ends` says that the job's state is final with it."""

    job_id: UUID
    seq: int
    text: str
    ends: bool


@dataclass(frozen=True, slots=True)
class News:
    """What a look found: the newest number of each journal, and events that were not known, in order."""

    last_seqs: dict[UUID, int]
    updates: list[Update]


def news(known: Mapping[UUID, int], *, most: int) -> News:
    """Look at the journals in `known`, each with the number up to which it is; of each at most the `most` newest."""
    last_seqs = dict(Job.objects.filter(pk__in=known).values_list("pk", "last_seq"))
    grown = {pk: max(known[pk], last - most) for pk, last in last_seqs.items() if last > known[pk]}
    updates: list[Update] = []
    for start in range(0, len(grown), JOBS_A_QUERY):
        wanted = Q()
        for pk, seq in list(grown.items())[start : start + JOBS_A_QUERY]:
            wanted |= Q(job=pk, seq__gt=seq)
        updates += map(_update, JobEvent.objects.filter(wanted).order_by("job", "seq"))
    return News(last_seqs, updates)


def page(job_id: UUID, after: int) -> list[Update]:
    """The next events of a journal, at most `PAGE`."""
    return [_update(event) for event in JobEvent.objects.filter(job=job_id, seq__gt=after).order_by("seq")[:PAGE]]


def last_seq(actor: Actor, job_id: UUID) -> int:
    """The newest number of a job's journal. Raises NotFound if the person may not see the job."""
    return access.get(actor, Job.objects.select_related("project"), job_id).last_seq


def visible(actor: Actor, job_ids: Collection[UUID]) -> set[UUID]:
    """Those of the jobs that the person may see."""
    return set(access.visible(actor, Job.objects.filter(pk__in=job_ids)).values_list("pk", flat=True))


def jobs_of_owners(owners: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """The jobs of each of these people that go on, or began just now and may have ended already."""
    theirs = Job.objects.filter(owner__in=owners).order_by().values_list("owner_id", "pk")
    just_now = timezone.now() - BEGAN_JUST_NOW
    found: dict[UUID, list[UUID]] = {}
    # Not by OR: each half has an index.
    for owner, job in theirs.filter(state__in=ACTIVE).union(theirs.filter(started_at__gt=just_now)):
        found.setdefault(owner, []).append(job)
    return found


def states(actor: Actor, job_ids: Collection[UUID]) -> list[Update]:
    """How each of the jobs stands that the person may see: a `state` with the number of the newest event it counts."""
    jobs = access.visible(actor, Job.objects.filter(pk__in=job_ids)).order_by("created_at")
    return [
        Update(
            job.pk,
            job.last_seq,
            message(
                job_id=job.pk,
                seq=job.last_seq,
                kind="state",
                payload={
                    "state": job.state,
                    "error": job.error or None,
                    "stage": job.stage,
                    "progress": job.progress,
                    "name": job.name,
                },
                created_at=timezone.now(),
            ),
            job.has_ended,
        )
        for job in jobs
    ]


def message(*, job_id: UUID, seq: int, kind: str, payload: dict[str, Any], created_at: datetime) -> str:
    """A `job_update` as the contract has it."""
    content = {
        "type": "job_update",
        "job_id": job_id,
        "seq": seq,
        "kind": kind,
        "payload": payload,
        "created_at": created_at,
    }
    return orjson.dumps(content, option=orjson.OPT_UTC_Z).decode()


def _update(event: JobEvent) -> Update:
    text = message(
        job_id=event.job_id,
        seq=event.seq,
        kind=event.kind,
        payload=event.payload,
        created_at=event.created_at,
    )
    ends = event.kind == "state" and event.payload.get("state") not in ACTIVE
    return Update(event.job_id, event.seq, text, ends)
