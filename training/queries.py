"""Reads of jobs and models."""

from django.db.models import QuerySet

from core.actor import Actor
from training.journal import events_after
from training.models import Job, JobEvent, ModelVersion
from workspaces import access

LOG_TAIL = 200


def jobs_of(actor: Actor) -> QuerySet[Job]:
    """The jobs the person may see, with what a list shows of each."""
    return access.visible(actor, Job.objects.select_related("project", "dataset_version__dataset", "model", "owner"))


def models_of(actor: Actor) -> QuerySet[ModelVersion]:
    """The model versions the person may see, with what a list shows of each and the person's `role`."""
    rows = ModelVersion.objects.select_related("project__workspace", "dataset_version__dataset", "job", "created_by")
    return access.with_role(actor, access.visible(actor, rows))


def log_tail(job: Job) -> list[JobEvent]:
    """The last lines a person reads of a job, oldest first."""
    newest = events_after(job, 0).filter(kind__in=["log", "state"]).order_by("-seq")[:LOG_TAIL]
    return list(reversed(newest))
