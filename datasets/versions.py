"""Versions of a dataset: one more, other types for its columns, parting with one, or with its rows only."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, QuerySet

from core import events, storage
from core.actor import Actor
from core.errors import Conflict, InvalidInput, NotFound
from core.queue import ring_on_commit
from datasets import tasks, uploads, worker
from datasets.exploring import look_at
from datasets.models import Dataset, DatasetVersion, SchemaCorrection, VersionStatus
from datasets.queries import require_ready
from ml.errors import BadInput
from ml.schema import Column, Dtype
from workspaces import access
from workspaces.access import Action

MOST_NAMED = 3
EXPLORED_AT_ONCE = 2_000_000  # cells; what is larger is explored by a worker, as it takes seconds


@dataclass(frozen=True, slots=True)
class Added:
    """The version that holds the bytes; not `is_new` if the newest one has held them before."""

    version: DatasetVersion
    is_new: bool


def add_version(*, actor: Actor, dataset: Dataset, chunks: Iterable[bytes], filename: str) -> Added:
    """Add an uploaded file as the next version, under a number that none has had; emits `dataset.version_added`.

    The bytes of the newest version add nothing. Until the new one is read, and if it cannot be, the dataset goes on
    with the newest that is ready. Raises Forbidden, NotFound, and what `services.add_dataset` raises.
    """
    access.require(actor, Action.EDIT, dataset)
    with (
        uploads.taken_in(chunks=chunks, filename=filename, workspace=dataset.project.workspace) as upload,
        transaction.atomic(),
    ):
        _lock(dataset)  # two at once are counted one after the other
        newest = dataset.versions.order_by("-number")[0]
        if newest.sha256 == upload.sha256 and newest.status in worker.HOLDING:
            return Added(newest, is_new=False)
        version = uploads.keep(upload, dataset=dataset, by=actor)
        _tell("version_added", dataset, actor, version)
    return Added(version, is_new=True)


def correct_types(
    *, actor: Actor, version: DatasetVersion, changes: Mapping[str, Dtype], seen: int | None = None
) -> SchemaCorrection | None:
    """Give columns other types, under the next schema number; emits `dataset.types_corrected`.

    The bytes stay, and so does every model: it keeps the columns it saw. None if all columns are so already. `seen`
    is the schema number that the person looked at. Raises Forbidden, Conflict (`schema_changed` if somebody was
    quicker, or the version is not ready), InvalidInput naming `columns.<n>.name` or `columns.<n>.dtype`.
    """
    access.require(actor, Action.EDIT, version)
    require_ready(version)
    if seen is not None and seen != version.schema_number:
        raise _corrected_meanwhile()
    try:
        corrected, changed = _corrected(version, changes)
    except FileNotFoundError:  # purged in this moment
        version.refresh_from_db(fields=["status"])
        require_ready(version)
        raise
    if not changed:
        return None
    with transaction.atomic():
        number = version.schema_number + 1
        as_seen = DatasetVersion.objects.filter(pk=version.pk, schema_number=version.schema_number)
        if not as_seen.filter(status=VersionStatus.READY).update(**corrected, schema_number=number):
            raise _corrected_meanwhile()
        correction = SchemaCorrection.objects.create(
            version=version, number=number, changes=changed, made_by=actor.user
        )
        _tell("types_corrected", version.dataset, actor, version)
        if not corrected["exploration"]:
            ring_on_commit(tasks.explore, version.pk)
    return correction


def delete_version(*, actor: Actor, version: DatasetVersion) -> None:
    """Delete one version, with its files unless another one shares them; emits `dataset.version_deleted`.

    Raises Forbidden, NotFound, Conflict (`dataset_in_use` while a model rests on it, `last_version`).
    """
    access.require(actor, Action.EDIT, version)
    with refused_if_used(DatasetVersion.objects.filter(pk=version.pk)), transaction.atomic():
        _lock(version.dataset)
        if not DatasetVersion.objects.filter(pk=version.pk).exists():
            raise NotFound  # deleted by another at this moment
        if version.dataset.versions.count() == 1:
            raise Conflict("This is the only version. Delete the dataset instead.", code="last_version")
        _tell("version_deleted", version.dataset, actor, version)
        uploads.release_on_commit(DatasetVersion.objects.filter(pk=version.pk))
        version.delete()


def purge_dataset(*, actor: Actor, dataset: Dataset, numbers: Sequence[int] | None = None) -> int:
    """Remove the rows of all versions, or of those numbered, for good; returns the bytes freed. Emits `dataset.purged`.

    The versions stay, as do their schema, hash and count of rows, and the models that saw them; everything that shows
    values goes: files, profile, exploration. Files that another version shares stay for that one. A training on it
    that has not begun to learn fails, with a refund.

    Raises Forbidden, NotFound, InvalidInput naming `versions.<n>`, Conflict (`dataset_processing`).
    """
    access.require(actor, Action.MANAGE, dataset)
    with transaction.atomic():
        _lock(dataset)
        asked = list(_asked(dataset, numbers).select_for_update().order_by("pk"))
        if any(version.status == VersionStatus.PROCESSING for version in asked):
            raise Conflict("This dataset is being read. Wait for that, or delete it.", code="dataset_processing")
        gone = [version for version in asked if version.is_ready]
        DatasetVersion.objects.filter(pk__in=[version.pk for version in gone]).update(
            status=VersionStatus.PURGED, profile=[], exploration={}, bad_rows=[], table_bytes=0
        )
        if gone:
            words = ", ".join(str(number) for number in sorted(version.number for version in gone))
            events.emit("dataset.purged", subject=dataset, by=actor, version=words)
    return uploads.release(version.content_id for version in gone)


def freed_by_purge(dataset: Dataset, numbers: Sequence[int] | None = None) -> int:
    """The bytes that purging these versions would free: of files that no other version needs."""
    asked = _asked(dataset, numbers).filter(status=VersionStatus.READY)
    shared = DatasetVersion.objects.filter(status__in=worker.HOLDING).exclude(pk__in=asked.values("pk"))
    alone = asked.exclude(content_id__in=shared.values("content_id"))
    sizes = dict(alone.values_list("content_id", models.F("size_bytes") + models.F("table_bytes")))
    return sum(sizes.values())


@contextmanager
def refused_if_used(versions: QuerySet[DatasetVersion]) -> Iterator[None]:
    """Raise Conflict (`dataset_in_use`), in words that name the models, when what is deleted inside has some."""
    _refuse_if_used(versions)
    try:
        yield
    except (ProtectedError, IntegrityError):  # a model has come to be after the look
        _refuse_if_used(versions)
        raise


def resting_on(versions: QuerySet[DatasetVersion]) -> tuple[list[str], int]:
    """What forbids to delete these versions: the names of the first three, and how many there are."""
    names: list[str] = []
    count = 0
    # Apps above declare what rests on a version; this one need not know them.
    for relation in DatasetVersion._meta.related_objects:
        if relation.on_delete is models.PROTECT:
            rows = relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": versions})
            count += rows.count()
            names += [str(row) for row in rows[:MOST_NAMED]]
    return names[:MOST_NAMED], count


def _refuse_if_used(versions: QuerySet[DatasetVersion]) -> None:
    named, count = resting_on(versions)
    if not count:
        return
    listed = ", ".join(named) + (f" and {count - len(named)} more" if count > len(named) else "")
    raise Conflict(
        f"This data stays, for models rest on it, archived ones included: {listed}. "
        "An admin of the workspace can purge it instead: its rows go, and the models keep working.",
        code="dataset_in_use",
    )


def _lock(dataset: Dataset) -> None:
    if not Dataset.objects.select_for_update().filter(pk=dataset.pk).exists():
        raise NotFound  # deleted by another at this moment


def _asked(dataset: Dataset, numbers: Sequence[int] | None) -> QuerySet[DatasetVersion]:
    if numbers is None:
        return dataset.versions.all()
    known = set(dataset.versions.values_list("number", flat=True))
    for place, number in enumerate(numbers):
        if number not in known:
            raise InvalidInput(f"versions.{place}", f"This dataset has no version {number}.")
    return dataset.versions.filter(number__in=numbers)


def _corrected(version: DatasetVersion, changes: Mapping[str, Dtype]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the version's row says under the corrected types, and what changed; files are only read."""
    from ml.tables.reprofiling import profile_again  # noqa: PLC0415 -- slow import: DuckDB
    from ml.tables.retyping import retype  # noqa: PLC0415 -- slow import: DuckDB

    path, before = storage.local_path(version.table_key), version.schema
    try:
        found = retype(path, before, changes)
    except BadInput as error:
        raise InvalidInput(error.attr, error.detail) from None
    changed = [
        {"name": new.name, "from": old.dtype, "to": new.dtype, "unreadable": found.unreadable[new.name]}
        for old, new in zip(before, found.columns, strict=True)
        if old.dtype is not new.dtype
    ]
    if not changed:
        return {}, []
    profile = profile_again(path, found.columns, version.profile, {str(each["name"]) for each in changed})
    return {
        "columns": [column.to_json() for column in found.columns],
        "profile": profile,
        "exploration": _explored(version, found.columns, profile),
    }, changed


def _explored(version: DatasetVersion, columns: list[Column], profile: list[dict[str, Any]]) -> dict[str, Any]:
    """The look at the whole, if that is quick; a worker, or the first page that needs it, finds the rest."""
    is_quick = (version.rows or 0) * len(columns) <= EXPLORED_AT_ONCE
    return look_at(version, columns, profile) if is_quick else {}


def _corrected_meanwhile() -> Conflict:
    return Conflict("Somebody has corrected these types meanwhile. Look again.", code="schema_changed")


def _tell(what: str, dataset: Dataset, actor: Actor, version: DatasetVersion) -> None:
    events.emit(f"dataset.{what}", subject=dataset, by=actor, version=str(version.number))
