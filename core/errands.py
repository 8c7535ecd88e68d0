"""What a worker has to do though the broker is away when it is asked for, such as a mail: a row that stays until done.

The message to the worker is only a doorbell; whoever missed it is reminded by the row. Whoever runs an errand claims it
by one conditional UPDATE, which puts it off for a while: one that dies, or whose mail server is away, is followed by
another. One that dies after the mail server has said yes and before the row is deleted does it twice.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import structlog
from celery import Task, current_app
from django.db import transaction
from django.utils import timezone

from core.models import Errand
from core.queue import ring_on_commit

AGAIN_AFTER = timedelta(minutes=5)
GIVEN_UP_AFTER = timedelta(days=1)
AT_ONCE = 50

log = structlog.get_logger(__name__)


@transaction.atomic
def send(task: "Task[..., None]", row_id: UUID) -> None:
    """Have the task done for this row once the caller's transaction is committed; once, however often it is asked."""
    Errand.objects.bulk_create([Errand(task=task.name, row_id=row_id, due_at=timezone.now())], ignore_conflicts=True)
    ring_on_commit(task, row_id)


def run(task: "Task[..., None]", row_id: UUID, work: Callable[[UUID], None]) -> None:
    """Do the work of an errand, if it is due and nobody else does it; one that meets an OSError is due again later."""
    now = timezone.now()
    errand = Errand.objects.filter(task=task.name, row_id=row_id)
    if not errand.filter(due_at__lte=now).update(due_at=now + AGAIN_AFTER):
        return
    try:
        work(row_id)
    except OSError as error:  # smtplib's are of this kind
        log.warning("errand.put_off", task=task.name, row=str(row_id), error=type(error).__name__)
    else:
        errand.delete()


def run_due() -> None:
    """Do what nobody came for; forget what could not be done for a day."""
    now = timezone.now()
    Errand.objects.filter(created_at__lt=now - GIVEN_UP_AFTER).delete()
    due = Errand.objects.filter(due_at__lte=now).order_by("due_at")
    for name, row_id in list(due.values_list("task", "row_id")[:AT_ONCE]):
        current_app.tasks[name](str(row_id))
