"""Queue entries: an id in, a worker function called."""

from uuid import UUID

from celery import shared_task

from core.queue import ring
from datasets import worker


@shared_task
def ingest(version_id: str) -> None:
    worker.ingest(UUID(version_id))


@shared_task
def reap_datasets() -> None:
    for version_id in worker.stalled():
        ring(ingest, version_id)


@shared_task
def sweep_datasets() -> None:
    worker.sweep()
