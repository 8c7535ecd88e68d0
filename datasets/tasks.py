"""Queue entries: an id in, a worker function called."""

from uuid import UUID

from celery import shared_task
from celery.signals import worker_ready, worker_shutdown, worker_shutting_down
from django.conf import settings

from core.crew import Crew
from core.queue import ring
from datasets import worker

_crew: list[Crew] = []  # this process's own, if it is a worker


@shared_task
def ingest(version_id: str) -> None:
    """A doorbell where a crew reads whatever waits; elsewhere this version is read."""
    for crew in _crew:
        crew.ring()
    if not _crew:
        worker.ingest(UUID(version_id))


@shared_task
def explore(version_id: str) -> None:
    worker.explore(UUID(version_id))


@shared_task
def reap_datasets() -> None:
    for version_id in worker.stalled():
        ring(ingest, version_id)


@shared_task
def sweep_datasets() -> None:
    worker.sweep()


@worker_ready.connect
def _begin(**_: object) -> None:
    _crew.append(Crew(worker.read_waiting, slots=settings.WORKER_CONCURRENCY, name="read"))
    _crew[0].start()


@worker_shutting_down.connect
def _leave(**_: object) -> None:
    worker.leave()


@worker_shutdown.connect
def _end(**_: object) -> None:
    for crew in _crew:
        crew.end()
