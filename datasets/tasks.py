"""Queue entries: an id in, a worker function called."""

from uuid import UUID

from celery import shared_task
from celery.signals import worker_shutting_down

from core.queue import ring
from datasets import worker


@shared_task
def ingest(version_id: str) -> None:
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


@worker_shutting_down.connect
def _leave(**_: object) -> None:
    worker.leave()
