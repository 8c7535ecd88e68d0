"""Ringing a worker's doorbell once the transaction that made the work has been committed."""

from uuid import UUID

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def ring_on_commit(task: "Task[..., None]", row_id: UUID) -> None:
    """Send the row's id to a worker after the commit; see `ring`."""
    transaction.on_commit(lambda: ring(task, row_id))


def ring(task: "Task[..., None]", row_id: UUID) -> None:
    """Send the row's id to a worker now.

    A broker that is away is logged and no error: the row says what is to be done, and the reaper rings again.
    """
    try:
        task.delay(str(row_id))
    except (OperationalError, OSError) as error:
        log.warning("queue.unreachable", task=task.name, row=str(row_id), error=type(error).__name__)
