"""What people do with datasets."""

import uuid
from collections.abc import Iterable
from pathlib import PurePath

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError, QuerySet

from core import events, storage
from core.actor import Actor
from core.changes import assign
from core.errors import Conflict, InvalidInput, TooLarge
from core.queue import ring_on_commit
from datasets import samples, tasks, worker
from datasets.models import Dataset, DatasetVersion, VersionStatus
from workspaces import access
from workspaces.access import Action
from workspaces.models import Project, Workspace

log = structlog.get_logger(__name__)


def add_dataset(
    *,
    actor: Actor,
    project: Project,
    chunks: Iterable[bytes],
    filename: str,
    name: str = "",
    description: str = "",
) -> Dataset:
    """Store an uploaded file and read it into a dataset; emits `dataset.created`.

    A small file is read while the caller waits, and one that is no table leaves nothing behind; a large one is read
    by a worker and is `processing` until then. Raises Forbidden, TooLarge, InvalidInput naming `file`.
    """
    access.require(actor, Action.EDIT, project)
    shown = _shown_name(filename)
    version = DatasetVersion(id=uuid.uuid4(), number=1, filename=shown)
    stored = storage.put(version.original_key, _within_limit(chunks))
    version.size_bytes, version.sha256 = stored.size_bytes, stored.sha256
    try:
        if stored.size_bytes == 0:
            raise InvalidInput("file", "The file is empty. Choose one with a header row and some data.", code="empty")
        with transaction.atomic():
            version.dataset = Dataset.objects.create(
                project=project,
                name=name.strip() or PurePath(shown).stem,
                description=description,
                created_by=actor.user,
            )
            version.save(force_insert=True)
            events.emit("dataset.created", subject=version.dataset, by=actor, name=version.dataset.name)
            reads_now = stored.size_bytes <= settings.UPLOAD_INLINE_BYTES
            if not reads_now:
                ring_on_commit(tasks.ingest, version.pk)
    except BaseException:
        storage.delete([version.original_key])
        raise
    if reads_now:
        _read_now(version, actor)
    return version.dataset


def add_sample(*, actor: Actor, project: Project, key: str) -> Dataset:
    """Make a dataset of one of the sample sets; raises InvalidInput naming `key`."""
    sample = samples.get(key)
    return add_dataset(
        actor=actor,
        project=project,
        chunks=[sample.as_csv()],
        filename=f"{sample.key}.csv",
        name=sample.title,
        description=sample.description,
    )


@transaction.atomic
def update_dataset(*, actor: Actor, dataset: Dataset, **changes: str) -> Dataset:
    """Change `name` or `description`; emits `dataset.updated` if anything is different then."""
    access.require(actor, Action.EDIT, dataset)
    if changed := assign(dataset, changes):
        dataset.save(update_fields=changed)
        events.emit("dataset.updated", subject=dataset, by=actor, fields=changed)
    return dataset


def delete_dataset(*, actor: Actor, dataset: Dataset) -> None:
    """Delete a dataset with all its versions and files; emits `dataset.deleted`.

    Raises Conflict (`dataset_in_use`) while a model rests on it.
    """
    access.require(actor, Action.EDIT, dataset)
    _delete(dataset, by=actor)


@transaction.atomic
def purge(*, workspace: Workspace) -> None:
    """Delete every dataset of a workspace that goes for good, files included; its models are gone by now."""
    datasets = Dataset.objects.filter(project__workspace=workspace)
    versions = DatasetVersion.objects.filter(dataset__in=datasets)
    storage.delete_on_commit(_keys(versions))
    datasets.delete()


def _read_now(version: DatasetVersion, actor: Actor) -> None:
    """Read a small file at once; raises InvalidInput naming `file`, with nothing left, if it is no table."""
    worker.ingest(version.pk)
    version.refresh_from_db()
    if version.status == VersionStatus.FAILED:
        _delete(version.dataset, by=actor)
        raise InvalidInput("file", version.error, code="unreadable")


def _delete(dataset: Dataset, *, by: Actor) -> None:
    keys = _keys(dataset.versions.all())
    try:
        with transaction.atomic():
            events.emit("dataset.deleted", subject=dataset, by=by, name=dataset.name)
            dataset.delete()
            storage.delete_on_commit(keys)
    except ProtectedError:
        raise Conflict("A model rests on this dataset, so it stays.", code="dataset_in_use") from None


def _keys(versions: QuerySet[DatasetVersion]) -> list[str]:
    return [key for version in versions.only("pk") for key in (version.original_key, version.table_key)]


def _within_limit(chunks: Iterable[bytes]) -> Iterable[bytes]:
    """Pass the chunks on, and stop when they grow beyond the limit."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > settings.UPLOAD_MAX_BYTES:
            raise TooLarge.file(settings.UPLOAD_MAX_BYTES)
        yield chunk


def _shown_name(filename: str) -> str:
    """The file's own name for people to recognise; it never becomes a path."""
    name = PurePath(filename.replace("\\", "/")).name.replace("\x00", "").strip()
    return name[-200:] or "table.csv"
