"""Queue entries: an id in, a worker function called."""

from uuid import UUID

from celery import shared_task

from core import errands
from workspaces import worker


@shared_task
def mail_new_member(member_id: str) -> None:
    errands.run(mail_new_member, UUID(member_id), worker.mail_new_member)
