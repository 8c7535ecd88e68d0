"""What people do with datasets."""

from collections.abc import Iterable
from pathlib import PurePath

from django.db import transaction

from core import events
from core.actor import Actor
from core.changes import assign
from core.errors import NotFound
from datasets import samples, uploads
from datasets.models import Dataset, DatasetVersion
from datasets.versions import refused_if_used
from workspaces import access
from workspaces.access import Action
from workspaces.models import Project, Workspace


def add_dataset(
    *,
    actor: Actor,
    project: Project,
    chunks: Iterable[bytes],
    filename: str,
    name: str = "",
    description: str = "",
) -> Dataset:
    """Make a dataset of an uploaded file; emits `dataset.created`.

    A small file is read while the caller waits; a large one is read by a worker and is `processing` until then. What
    is no table, or goes beyond a limit, leaves nothing. Raises Forbidden, TooLarge, OutOfSpace, InvalidInput naming
    `file`.
    """
    access.require(actor, Action.EDIT, project)
    with (
        uploads.taken_in(chunks=chunks, filename=filename, workspace=project.workspace) as upload,
        transaction.atomic(),
    ):
        dataset = Dataset.objects.create(
            project=project,
            name=name.strip() or PurePath(upload.filename).stem,
            description=description,
            created_by=actor.user,
        )
        uploads.keep(upload, dataset=dataset, by=actor)
        events.emit("dataset.created", subject=dataset, by=actor, name=dataset.name)
    return dataset


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

    Raises Conflict (`dataset_in_use`, in words that name them) while models rest on it.
    """
    access.require(actor, Action.EDIT, dataset)
    _delete(dataset, by=actor)


@transaction.atomic
def purge(*, workspace: Workspace) -> None:
    """Delete every dataset of a workspace that goes for good, files included; its models are gone by now."""
    datasets = Dataset.objects.filter(project__workspace=workspace)
    uploads.release_on_commit(DatasetVersion.objects.filter(dataset__in=datasets))
    datasets.delete()


def _delete(dataset: Dataset, *, by: Actor) -> None:
    with refused_if_used(DatasetVersion.objects.filter(dataset=dataset.pk)), transaction.atomic():
        if not Dataset.objects.select_for_update().filter(pk=dataset.pk).exists():
            raise NotFound  # deleted by another at this moment
        events.emit("dataset.deleted", subject=dataset, by=by, name=dataset.name)
        uploads.release_on_commit(dataset.versions.all())
        dataset.delete()
