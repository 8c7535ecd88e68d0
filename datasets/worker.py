"""Reading an uploaded file: claimed once, read in a child process that can be killed, ended once.

The row is the truth: every step is a conditional UPDATE, so a message that comes twice, a dataset deleted meanwhile or
a second worker cannot end a reading twice. Files are placed in the transaction that says so.
"""

import os
import socket
import threading
import time
import uuid
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from core import processes, storage
from core.processes import Child, Died, Failed, Finished, Outcome
from datasets.exploring import exploration_of
from datasets.models import DatasetVersion, VersionStatus
from datasets.watch import Watch
from ml.tables.reading import Limits

log = structlog.get_logger(__name__)

READ = "datasets.child:read"
TABLE, BAD_ROWS = "table.parquet", "bad_rows.csv"  # what the child leaves in its folder
# A version of these states rests on its files; a failed or purged one has none.
HOLDING = (VersionStatus.PROCESSING, VersionStatus.READY)
UNBEGUN: dict[str, Any] = {"heartbeat_at": None, "lease_owner": "", "stage": "", "progress": 0, "progress_detail": {}}
MAX_ATTEMPTS = 2
POLL_S = 0.2
RING_AGAIN_S = 30
THREADS = 2
RESERVED_BYTES = 3 * 1024**3 // 2  # of addresses: Arrow reserves a gigabyte, which it need not use
INTERRUPTED = "Reading this file was interrupted twice. Upload it again."
BROKE = "Reading this file failed unexpectedly. Upload it again, or in another format; the log has the details."
OUT_OF_MEMORY = "Reading this file took more memory than the server allows. Upload fewer rows or columns."

_leaving = threading.Event()


def leave() -> None:
    """Hand back what this process, which is about to end, is reading: it is read again by the next worker."""
    _leaving.set()


def ingest(version_id: UUID) -> None:
    """Read one version to its end, if it is this worker's to read: `ready` with what was found, or `failed`."""
    # Making the fork server, on a busy machine, can take longer than a lease: not while one is held. What reads files
    # is not preloaded, for it reserves so many addresses that a fit would have none left within its limit.
    processes.prepare()
    lease = f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}:{uuid.uuid4().hex[:8]}"
    if not _claim(version_id, lease):
        return
    version = DatasetVersion.objects.filter(pk=version_id).first()
    if version is None:  # deleted in this moment
        return
    started = time.monotonic()
    try:
        with storage.scratch_folder() as folder:
            _read(version, lease, folder)
    except OperationalError:
        raise  # the database is away: the lease runs out, and another reader comes
    except Exception:
        log.exception("dataset.broke", version=str(version_id))
        _fail(version, BROKE, lease=lease)
    log.info("dataset.ended", version=str(version_id), seconds=round(time.monotonic() - started, 2))


def read_waiting() -> None:
    """Read the versions that no reader has begun, the oldest first, until none is left or this process is to end."""
    unbegun = DatasetVersion.objects.filter(status=VersionStatus.PROCESSING, heartbeat_at=None)
    while not _leaving.is_set():
        version_id = unbegun.order_by("created_at").values_list("pk", flat=True).first()
        if version_id is None:
            return
        ingest(version_id)


def explore(version_id: UUID) -> None:
    """Look at a version as a whole under its present types, unless somebody has done so or it is gone."""
    version = DatasetVersion.objects.filter(pk=version_id, status=VersionStatus.READY).first()
    if version is not None:
        exploration_of(version)


def sweep() -> None:
    """Remove files that no version rests on, and what killed processes and broken uploads left."""
    held = DatasetVersion.objects.filter(status__in=HOLDING)
    storage.sweep("datasets", lambda ids: held.filter(content_id__in=ids).values_list("content_id", flat=True))
    storage.sweep_leftovers()


def stalled() -> list[UUID]:
    """Versions whose reader never came or died, to be rung for; those tried too often are failed, without files."""
    now = timezone.now()
    lost = Q(heartbeat_at__lt=now - timedelta(seconds=settings.INGEST_LEASE_S))
    unheard = Q(heartbeat_at=None, created_at__lt=now - timedelta(seconds=RING_AGAIN_S))
    waiting = DatasetVersion.objects.filter(lost | unheard, status=VersionStatus.PROCESSING)
    for version in waiting.filter(lost, attempt__gte=MAX_ATTEMPTS).only("content_id", "lease_owner"):
        _fail(version, INTERRUPTED, lease=version.lease_owner)
    waiting.filter(lost, attempt__lt=MAX_ATTEMPTS).update(**UNBEGUN)
    return list(waiting.values_list("pk", flat=True))


