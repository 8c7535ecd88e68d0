"""Queue entries: an id in, a worker function called."""

from uuid import UUID

from celery import shared_task

from accounts import worker


@shared_task(autoretry_for=(OSError,), retry_backoff=30, max_retries=4)  # a mail server that is away comes back
def mail_reset_link(person_id: str) -> None:
    worker.mail_reset_link(UUID(person_id))


@shared_task
def sweep_accounts() -> None:
    worker.sweep()
