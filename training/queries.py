"""Reads of jobs and models."""

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform

from core.actor import Actor
from training.journal import events_after
from training.models import Job, JobEvent, ModelVersion
from training.reproductions import Reproduction, compared
from training.states import JobState
from training.waits import QueuePlace, places
from workspaces import access

LOG_TAIL = 200
# Of the job that another repeats only the scores are compared; the rest is long.
UNREAD = [
    "reproduces__plan",
    *(f"reproduces__model__{column}" for column in ("plan", "input_schema", "output_schema", "evaluation")),
    *(f"reproduces__dataset_version__{column}" for column in ("columns", "profile", "exploration", "bad_rows")),
]


def jobs_of(actor: Actor) -> QuerySet[Job]:
    """The jobs the person may see, with what a list shows of each."""
    repeated = ("reproduces__model", "reproduces__dataset_version")
    rows = Job.objects.select_related("project", "dataset_version__dataset", "model", "owner", *repeated)
    return access.visible(actor, rows.defer(*UNREAD))


def models_of(actor: Actor) -> QuerySet[ModelVersion]:
    """The model versions the person may see, with what a list shows of each and the person's `role`."""
    rows = ModelVersion.objects.select_related("project__workspace", "dataset_version__dataset", "job", "created_by")
    return access.with_role(actor, access.visible(actor, rows))


def listed(models: QuerySet[ModelVersion]) -> QuerySet[ModelVersion]:
    """Models for a list: of their evaluation, which is large, only the `intervals` and the `gain` over the baseline."""
    intervals, gain = (KeyTransform(key, "evaluation") for key in ("intervals", "gain"))
    return models.defer("evaluation", "dataset_version__profile").annotate(intervals=intervals, gain=gain)


def log_tail(job: Job) -> list[JobEvent]:
    """The last lines a person reads of a job, oldest first."""
    newest = events_after(job, 0).filter(kind__in=["log", "state"]).order_by("-seq")[:LOG_TAIL]
    return list(reversed(newest))


def place_in_queue(job: Job) -> QueuePlace | None:
    """Where a job stands in the queue, and how long it is likely to wait; None unless it is queued."""
    return places().get(job.pk) if job.state == JobState.QUEUED else None


def reproduction_of(job: Job) -> Reproduction | None:
    """How a job that repeats another came out beside it; None until both have made a model."""
    first = job.reproduces
    return compared(first, job) if first and hasattr(first, "model") and hasattr(job, "model") else None


def repetition_of(actor: Actor, model: ModelVersion) -> Job | None:
    """The newest job that repeats the one a model is of; None while none has, or when all were stopped or failed."""
    if model.job_id is None:
        return None
    ended_without = (JobState.FAILED, JobState.CANCELLED)
    return jobs_of(actor).filter(reproduces=model.job_id).exclude(state__in=ended_without).first()
