"""How long a queued job waits: its place in turn, and a guess from what jobs took lately.

The guess lets the workers' slots take the queue in turn, each job for as long as its like took: the median of the
last that succeeded with the same method on as large a table, else of all of them.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from core import pulse
from training import turns
from training.models import Job
from training.states import JobState

RECENT = 100
COUNTED_ENOUGH = 0.05
LOOKED_AT = 200  # beyond these in the queue each is taken for a middling job: nobody plans by such a guess

Kind = tuple[str, bool, int]
"""What makes jobs alike: the algorithm, whether they search for parameters, the number of digits of their rows."""


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """`place` 1 is the next to begin; `estimated_wait_s` is None while no worker lives or no job has ended yet."""

    place: int
    estimated_wait_s: float | None

    @property
    def ahead(self) -> int:
        """How many jobs begin before this one."""
        return self.place - 1


def places() -> dict[UUID, QueuePlace]:
    """The place of every queued job."""
    order, slots = turns.in_turn(), pulse.slots_alive()
    known = _Durations() if order and slots else None
    waits = known.waits(order, slots) if known and known.overall is not None else [None] * len(order)
    return {
        job_id: QueuePlace(number, wait)
        for number, (job_id, wait) in enumerate(zip(order, waits, strict=True), start=1)
    }


@dataclass(frozen=True, slots=True)
class _Job:
    """What tells how long a job takes."""

    job_id: UUID
    kind: Kind
    progress: float
    started_at: Any
    finished_at: Any


class _Durations:
    """What jobs took lately, in seconds."""

    def __init__(self) -> None:
        lately = Job.objects.filter(state=JobState.SUCCEEDED, started_at__isnull=False).order_by("-finished_at")
        by_kind: dict[Kind, list[float]] = defaultdict(list)
        for each in _alike(lately[:RECENT]):
            by_kind[each.kind].append((each.finished_at - each.started_at).total_seconds())
        self._medians = {kind: median(taken) for kind, taken in by_kind.items()}
        self.overall = median(each for taken in by_kind.values() for each in taken) if by_kind else None

    def expected(self, kind: Kind | None) -> float:
        return self._medians.get(kind, self.overall or 0.0) if kind else self.overall or 0.0

    def _left(self, running: _Job) -> float:
        """How long one that runs will go on: by what it has counted, else by its like, else as long again."""
        elapsed: float = (timezone.now() - running.started_at).total_seconds()
        if running.progress >= COUNTED_ENOUGH:
            return elapsed * (1 - running.progress) / running.progress
        expected = self.expected(running.kind)
        return expected - elapsed if elapsed < expected else elapsed

    def waits(self, order: list[UUID], slots: int) -> list[float | None]:
        """How long each of the queue waits, when `slots` run at a time."""
        free_in = [self._left(each) for each in _alike(Job.objects.filter(state=JobState.RUNNING))]
        free_in += [0.0] * (slots - len(free_in))
        heapq.heapify(free_in)
        kinds = {each.job_id: each.kind for each in _alike(Job.objects.filter(pk__in=order[:LOOKED_AT]))}
        waits: list[float | None] = []
        for job_id in order:
            begins_in = free_in[0]
            heapq.heapreplace(free_in, begins_in + self.expected(kinds.get(job_id)))
            waits.append(round(begins_in, 1))
        return waits


def _alike(jobs: QuerySet[Job]) -> Iterator[_Job]:
    columns = (
        "pk",
        "plan__algorithm",
        "plan__tuning",
        "dataset_version__rows",
        "progress",
        "started_at",
        "finished_at",
    )
    for job_id, algorithm, tuning, rows, *rest in jobs.values_list(*columns):
        yield _Job(job_id, (algorithm, bool(tuning), len(str(rows or 0))), *rest)
