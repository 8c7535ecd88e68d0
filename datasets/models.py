"""A dataset and its immutable versions."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models

from ml.schema import Column
from workspaces.models import Project
from workspaces.place import Place


class Dataset(models.Model):
    """A table people work with, under one name; each upload to it is a version.

    `versions_made` is the number of the latest version ever made: that of a deleted one is never given again.
    """

    place = Place("project__workspace")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="datasets")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=5_000)
    versions_made = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [models.Index(fields=["project", "-created_at"], name="datasets_of_a_project")]

    def __str__(self) -> str:
        return self.name


class VersionStatus(models.TextChoices):
    PROCESSING = "processing", "Reading"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    PURGED = "purged", "Purged"


class DatasetVersion(models.Model):
    """One upload. `processing` until its table is read, then `ready` or `failed` for good; the bytes never change.

    Versions of the same bytes share the files of `content_id`, which is the id of the first of them. A `purged` one
    has lost its files and still tells what a model saw. A reader holds the version while `heartbeat_at` is fresh;
    `progress` is the share of the counted work done, `progress_detail` the counts (done, total, unit).

    `columns` is a list of `ml.schema.Column` and, with `profile` (see `ml.tables.profiling`) and `exploration` (see
    `ml.tables.exploring`), told under the schema numbered `schema_number`: 1 as it was read, one more each time a
    person corrects types.
    """

    place = Place("dataset__project__workspace")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=VersionStatus, default=VersionStatus.PROCESSING)
    error = models.TextField(blank=True)
    filename = models.CharField(max_length=255)
    content_id = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    size_bytes = models.BigIntegerField()
    table_bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_owner = models.CharField(max_length=200, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=60, blank=True)
    progress = models.FloatField(default=0)
    progress_detail = models.JSONField(default=dict)
    rows = models.BigIntegerField(null=True)
    columns = models.JSONField(default=list)
    column_count = models.PositiveIntegerField(default=0)
    profile = models.JSONField(default=list)
    exploration = models.JSONField(default=dict)
    schema_number = models.PositiveIntegerField(default=1)
    dialect = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    bad_row_count = models.BigIntegerField(default=0)
    bad_rows = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="version_numbers_are_unique")]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="versions_still_processing",
                condition=models.Q(status="processing"),
            ),
            models.Index(fields=["sha256"], name="versions_of_the_same_bytes"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} v{self.number}"

    @property
    def original_key(self) -> str:
        return f"datasets/{self.content_id}/original"

    @property
    def table_key(self) -> str:
        return f"datasets/{self.content_id}/table.parquet"

    @property
    def bad_rows_key(self) -> str:
        return f"datasets/{self.content_id}/bad_rows.csv"

    @property
    def is_ready(self) -> bool:
        return self.status == VersionStatus.READY

    @property
    def schema(self) -> list[Column]:
        return [Column.from_json(column) for column in self.columns]

    def described(self) -> list[tuple[Column, dict[str, Any]]]:
        """Each column with its profile."""
        return list(zip(self.schema, self.profile, strict=True))


class SchemaCorrection(models.Model):
    """What a person corrected in the types of a version's columns; it made the schema of this `number`.

    `changes` is a list of `{"name", "from", "to", "unreadable"}`; the last counts the values that are no such type.
    """

    place = Place("version__dataset__project__workspace")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="corrections")
    number = models.PositiveIntegerField()
    changes = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="schema_numbers_are_unique")]

    def __str__(self) -> str:
        return f"{self.version} schema {self.number}"


class Recipe(models.Model):
    """A named list of feature steps (see `ml.steps`), to be used on any dataset of the same shape."""

    place = Place("project__workspace")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="recipes")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=5_000)
    steps = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="recipe_names_are_unique")]

    def __str__(self) -> str:
        return self.name
