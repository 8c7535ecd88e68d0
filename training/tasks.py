"""Queue entries: an id in, a worker function called."""

from celery import shared_task
from celery.signals import worker_init, worker_ready, worker_shutdown, worker_shutting_down
from django.conf import settings

from core import processes, pulse
from core.queue import ring
from training import mails, worker
from training.crew import Crew

_crew: list[Crew] = []  # this process's own, if it is a worker


@shared_task
def run_training(job_id: str) -> None:
    """A doorbell for some job, whosever turn it is; `job_id` only says which one rang."""
    for crew in _crew:
        crew.ring()
    if not _crew:
        worker.run_queued()


@shared_task
def reap_jobs() -> None:
    pulse.beat("worker")  # that this runs at all says that beat, broker and a worker are alive
    for job_id in worker.reap()[:1]:  # who comes takes them all
        ring(run_training, job_id)


@shared_task
def mail_of_ended_jobs() -> None:
    mails.send_due()


@shared_task
def sweep_models() -> None:
    worker.sweep()


@worker_init.connect
def _prepare(**_: object) -> None:
    processes.prepare(worker.PRELOAD)  # before it takes a message, so that no job waits for the libraries


@worker_ready.connect
def _begin(**_: object) -> None:
    _crew.append(Crew(settings.WORKER_CONCURRENCY))
    _crew[0].start()


@worker_shutting_down.connect
def _leave(**_: object) -> None:
    worker.leave()


@worker_shutdown.connect
def _end(**_: object) -> None:
    for crew in _crew:
        crew.end()
