"""Reads of datasets, each with its newest version at hand."""

from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from core import storage
from core.actor import Actor
from core.errors import Conflict, NotFound
from datasets.models import Dataset, DatasetVersion, VersionStatus
from ml.tables import frames
from workspaces import access


def datasets_of(actor: Actor) -> QuerySet[Dataset]:
    """The datasets the person may see, each with its newest version (`newest[0]`, without the profile).

    What lists sort and filter by is annotated as well.
    """
    newest = DatasetVersion.objects.filter(dataset=OuterRef("pk")).order_by("-number")
    same = DatasetVersion.objects.filter(dataset=OuterRef("dataset")).order_by("-number").values("pk")[:1]
    versions = DatasetVersion.objects.filter(pk=Subquery(same)).defer("profile")
    return (
        access.visible(actor, Dataset.objects.select_related("project"))
        .annotate(
            **{name: Subquery(newest.values(name)[:1]) for name in ("status", "rows", "size_bytes", "column_count")}
        )
        .prefetch_related(Prefetch("versions", versions, to_attr="newest"))
    )


def newest_version(dataset: Dataset) -> DatasetVersion:
    """The version a page shows and a training uses when none is named."""
    return dataset.versions.order_by("-number")[0]


def version(dataset: Dataset, number: int | None) -> DatasetVersion:
    """The version with this number, or the newest; raises NotFound."""
    if number is None:
        return newest_version(dataset)
    found = dataset.versions.filter(number=number).first()
    if found is None:
        raise NotFound(f"This dataset has no version {number}.")
    return found


def require_ready(version: DatasetVersion) -> None:
    """Raise Conflict while the version is still being read, or when it could not be."""
    if version.status == VersionStatus.PROCESSING:
        raise Conflict("This dataset is still being read. Try again in a moment.", code="dataset_processing")
    if version.status == VersionStatus.FAILED:
        raise Conflict(f"This dataset could not be read: {version.error}", code="dataset_failed")


def rows_of(version: DatasetVersion, *, offset: int, limit: int) -> list[list[Any]]:
    """Rows of a ready version in the file's order, as JSON values."""
    require_ready(version)
    path = storage.local_path(version.table_key)
    return frames.read_rows(path, version.schema, offset=offset, limit=limit)
