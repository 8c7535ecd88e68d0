"""Shapes of datasets."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from datasets.models import Dataset, DatasetVersion, VersionStatus
from ml.schema import Dtype, Role


class ColumnSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    dtype = serializers.ChoiceField(choices=[dtype.value for dtype in Dtype])
    role = serializers.ChoiceField(choices=[role.value for role in Role])
    missing = serializers.IntegerField()
    unique = serializers.IntegerField()
    reason = serializers.CharField(allow_blank=True)


class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    """A dataset of `queries.datasets_of`, with its newest version."""

    status = serializers.ChoiceField(choices=VersionStatus.choices, read_only=True)
    error = serializers.SerializerMethodField()
    version = serializers.SerializerMethodField()
    rows = serializers.IntegerField(read_only=True, allow_null=True)
    size_bytes = serializers.IntegerField(read_only=True)
    sha256 = serializers.SerializerMethodField()
    columns = serializers.SerializerMethodField()
    notes = serializers.SerializerMethodField()
    bad_row_count = serializers.SerializerMethodField()

    class Meta:
        model = Dataset
        fields = [
            "id",
            "project",
            "name",
            "description",
            "status",
            "error",
            "version",
            "rows",
            "size_bytes",
            "sha256",
            "columns",
            "notes",
            "bad_row_count",
            "created_at",
        ]
        read_only_fields = ["project"]

    def _version(self, dataset: Dataset) -> DatasetVersion:
        version: DatasetVersion = dataset.newest[0]  # type: ignore[attr-defined]
        return version

    def get_error(self, dataset: Dataset) -> str | None:
        return self._version(dataset).error or None

    def get_version(self, dataset: Dataset) -> int:
        return self._version(dataset).number

    def get_sha256(self, dataset: Dataset) -> str:
        return self._version(dataset).sha256

    @extend_schema_field(ColumnSerializer(many=True))
    def get_columns(self, dataset: Dataset) -> list[dict[str, Any]]:
        columns: list[dict[str, Any]] = self._version(dataset).columns
        return columns

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_notes(self, dataset: Dataset) -> list[str]:
        notes: list[str] = self._version(dataset).notes
        return notes

    def get_bad_row_count(self, dataset: Dataset) -> int:
        return self._version(dataset).bad_row_count


class UploadSerializer(serializers.Serializer[None]):
    file = serializers.FileField(allow_empty_file=True, max_length=None)
    project = serializers.UUIDField()
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    description = serializers.CharField(max_length=5_000, required=False, allow_blank=True, default="")


class SampleWishSerializer(serializers.Serializer[None]):
    project = serializers.UUIDField()
    key = serializers.CharField()


class SampleSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    rows = serializers.IntegerField()
    columns = serializers.IntegerField()
    target = serializers.CharField()


class WindowSerializer(serializers.Serializer[None]):
    """Which rows of a table."""

    offset = serializers.IntegerField(min_value=0, max_value=2**63 - 1, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=500, default=50)


class PreviewSerializer(serializers.Serializer[None]):
    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField())
    total = serializers.IntegerField()
