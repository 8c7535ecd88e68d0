"""Reads of datasets, each with its newest version at hand."""

import hashlib
from typing import Any

from django.db.models import Case, OuterRef, Prefetch, QuerySet, Subquery, When

from core import storage
from core.actor import Actor
from core.errors import Conflict, NotFound
from core.kept import kept
from datasets import row_filters
from datasets.models import Dataset, DatasetVersion, VersionStatus
from ml.tables import frames
from ml.tables.filtering import Where
from workspaces import access

PREVIEWED_ROWS = 25  # a page of the preview
COUNTED_FOR_S = 600  # how long the number of rows behind a filter is remembered from page to page


def datasets_of(actor: Actor) -> QuerySet[Dataset]:
    """The datasets the person may see, each with its newest version (`newest[0]`, without the profile).

    What lists sort and filter by is annotated as well.
    """
    newest = DatasetVersion.objects.filter(dataset=OuterRef("pk")).order_by("-number")
    same = DatasetVersion.objects.filter(dataset=OuterRef("dataset")).order_by("-number").values("pk")[:1]
    versions = DatasetVersion.objects.filter(pk=Subquery(same)).defer("profile", "exploration", "bad_rows")
    return (
        access.visible(actor, Dataset.objects.select_related("project"))
        .annotate(
            **{name: Subquery(newest.values(name)[:1]) for name in ("status", "rows", "size_bytes", "column_count")}
        )
        .prefetch_related(Prefetch("versions", versions, to_attr="newest"))
    )


def newest_version(dataset: Dataset) -> DatasetVersion:
    """The version a page shows and a training uses when none is named: the newest that is ready, else the newest.

    A newer one that is still being read, or could not be, takes nothing from anybody.
    """
    ready_first = Case(When(status=VersionStatus.READY, then=0), default=1)
    return dataset.versions.order_by(ready_first, "-number")[0]


def version(dataset: Dataset, number: int | None) -> DatasetVersion:
    """The version with this number, or `newest_version`; raises NotFound."""
    if number is None:
        return newest_version(dataset)
    found = dataset.versions.filter(number=number).first()
    if found is None:
        raise NotFound(f"This dataset has no version {number}.")
    return found


def versions_of(dataset: Dataset) -> QuerySet[DatasetVersion]:
    """The versions of a dataset for a list, newest first, without what is large."""
    return (
        dataset.versions.select_related("created_by")
        .defer("columns", "profile", "exploration", "bad_rows")
        .order_by("-number")
    )


def require_ready(version: DatasetVersion) -> None:
    """Raise Conflict while the version is still being read, when it could not be, or once its files are gone."""
    if version.status == VersionStatus.PROCESSING:
        raise Conflict("This dataset is still being read. Try again in a moment.", code="dataset_processing")
    if version.status == VersionStatus.FAILED:
        raise Conflict(f"This dataset could not be read: {version.error}", code="dataset_failed")
    if version.status == VersionStatus.PURGED:
        raise Conflict("This version was purged: its rows are gone for good.", code="dataset_purged")


def rows_of(
    version: DatasetVersion, *, offset: int, limit: int, where: Where | None = None, search: str = ""
) -> list[list[Any]]:
    """Rows of a ready version in the file's order, as JSON values; with `where` and `search` those that fit both.

    Raises Conflict, InvalidInput naming the part of the filter that does not fit the columns.
    """
    require_ready(version)
    path = storage.local_path(version.table_key)
    with row_filters.refused():
        return frames.read_rows(path, version.schema, offset=offset, limit=limit, where=where, search=search)


def count_of(version: DatasetVersion, *, where: Where | None = None, search: str = "") -> int:
    """How many rows `rows_of` has to give; raises as it does."""
    require_ready(version)
    if where is None and not search:
        return version.rows or 0
    asked = hashlib.sha256(repr((where, search)).encode()).hexdigest()
    with row_filters.refused():
        return kept(
            f"rows:{version.pk}:{version.schema_number}:{asked}",
            lambda: frames.count_rows(
                storage.local_path(version.table_key), version.schema, where=where, search=search
            ),
            seconds=COUNTED_FOR_S,
        )
