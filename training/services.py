"""What people do with training and models."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

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
from datasets import recipes
from datasets.exploring import relations_by_column
from datasets.models import DatasetVersion
from datasets.queries import require_ready
from ml.errors import BadInput
from ml.plan import FitPlan, make_plan
from ml.schema import Role, Task
from training import journal, tasks
from training.models import Job, JobEvent, ModelStatus, ModelVersion
from training.states import JobState, move
from training.wish import TrainingWish
from workspaces import access
from workspaces.access import Action
from workspaces.models import Workspace


def start_training(*, actor: Actor, version: DatasetVersion, wish: TrainingWish) -> Job:
    """Queue one training run and charge for it.

    Without named features, columns that know the answer are left out, and the job's log says so.
    Charges `Cost.TRAIN`; emits `training.queued`; wakes a worker once committed.
    Raises Forbidden, Conflict while the dataset is not ready, InvalidInput naming the field, InsufficientCredits.
    """
    project = version.dataset.project
    access.require(actor, Action.EDIT, project)
    require_ready(version)
    if wish.steps is not None:
        wish = replace(wish, steps=recipes.complete(wish.steps))
    leaks = [] if wish.features is not None else _leaks(version, wish)  # reads the table: before the transaction
    return _queue(actor, version, wish, planned(version, wish, leave_out=leaks), leaks)


@transaction.atomic
def _queue(
    actor: Actor, version: DatasetVersion, wish: TrainingWish, plan: FitPlan, leaks: list[dict[str, Any]]
) -> Job:
    job = Job(
        project=version.dataset.project,
        dataset_version=version,
        owner=actor.user,
        name=wish.name.strip() or f"{plan.target.name} by {plan.algorithm.replace('_', ' ')}"[:200],
        plan=plan.to_json(),
    )
    job.credits_charged = credits.charge(actor.user, Cost.TRAIN, row=job.pk, reference=job.name)
    job.save(force_insert=True)
    journal.append(job.pk, [("log", {"message": leak["detail"]}) for leak in leaks])
    events.emit("training.queued", subject=job, by=actor)
    ring_on_commit(tasks.run_training, job.pk)
    return job


def _leaks(version: DatasetVersion, wish: TrainingWish) -> list[dict[str, Any]]:
    """What is known of the columns to leave out by default: those that know the answer, and that no step asks for.

    Nothing when no column would be left.
    """
    task = None if wish.task == "auto" or wish.task not in set(Task) else Task(wish.task)
    asked_for = _named_by_steps(wish)
    relations = relations_by_column(version, wish.target, task)
    leaks = {
        name: relation
        for name, relation in relations.items()
        if relation["leak"] == "exclude" and name not in asked_for
    }
    offered = [column for column in version.schema if column.role is Role.FEATURE and column.name != wish.target]
    found = [leaks[column.name] for column in offered if column.name in leaks]
    return found if len(found) < len(offered) else []


def _named_by_steps(wish: TrainingWish) -> set[str]:
    return {name for step in wish.steps or [] if step["kind"] != "drop" for name in step["columns"]}


def planned(version: DatasetVersion, wish: TrainingWish, *, leave_out: Sequence[Mapping[str, Any]] = ()) -> FitPlan:
    """The wish made complete and checked against the table; raises InvalidInput naming the field.

    `leave_out` are relations of columns that are no features unless the wish names its features.
    """
    features = wish.features
    if features is None and leave_out:
        names = {relation["column"] for relation in leave_out} | {wish.target}
        wanted = _named_by_steps(wish)
        offered = [each for each in version.schema if each.role is Role.FEATURE or each.name in wanted]
        features = [each.name for each in offered if each.name not in names]
    try:
        plan = make_plan(
            version.schema,
            rows=version.rows or 0,
            target=wish.target,
            algorithm=wish.algorithm,
            features=features,
            task=wish.task,
            params=wish.params,
            train_percentage=wish.train_percentage,
            metric=wish.metric,
            seed=wish.seed,
            steps=wish.steps,
        )
    except BadInput as error:
        raise InvalidInput(error.attr, error.detail) from None
    return replace(plan, schema_number=version.schema_number)


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
