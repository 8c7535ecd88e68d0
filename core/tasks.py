"""Queue entries: a function called."""

from celery import shared_task

from core import errands


@shared_task
def run_errands() -> None:
    errands.run_due()
