"""Queue entries: an id in, a worker function called."""

from uuid import UUID

from celery import shared_task
from celery.signals import worker_init, worker_shutting_down

from core import processes, pulse
from core.queue import ring
from training import worker


@shared_task
def run_training(job_id: str) -> None:
    worker.run(UUID(job_id))


@shared_task
def reap_jobs() -> None:
    pulse.beat("worker")  # that this runs at all says that beat, broker and a worker are alive
    for job_id in worker.reap():
        ring(run_training, job_id)


@shared_task
def sweep_models() -> None:
    worker.sweep()


@worker_init.connect
def _prepare(**_: object) -> None:
    processes.prepare(worker.PRELOAD)  # before it takes a message, so that no job waits for the libraries


@worker_shutting_down.connect
def _leave(**_: object) -> None:
    worker.leave()