def limits() -> Limits:
    """How much of a file is read."""
    return Limits(max_bytes=settings.UPLOAD_MAX_BYTES, max_columns=settings.UPLOAD_MAX_COLUMNS)


def place(version: DatasetVersion, folder: Path) -> dict[str, Any]:
    """Move what was read from its scratch folder to where the version has it; returns what its row keeps of that."""
    if (folder / BAD_ROWS).exists():
        storage.put_file(version.bad_rows_key, folder / BAD_ROWS)
    return {"table_bytes": storage.put_file(version.table_key, folder / TABLE)}


def _claim(version_id: UUID, lease: str) -> bool:
    unclaimed = DatasetVersion.objects.filter(pk=version_id, status=VersionStatus.PROCESSING, heartbeat_at=None)
    claimed = {**UNBEGUN, "heartbeat_at": timezone.now(), "lease_owner": lease, "attempt": F("attempt") + 1}
    return unclaimed.update(**claimed) == 1


def _read(version: DatasetVersion, lease: str, folder: Path) -> None:
    kwargs = {
        "source": str(storage.local_path(version.original_key)),
        "filename": version.filename,
        "folder": str(folder),
        "limits": asdict(limits()),
    }
    data_bytes = int(1.5 * settings.INGEST_MEMORY_LIMIT_BYTES) + RESERVED_BYTES
    with Child.start(READ, kwargs, limits=processes.Limits(data_bytes=data_bytes, threads=THREADS)) as child:
        ended = _watch(child, version.pk, lease)
    if isinstance(ended, str):
        _fail(version, ended, lease=lease)
    elif ended is not None:
        _finish(version, lease, ended, folder)


def _watch(child: Child, version_id: UUID, lease: str) -> Outcome | str | None:
    """Pass the child's reports on until it ends or must be stopped; returns its outcome, or the limit it broke.

    A version that is no longer this worker's (deleted or taken over) ends the child without a word: None.
    """
    watch = Watch(version_id, lease)
    while child.outcome is None:
        watch.hear(child.poll(POLL_S))
        if not watch.pass_on():
            child.stop()
            return None
        if _leaving.is_set():
            child.stop()
            _hand_back(version_id, lease, attempt=F("attempt") - 1)
            return None
        if refusal := watch.broken_limit(child):
            child.stop()
            return refusal
    return child.outcome if watch.pass_on(at_once=True) else None


def _finish(version: DatasetVersion, lease: str, outcome: Outcome, folder: Path) -> None:
    match outcome:
        case Finished(result):
            _succeed(version, lease, result, folder)
        case Failed(expected=True, message=message):
            _fail(version, message, lease=lease)
        case Failed(type="MemoryError"):
            _fail(version, OUT_OF_MEMORY, lease=lease)
        case Failed():
            log.error("dataset.raised", version=str(version.pk), type=outcome.type, traceback=outcome.traceback)
            _fail(version, BROKE, lease=lease)
        case Died() if version.attempt < MAX_ATTEMPTS:  # it may have been an accident, so once more
            log.warning("dataset.killed", version=str(version.pk), how=str(outcome))
            _hand_back(version.pk, lease)
        case Died():
            _fail(
                version,
                f"The process that read this file was killed twice ({outcome}). Upload fewer rows or columns.",
                lease=lease,
            )


@transaction.atomic
def _succeed(version: DatasetVersion, lease: str, found: dict[str, Any], folder: Path) -> None:
    """Place the files and say so, both or neither; one that is no longer this worker's is left alone."""
    ended: dict[str, Any] = {**UNBEGUN, "heartbeat_at": timezone.now(), "status": VersionStatus.READY, "progress": 1}
    if _mine(version.pk, lease).update(**found, **ended):  # holds the row, so that it is not deleted meanwhile
        DatasetVersion.objects.filter(pk=version.pk).update(**place(version, folder))


def _fail(version: DatasetVersion, error: str, *, lease: str) -> None:
    """End the version as failed with the reason; its file goes."""
    ended: dict[str, Any] = {**UNBEGUN, "status": VersionStatus.FAILED, "error": error}
    if _mine(version.pk, lease).update(**ended):
        log.info("dataset.failed", version=str(version.pk), error=error)
        storage.delete([version.original_key, version.table_key, version.bad_rows_key])


def _hand_back(version_id: UUID, lease: str, **changes: Any) -> None:
    """Leave the version as if it had not been begun here; the next look of the reaper rings for it."""
    _mine(version_id, lease).update(**UNBEGUN, **changes)


def _mine(version_id: UUID, lease: str) -> QuerySet[DatasetVersion]:
    return DatasetVersion.objects.filter(pk=version_id, status=VersionStatus.PROCESSING, lease_owner=lease)
