"""What people do with training and models."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import credits
from accounts.credits import Cost
from accounts.models import User
from core import events, storage
from core.actor import Actor
from core.changes import assign
from core.errors import Conflict, InvalidInput
from core.queue import ring_on_commit
from datasets.models import DatasetVersion
from datasets.queries import require_ready
from ml.errors import BadInput
from ml.plan import FitPlan, make_plan
from training import tasks
from training.models import Job, JobEvent, ModelStatus, ModelVersion
from training.states import JobState, move
from training.wish import TrainingWish
from workspaces import access
from workspaces.access import Action
from workspaces.models import Workspace


@transaction.atomic
def start_training(*, actor: Actor, version: DatasetVersion, wish: TrainingWish) -> Job:
    """Queue one training run and charge for it.

    Charges `Cost.TRAIN`; emits `training.queued`; wakes a worker once committed.
    Raises Forbidden, Conflict while the dataset is not ready, InvalidInput naming the field, InsufficientCredits.
    """
    project = version.dataset.project
    access.require(actor, Action.EDIT, project)
    require_ready(version)
    plan = planned(version, wish)
    job = Job(
        project=project,
        dataset_version=version,
        owner=actor.user,
        name=wish.name.strip() or f"{plan.target.name} by {plan.algorithm.replace('_', ' ')}"[:200],
        plan=plan.to_json(),
    )
    job.credits_charged = credits.charge(actor.user, Cost.TRAIN, row=job.pk, reference=job.name)
    job.save(force_insert=True)
    events.emit("training.queued", subject=job, by=actor)
    ring_on_commit(tasks.run_training, job.pk)
    return job


def planned(version: DatasetVersion, wish: TrainingWish) -> FitPlan:
    """The wish made complete and checked against the table; raises InvalidInput naming the field."""
    try:
        return make_plan(
            version.schema,
            rows=version.rows or 0,
            target=wish.target,
            algorithm=wish.algorithm,
            features=wish.features,
            task=wish.task,
            params=wish.params,
            train_percentage=wish.train_percentage,
            metric=wish.metric,
            seed=wish.seed,
        )
    except BadInput as error:
        raise InvalidInput(error.attr, error.detail) from None


@transaction.atomic
def stop_training(*, actor: Actor, job: Job) -> None:
    """Cancel a job at once; its worker then kills the fit. Emits `training.cancelled`.

    Stopped before it began, it is refunded. Raises Forbidden, Conflict (`job_ended`).
    """
    access.require(actor, Action.EDIT, job)
    now = timezone.now()
    if move(job.pk, to=JobState.CANCELLED, only_from=(JobState.QUEUED,), finished_at=now):
        credits.refund(Cost.TRAIN, row=job.pk, reference="Stopped before it began")
    elif not move(job.pk, to=JobState.CANCELLED, finished_at=now):
        raise Conflict("This job has ended already.", code="job_ended")
    events.emit("training.cancelled", subject=job, by=actor)


@transaction.atomic
def update_model(*, actor: Actor, model: ModelVersion, **changes: str) -> ModelVersion:
    """Change `description` or `status`; emits `model.updated` if anything is different then."""
    access.require(actor, Action.EDIT, model)
    if changed := assign(model, changes):
        model.save(update_fields=changed)
        events.emit("model.updated", subject=model, by=actor, fields=changed)
    return model


@transaction.atomic
def lock_jobs_of(person: User, workspaces: Sequence[Workspace]) -> None:
    """Keep workers from ending a job of the person's, or of these workspaces, before the commit.

    A job's row comes before a wallet's wherever both are locked: a job that fails gives back what it cost.
    """
    theirs = Job.objects.filter(Q(owner=person) | Q(project__workspace__in=workspaces))
    list(theirs.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


@transaction.atomic
def purge(*, workspace: Workspace) -> None:
    """Delete every job and model of a workspace that goes for good, files included; its predictions are gone by now.

    A job that runs needs no stop: the row is gone, so its worker ends the fit and keeps nothing.
    """
    models = ModelVersion.objects.filter(project__workspace=workspace)
    storage.delete_on_commit(key for model in models.only("pk") for key in (model.file_key, model.holdout_key))
    models.only("pk").delete()
    jobs = Job.objects.filter(project__workspace=workspace)
    JobEvent.objects.filter(job__in=jobs).delete()
    jobs.only("pk").delete()


def archive_model(*, actor: Actor, model: ModelVersion) -> ModelVersion:
    """Take a model out of use; its files stay. Emits `model.updated`."""
    return update_model(actor=actor, model=model, status=ModelStatus.ARCHIVED)
