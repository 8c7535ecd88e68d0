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
from ml.algorithms.registry import get_algorithm
from ml.errors import BadInput
from ml.plan import FitPlan, make_plan
from ml.schema import Role, Task
from training import journal, mails, tasks
from training.early import can_end_early
from training.models import Job, JobEvent, ModelStatus, ModelVersion
from training.states import JobState, move
from training.wish import TrainingWish
from workspaces import access
from workspaces.access import Action
from workspaces.models import Workspace


def start_training(*, actor: Actor, version: DatasetVersion, wish: TrainingWish) -> Job:
    """Queue one training run and charge for it.

    Without named features, columns that know the answer are left out, and the job says so.
    Charges `Cost.TRAIN`; emits `training.queued`; wakes a worker once committed.
    Raises Forbidden, Conflict while the dataset is not ready, InvalidInput naming the field, InsufficientCredits.
    """
    project = version.dataset.project
    access.require(actor, Action.EDIT, project)
    require_ready(version)
    if wish.steps is not None:
        wish = replace(wish, steps=recipes.complete(wish.steps))
    leaks = [] if wish.features is not None else _leaks(version, wish)  # reads the table: before the transaction
    plan = planned(version, wish, leave_out=leaks)
    name = wish.name.strip() or f"{plan.target.name} by {plan.algorithm.replace('_', ' ')}"[:200]
    job = Job(project=project, dataset_version=version, name=name, plan=plan.to_json())
    return _queued(actor, job)


@transaction.atomic
def _queued(actor: Actor, job: Job) -> Job:
    """The job, paid for by the actor and queued."""
    job.owner = actor.user
    job.credits_charged = credits.charge(actor.user, Cost.TRAIN, row=job.pk, reference=job.name)
    job.save(force_insert=True)
    events.emit("training.queued", subject=job, by=actor)
    ring_on_commit(tasks.run_training, job.pk)
    return job


def _leaks(version: DatasetVersion, wish: TrainingWish) -> list[dict[str, Any]]:
    """What is known of the columns to leave out by default: those that know the answer, and that no step asks for.

    Nothing when no column would be left.
    """
    task = None if wish.task == "auto" or wish.task not in set(Task) else Task(wish.task)
    asked_for = _named_by_steps(wish)
    left_out = {wish.target, wish.group_by, wish.order_by, *wish.exclude}
    relations = relations_by_column(version, wish.target, task)
    leaks = {
        name: relation
        for name, relation in relations.items()
        if relation["leak"] == "exclude" and name not in asked_for
    }
    offered = [each for each in version.schema if each.role is Role.FEATURE and each.name not in left_out]
    found = [leaks[column.name] for column in offered if column.name in leaks]
    return found if len(found) < len(offered) else []


def _named_by_steps(wish: TrainingWish) -> set[str]:
    return {name for step in wish.steps or [] if step["kind"] != "drop" for name in step["columns"]}


def planned(version: DatasetVersion, wish: TrainingWish, *, leave_out: Sequence[Mapping[str, Any]] = ()) -> FitPlan:
    """The wish made complete and checked against the table; raises InvalidInput naming the field.

    `leave_out` are relations of columns that are no features unless the wish names its features.
    """
    known_answers = [relation["column"] for relation in leave_out] if wish.features is None else []
    try:
        plan = make_plan(
            version.schema,
            rows=version.rows or 0,
            target=wish.target,
            algorithm=wish.algorithm,
            features=wish.features,
            exclude=[*wish.exclude, *known_answers],
            task=wish.task,
            params=wish.params,
            tuning=wish.tuning,
            train_percentage=wish.train_percentage,
            validation=wish.validation,
            group_by=wish.group_by,
            order_by=wish.order_by,
            class_weight=wish.class_weight,
            metric=wish.metric,
            seed=wish.seed,
            steps=wish.steps,
            rarest=_rarest(version, wish.target),
        )
    except BadInput as error:
        raise InvalidInput(error.attr, error.detail, rule=error.rule) from None
    plan = replace(
        plan,
        schema_number=version.schema_number,
        time_budget_s=wish.time_budget_s,
        left_out=tuple(relation["detail"] for relation in leave_out) if wish.features is None else (),
    )
    if wish.time_budget_s is not None and not can_end_early(plan.to_json()):
        raise InvalidInput(
            "time_budget_s",
            f"{get_algorithm(plan.algorithm).name} leaves no model before its end, so it cannot keep to a time budget; "
            "leave it out, or search for parameters or cross-validate with it.",
        )
    return plan


def _rarest(version: DatasetVersion, target: str) -> int | None:
    """How many rows the rarest value of the target has; None where the profile does not list them all."""
    found: dict[str, Any] = next((about for about in version.profile if about["name"] == target), {})
    counts = [value["count"] for value in found.get("top_values", [])]
    return min(counts) if counts and not found.get("other_count") else None


@transaction.atomic
def stop_training(*, actor: Actor, job: Job, keep_best: bool = False) -> None:
    """Cancel a job at once; its worker then kills the fit. Emits `training.cancelled`.

    Stopped before it began, it is refunded. With `keep_best`, ask a running fit to end by itself with the best it has
    instead (emits `training.ended_early`); it can still be cancelled.
    Raises Forbidden, Conflict (`job_ended`; with `keep_best` also `not_begun`, `keeps_nothing`).
    """
    access.require(actor, Action.EDIT, job)
    if keep_best:
        _end_early(actor, job)
        return
    now = timezone.now()
    if move(job.pk, to=JobState.CANCELLED, only_from=(JobState.QUEUED,), finished_at=now):
        credits.refund(Cost.TRAIN, row=job.pk, reference="Stopped before it began")
    elif not move(job.pk, to=JobState.CANCELLED, finished_at=now):
        raise Conflict("This job has ended already.", code="job_ended")
    mails.due(job.pk, stopped_by=actor.user)
    events.emit("training.cancelled", subject=job, by=actor)


def _end_early(actor: Actor, job: Job) -> None:
    if not can_end_early(job.plan):
        raise Conflict("This method leaves no model before its end. Stop it without keeping one.", code="keeps_nothing")
    running = Job.objects.filter(pk=job.pk, state=JobState.RUNNING)
    if running.filter(keep_best=False).update(keep_best=True):
        journal.append(job.pk, [("log", {"message": "Asked to end with the best so far."})])
        events.emit("training.ended_early", subject=job, by=actor)
    elif Job.objects.filter(pk=job.pk, state=JobState.QUEUED).exists():
        raise Conflict("This job has not begun, so there is nothing to keep yet.", code="not_begun")
    elif not running.exists():
        raise Conflict("This job has ended already.", code="job_ended")


def reproduce_training(*, actor: Actor, job: Job) -> Job:
    """Queue a job's plan once more, on the same version of the data, to see whether it gives the same; charged.

    Charges `Cost.TRAIN`; emits `training.queued`; wakes a worker once committed.
    Raises Forbidden, Conflict (`dataset_deleted`, `dataset_purged`), InsufficientCredits.
    """
    access.require(actor, Action.EDIT, job)
    version = job.dataset_version
    if version is None:
        raise Conflict("The dataset of this training was deleted, so it cannot run again.", code="dataset_deleted")
    require_ready(version)
    return _queued(
        actor, Job(project=job.project, dataset_version=version, name=job.name, plan=job.plan, reproduces=job)
    )


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
