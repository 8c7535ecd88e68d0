"""Queue entries: an id in, a worker function called."""

from uuid import UUID

from celery import shared_task

from workspaces import worker


@shared_task(autoretry_for=(OSError,), retry_backoff=30, max_retries=4)  # a mail server that is away comes back
def mail_new_member(member_id: str) -> None:
    worker.mail_new_member(UUID(member_id))
