"""Reading an uploaded file: into a table on disk, with its types and its profile."""

from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from core import storage
from datasets.models import DatasetVersion, VersionStatus
from ml.errors import UnreadableTable
from ml.tables.profiling import profile_table
from ml.tables.reading import Limits, read_table

log = structlog.get_logger(__name__)

CLAIM_S = 15 * 60  # a reader that has not ended by then is taken for dead
MAX_ATTEMPTS = 2
BAD_ROWS_KEPT = 100


def ingest(version_id: UUID) -> None:
    """Read one version to its end: `ready` with schema and profile, or `failed` with the reason.

    Claimed by one conditional UPDATE, so that a message that comes twice reads once.
    """
    if not _claim(version_id):
        return
    version = DatasetVersion.objects.filter(pk=version_id).first()
    if version is None:  # purged in this moment
        return
    try:
        found = _read(version)
    except UnreadableTable as error:
        found = {"status": VersionStatus.FAILED, "error": error.detail}
    except Exception:
        log.exception("dataset.broke", version=str(version_id))
        found = {
            "status": VersionStatus.FAILED,
            "error": "Reading this file failed unexpectedly. Try it once more.",
        }
    rows = DatasetVersion.objects.filter(pk=version_id)
    told = rows.filter(status=VersionStatus.PROCESSING).update(**found)
    if not told and not rows.filter(status=VersionStatus.READY).exists():
        # Deleted or given up meanwhile. A ready one is another reader's, who came when this one was taken for dead.
        storage.delete([version.table_key])
    log.info("dataset.read", version=str(version_id), status=str(found["status"]), rows=found.get("rows"))


def sweep() -> None:
    """Remove files of versions that are no more: a process died between deleting the rows and the files."""
    storage.sweep("datasets", lambda ids: DatasetVersion.objects.filter(pk__in=ids).values_list("pk", flat=True))


def stalled() -> list[UUID]:
    """Versions whose reader never came or died, to be rung for again; those tried too often are failed."""
    stale = Q(claimed_at__lt=timezone.now() - timedelta(seconds=CLAIM_S))
    unheard = Q(claimed_at=None, created_at__lt=timezone.now() - timedelta(seconds=30))
    waiting = DatasetVersion.objects.filter(stale | unheard, status=VersionStatus.PROCESSING)
    waiting.filter(attempt__gte=MAX_ATTEMPTS).update(
        status=VersionStatus.FAILED, error="Reading this file was interrupted twice. Upload it again."
    )
    again = list(waiting.values_list("pk", flat=True))
    DatasetVersion.objects.filter(pk__in=again).update(claimed_at=None)
    return again


def _claim(version_id: UUID) -> bool:
    unclaimed = DatasetVersion.objects.filter(pk=version_id, status=VersionStatus.PROCESSING, claimed_at=None)
    return unclaimed.update(claimed_at=timezone.now(), attempt=F("attempt") + 1) == 1


def _read(version: DatasetVersion) -> dict[str, object]:
    limits = Limits(max_bytes=settings.UPLOAD_MAX_BYTES, max_columns=settings.UPLOAD_MAX_COLUMNS)
    with storage.scratch_folder() as folder:
        table = folder / "table.parquet"
        source = storage.local_path(version.original_key)
        summary = read_table(source, filename=version.filename, destination=table, limits=limits)
        profile = profile_table(table, summary.columns)
        storage.put_file(version.table_key, table)
    return {
        "status": VersionStatus.READY,
        "rows": summary.rows,
        "columns": [column.to_json() for column in summary.columns],
        "column_count": len(summary.columns),
        "profile": profile,
        "dialect": summary.dialect.to_json(),
        "notes": summary.notes,
        "bad_row_count": summary.bad_row_count,
        "bad_rows": [asdict(row) for row in summary.bad_rows[:BAD_ROWS_KEPT]],
    }
