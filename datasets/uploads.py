"""A file at the door: taken in, looked at, read at once if it is small, and kept as a version.

    with uploads.taken_in(chunks=chunks, filename=name, workspace=workspace) as upload:
        with transaction.atomic():
            ...                                     # make the dataset, or lock the row of the one it is a version of
            version = uploads.keep(upload, dataset=dataset, by=actor)

Nothing of it is stored before `keep`, and nothing is left when anything inside raises. The bytes of a version lie under
its `content_id`, which several versions may name: `release_on_commit` removes them with the last.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from core import storage
from core.actor import Actor
from core.errors import InvalidInput, NotFound, TooLarge
from core.queue import ring_on_commit
from datasets import tasks, worker
from datasets.models import Dataset, DatasetVersion, VersionStatus
from ml.errors import UnreadableTable
from ml.tables.heading import check_head
from workspaces.models import Workspace

# What a version of the same bytes takes over from the one that was read.
READ = (
    "content_id",
    "table_bytes",
    "rows",
    "columns",
    "column_count",
    "profile",
    "exploration",
    "dialect",
    "notes",
    "bad_row_count",
    "bad_rows",
)


@dataclass(slots=True)
class Upload:
    """A whole file in a scratch folder; `found` is what reading it told, if it was small enough to be read at once."""

    filename: str
    path: Path
    workspace: Workspace
    sha256: str
    size_bytes: int
    found: dict[str, Any] | None = None
    placed: UUID | None = None


@contextmanager
def taken_in(*, chunks: Iterable[bytes], filename: str, workspace: Workspace) -> Iterator[Upload]:
    """Receive a file, check what its head tells, and read it if it is small and not known in the workspace.

    Not to be entered in a transaction: a slow sender would hold it. Raises TooLarge (`too_large`, `too_many_columns`,
    `cell_too_long`), OutOfSpace, and InvalidInput naming `file` when it is no table.
    """
    with storage.out_of_space_in_words(), storage.scratch_folder() as folder:
        upload = _received(chunks, filename, workspace, folder)
        with _refusals():
            outline = check_head(upload.path, filename=upload.filename, limits=worker.limits())
            is_small = outline.work_bytes <= settings.UPLOAD_INLINE_BYTES
            if is_small and not _twin(_versions_of_the_same_bytes(upload)):
                upload.found = _read(upload)
        try:
            yield upload
        except BaseException:
            if upload.placed is not None:
                storage.delete(_keys(upload.placed))
            raise


def keep(upload: Upload, *, dataset: Dataset, by: Actor) -> DatasetVersion:
    """Insert the upload as the next version of the dataset; in the transaction that made the dataset or locked its row.

    Where the workspace has a ready version of the same bytes, nothing is stored and what was read of it is taken over,
    under schema number 1: as it was read, or, if people have corrected every version of these bytes, as corrected.
    Otherwise the file is stored, and the version is `ready` if it has been read, or `processing` until a worker has.
    """
    version = DatasetVersion(
        dataset=dataset,
        number=_next_number(dataset),
        filename=upload.filename,
        size_bytes=upload.size_bytes,
        sha256=upload.sha256,
        created_by=by.user,
    )
    # Locked, so that it cannot be deleted or purged before this transaction ends.
    if twin := _twin(_versions_of_the_same_bytes(upload).select_for_update(of=("self",))):
        _take(version, {name: getattr(twin, name) for name in READ})
    else:
        version.content_id = upload.placed = version.pk
        if upload.found is not None:
            _take(version, upload.found | worker.place(version, upload.path.parent))
            version.attempt = 1
        storage.put_file(version.original_key, upload.path)
    version.save(force_insert=True)
    if not version.is_ready:
        ring_on_commit(tasks.ingest, version.pk)
    return version


def release(content_ids: Iterable[UUID]) -> int:
    """Remove the files of those contents that no version rests on any more; returns the bytes freed.

    After the commit of what deleted or purged versions. Nobody can share a content in between: that takes a lock on a
    version that names it (`keep`).
    """
    asked = set(content_ids)
    held = DatasetVersion.objects.filter(content_id__in=asked, status__in=worker.HOLDING)
    gone = asked - set(held.values_list("content_id", flat=True))
    return storage.delete(key for content_id in gone for key in _keys(content_id))


def release_on_commit(versions: QuerySet[DatasetVersion]) -> None:
    """Remove the files of these versions, about to be deleted or purged, once that is committed; see `release`.

    What stays because the process dies in between is found by the sweep.
    """
    content_ids = set(versions.values_list("content_id", flat=True))
    transaction.on_commit(lambda: release(content_ids), robust=True)


def _received(chunks: Iterable[bytes], filename: str, workspace: Workspace, folder: Path) -> Upload:
    path, digest, size_bytes = folder / "upload", hashlib.sha256(), 0
    with path.open("wb") as file:
        for chunk in chunks:
            size_bytes += len(chunk)
            if size_bytes > settings.UPLOAD_MAX_BYTES:
                raise TooLarge.file(settings.UPLOAD_MAX_BYTES)
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if size_bytes == 0:
        raise InvalidInput("file", "The file is empty. Choose one with a header row and some data.", code="empty")
    return Upload(_shown_name(filename), path, workspace, digest.hexdigest(), size_bytes)


@contextmanager
def _refusals() -> Iterator[None]:
    """What the reader refuses, as the doors tell it: over a limit, or no table."""
    try:
        yield
    except UnreadableTable as error:
        if error.is_too_large:
            raise TooLarge(error.detail, code=error.code) from error
        raise InvalidInput("file", error.detail, code=error.code) from error


def _read(upload: Upload) -> dict[str, Any]:
    from datasets import child  # noqa: PLC0415 -- slow import: SciPy

    return child.read_file(upload.path, filename=upload.filename, folder=upload.path.parent, limits=worker.limits())


def _versions_of_the_same_bytes(upload: Upload) -> QuerySet[DatasetVersion]:
    """Those of the workspace, what was read and never corrected before what was corrected."""
    of_the_workspace = DatasetVersion.objects.filter(dataset__project__workspace=upload.workspace)
    ready = of_the_workspace.filter(sha256=upload.sha256, status=VersionStatus.READY)
    return ready.order_by("schema_number", "created_at")


def _twin(versions: QuerySet[DatasetVersion]) -> DatasetVersion | None:
    """The first of these versions, to share its files; None if they are lost, so that an upload brings them back."""
    twin = versions.first()
    is_whole = twin is not None and all(storage.exists(key) for key in (twin.original_key, twin.table_key))
    return twin if is_whole else None


def _take(version: DatasetVersion, read: dict[str, Any]) -> None:
    for name, value in read.items():
        setattr(version, name, value)
    version.status, version.progress = VersionStatus.READY, 1


def _next_number(dataset: Dataset) -> int:
    """Counted up for good; raises NotFound for a dataset that another has deleted at this moment."""
    counter = Dataset.objects.filter(pk=dataset.pk)
    if not counter.update(versions_made=F("versions_made") + 1):
        raise NotFound
    return counter.values_list("versions_made", flat=True).get()


def _keys(content_id: UUID) -> list[str]:
    version = DatasetVersion(content_id=content_id)
    return [version.original_key, version.table_key, version.bad_rows_key]


def _shown_name(filename: str) -> str:
    """The file's own name for people to recognise; it never becomes a path."""
    name = PurePath(filename.replace("\\", "/")).name.replace("\x00", "").strip()
    return name[-200:] or "table.csv"
