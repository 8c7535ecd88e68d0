"""A dataset and its immutable versions."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models

from ml.schema import Column
from workspaces.models import Project
from workspaces.place import Place


class Dataset(models.Model):
    """A table people work with, under one name; each upload to it is a version."""

    place = Place("project__workspace")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="datasets")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=5_000)
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


class DatasetVersion(models.Model):
    """One upload. `processing` until its table is read, then `ready` or `failed` for good; the bytes never change.

    `columns` is a list of `ml.schema.Column`, `profile` one dict a column (see `ml.tables.profiling`).
    """

    place = Place("dataset__project__workspace")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=VersionStatus, default=VersionStatus.PROCESSING)
    error = models.TextField(blank=True)
    filename = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    attempt = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    rows = models.BigIntegerField(null=True)
    columns = models.JSONField(default=list)
    column_count = models.PositiveIntegerField(default=0)
    profile = models.JSONField(default=list)
    dialect = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    bad_row_count = models.BigIntegerField(default=0)
    bad_rows = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="version_numbers_are_unique")]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="versions_still_processing",
                condition=models.Q(status="processing"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.dataset} v{self.number}"

    @property
    def original_key(self) -> str:
        return f"datasets/{self.pk}/original"

    @property
    def table_key(self) -> str:
        return f"datasets/{self.pk}/table.parquet"

    @property
    def is_ready(self) -> bool:
        return self.status == VersionStatus.READY

    @property
    def schema(self) -> list[Column]:
        return [Column.from_json(column) for column in self.columns]

    def described(self) -> list[tuple[Column, dict[str, Any]]]:
        """Each column with its profile."""
        return list(zip(self.schema, self.profile, strict=True))
