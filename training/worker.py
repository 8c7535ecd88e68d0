"""What a training job does: claimed once, fitted in a child process that can be killed, ended once.

The row is the truth: every step is a conditional UPDATE, so a message that comes twice, a stop at any moment or a
second worker cannot end a job twice.
"""

import os
import socket
import threading
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils import timezone

from accounts import credits
from accounts.credits import Cost
from core import events, processes, storage
from core.processes import Child, Died, Failed, Finished, Limits, Outcome
from datasets.models import VersionStatus
from training import journal, mails, turns
from training.models import Job, ModelVersion
from training.states import JobState, move
from training.watch import AWAY, ROWS_GONE, TABLE_GONE, Watch
from workspaces.models import Project

log = structlog.get_logger(__name__)

FIT = "training.child:fit"
# Importing a library starts none of its threads, which would not outlive the fork.
PRELOAD = ("training.child", "lightgbm", "xgboost")
FACTS = ("params", "validation", "rows_train", "rows_test", "fit_seconds", "predict_seconds", "libraries", "notes")
# What there was to keep is gone with the fit, so an attempt that begins anew runs to its end.
UNBEGUN: dict[str, Any] = {"lease_owner": "", "stage": "", "progress": 0, "progress_detail": {}, "keep_best": False}
POLL_S = 0.2
RING_AGAIN_S = 30
BROKE = "Training failed unexpectedly. The log has the details."
WORKER_DIED = "The worker that ran this job died, twice."
OUT_OF_MEMORY = "Training ran out of memory. Use fewer rows or columns."


_leaving = threading.Event()


def leave() -> None:
    """Hand back the jobs of this process, which is about to end: their fits stop, and they are queued again."""
    _leaving.set()


def run_queued() -> None:
    """Train what is queued, each time the job whose turn it is, until nothing is or this process leaves.

    A job that another worker claims in between is passed over: the next look finds the next one.
    """
    while not _leaving.is_set() and (job_id := turns.next_job()) is not None:
        run(job_id)


def run(job_id: UUID) -> None:
    """Train one job to its end, if it is this worker's to train."""
    # Libraries to be imported anew, on a busy machine, can take longer than a lease: not while one is held.
    processes.prepare(PRELOAD)
    lease = f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}:{uuid.uuid4().hex[:8]}"
    if not _claim(job_id, lease):
        return
    job = Job.objects.select_related("dataset_version", "project").filter(pk=job_id).first()
    if job is None:  # purged in this moment
        return
    started = time.monotonic()
    try:
        with storage.scratch_folder() as folder:
            _train(job, lease, folder)
    except AWAY:
        raise  # the database is away: the lease runs out, and the reaper decides
    except Exception:
        if not Job.objects.filter(pk=job_id).exists():
            log.info("training.purged", job=str(job_id))  # its files went with it, so whatever failed had to
            return
        log.exception("training.broke", job=str(job_id))
        _fail(job_id, BROKE, lease=lease)
    log.info("training.ended", job=str(job_id), seconds=round(time.monotonic() - started, 2))


def sweep() -> None:
    """Remove files of models that are no more: a process died between deleting the rows and the files."""
    storage.sweep("models", lambda ids: ModelVersion.objects.filter(pk__in=ids).values_list("pk", flat=True))


def reap() -> list[UUID]:
    """Take up what dead workers left: returns the jobs to ring for; those tried too often fail with a refund."""
    now = timezone.now()
    stale = now - timedelta(seconds=settings.TRAINING_LEASE_S)
    lost = Job.objects.filter(state=JobState.RUNNING, heartbeat_at__lt=stale)
    requeued = [job_id for job_id in list(lost.values_list("pk", flat=True)) if _take_up(lost.filter(pk=job_id))]
    unheard = Job.objects.filter(state=JobState.QUEUED, rung_at__lt=now - timedelta(seconds=RING_AGAIN_S))
    waiting = list(unheard.values_list("pk", flat=True))
    Job.objects.filter(pk__in=waiting).update(rung_at=now)
    return requeued + waiting


@transaction.atomic
def _take_up(lost: QuerySet[Job]) -> bool:
    """Queue a dead worker's job again, or fail it when that was its last attempt; returns whether it is queued."""
    job = lost.select_for_update().first()
    if job is None:  # its worker was only slow, or another reaper was quicker
        return False
    if job.attempt >= settings.TRAINING_MAX_ATTEMPTS:
        _fail(job.pk, WORKER_DIED, lease=job.lease_owner)
        return False
    now = timezone.now()
    if not move(job.pk, to=JobState.QUEUED, owned_by=job.lease_owner, **UNBEGUN, rung_at=now):
        return False
    journal.append(job.pk, [("log", {"message": "The worker died. The job starts again."})])
    log.warning("training.requeued", job=str(job.pk))
    return True


def _claim(job_id: UUID, lease: str) -> bool:
    now = timezone.now()
    return move(
        job_id,
        to=JobState.RUNNING,
        lease_owner=lease,
        attempt=F("attempt") + 1,
        started_at=now,
        heartbeat_at=now,
        stage="starting",
    )


