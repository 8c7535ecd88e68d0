"""Queue entries: an id in, a worker function called."""

from uuid import UUID

from celery import shared_task

from accounts import worker
from core import errands


@shared_task
def mail_reset_link(person_id: str) -> None:
    errands.run(mail_reset_link, UUID(person_id), worker.mail_reset_link)


@shared_task
def sweep_accounts() -> None:
    worker.sweep()