def _train(job: Job, lease: str, folder: Path) -> None:
    if job.dataset_version is None:
        _fail(job.pk, TABLE_GONE, lease=lease)
        return
    if job.dataset_version.status == VersionStatus.PURGED:
        _fail(job.pk, ROWS_GONE, lease=lease)
        return
    kwargs = {
        "plan": job.plan,
        "table": str(storage.local_path(job.dataset_version.table_key)),
        "destination": str(folder),
        "cores": settings.TRAINING_CORES,
    }
    limits = Limits(data_bytes=int(1.5 * settings.TRAINING_MEMORY_LIMIT_BYTES), threads=settings.TRAINING_CORES)
    with Child.start(FIT, kwargs, preload=PRELOAD, limits=limits) as fit:
        ended = _watch(fit, Watch(job.pk, lease, folder, job.fit_plan.time_budget_s), job.pk, lease)
    if isinstance(ended, str):
        _fail(job.pk, ended, lease=lease)
    elif ended is not None:
        _finish(job, lease, ended, folder)


def _watch(fit: Child, watch: Watch, job_id: UUID, lease: str) -> Outcome | str | None:
    """Pass the child's reports on until it ends or must be stopped; returns its outcome, or what was in its way.

    A job that is no longer this worker's (stopped, taken over or purged) ends the child without a word: None.
    """
    while fit.outcome is None:
        watch.hear(fit.poll(POLL_S))
        if not watch.pass_on():
            fit.stop()
            return None
        if _leaving.is_set():
            fit.stop()
            _hand_back(job_id, lease)
            return None
        if obstacle := watch.obstacle(fit):
            fit.stop()
            return obstacle
    return (watch.gone or fit.outcome) if watch.conclude() else None


@transaction.atomic
def _hand_back(job_id: UUID, lease: str) -> None:
    """Queue the job again as if it had not been begun here; the next look of the reaper rings for it."""
    long_ago = timezone.now() - timedelta(seconds=RING_AGAIN_S)
    begun: dict[str, Any] = {**UNBEGUN, "attempt": F("attempt") - 1, "rung_at": long_ago}
    if move(job_id, to=JobState.QUEUED, owned_by=lease, **begun):
        journal.append(job_id, [("log", {"message": "The worker is being stopped. The job starts again on the next."})])


def _finish(job: Job, lease: str, outcome: Outcome, folder: Path) -> None:
    match outcome:
        case Finished(result):
            _succeed(job, lease, result, folder)
        case Failed(expected=True, message=message):
            _fail(job.pk, message, lease=lease)
        case Failed(type="MemoryError"):
            _fail(job.pk, OUT_OF_MEMORY, lease=lease)
        case Failed():
            log.error("training.raised", job=str(job.pk), type=outcome.type, traceback=outcome.traceback)
            journal.append(job.pk, [("log", {"message": f"{outcome.type}: {outcome.message}"[:2_000]})])
            _fail(job.pk, BROKE, lease=lease)
        case Died():
            _fail(job.pk, f"The training process was killed ({outcome}).", lease=lease)


def _succeed(job: Job, lease: str, result: dict[str, Any], folder: Path) -> None:
    """Store the model and end the job, both or neither; files of a model that did not come to be are removed.

    A job whose dataset was deleted meanwhile fails; one that is no longer this worker's is left alone.
    """
    model = _model_of(job, result)
    try:
        model.size_bytes = storage.put_file(model.file_key, folder / "model.skops")
        storage.put_file(model.holdout_key, folder / "holdout.parquet")
        with transaction.atomic():
            kept = _keep(job, lease, model)
    except AWAY:
        raise  # went away at the commit, perhaps after it: if the files have no row, the sweep finds them
    except BaseException:
        storage.delete([model.file_key, model.holdout_key])
        raise
    if not kept:
        storage.delete([model.file_key, model.holdout_key])
        _fail(job.pk, TABLE_GONE, lease=lease)


def _keep(job: Job, lease: str, model: ModelVersion) -> bool:
    """Insert the model as the next version of its name and end the job, if it is still to be ended."""
    ended = move(
        job.pk,
        to=JobState.SUCCEEDED,
        owned_by=lease,
        metrics=model.metrics,
        progress=1,
        stage="done",
        finished_at=timezone.now(),
    )
    now = Job.objects.filter(pk=job.pk, dataset_version__isnull=False).first()
    if not ended or now is None:
        transaction.set_rollback(True)
        return False
    model.created_by_id = now.owner_id  # nobody, if their account was closed meanwhile
    # Two jobs of one name count up one after the other; not held against rows that only name the project.
    Project.objects.select_for_update(no_key=True).get(pk=job.project_id)
    newest = ModelVersion.objects.filter(project=job.project_id, name=model.name).aggregate(Max("version"))
    model.version = (newest["version__max"] or 0) + 1
    model.save(force_insert=True)
    mails.due(job.pk)
    events.emit("training.succeeded", subject=job, model=str(model.pk))
    events.emit("model.created", subject=model)
    return True


def _model_of(job: Job, result: dict[str, Any]) -> ModelVersion:
    plan = job.fit_plan
    return ModelVersion(
        project=job.project,
        name=job.name,
        task=plan.task,
        target=plan.target.name,
        algorithm=plan.algorithm,
        job=job,
        dataset_version=job.dataset_version,
        plan=job.plan,
        input_schema=result["input_schema"],
        output_schema=result["output_schema"],
        metrics=result["metrics"],
        evaluation=result["evaluation"],
        facts={key: result[key] for key in FACTS},
        sha256=result["sha256"],
    )


@transaction.atomic
def _fail(job_id: UUID, error: str, *, lease: str) -> None:
    """End the job as failed with the reason, and give the credits back."""
    if move(job_id, to=JobState.FAILED, owned_by=lease, error=error, finished_at=timezone.now()):
        credits.refund(Cost.TRAIN, row=job_id, reference="Training failed")
        mails.due(job_id)
        events.emit("training.failed", subject=Job.objects.get(pk=job_id), error=error)
