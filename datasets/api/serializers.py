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
    stage = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    version = serializers.SerializerMethodField()
    schema = serializers.SerializerMethodField()
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
            "stage",
            "progress",
            "error",
            "version",
            "schema",
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

    def get_stage(self, dataset: Dataset) -> str | None:
        """What its reader is at, while it is read."""
        return self._version(dataset).stage or None

    def get_progress(self, dataset: Dataset) -> float:
        """How much of its reading is done, in 0..1."""
        version = self._version(dataset)
        return 1.0 if version.is_ready else version.progress

    def get_error(self, dataset: Dataset) -> str | None:
        return self._version(dataset).error or None

    def get_version(self, dataset: Dataset) -> int:
        return self._version(dataset).number

    def get_schema(self, dataset: Dataset) -> int:
        """One more each time a person corrected types of this version."""
        return self._version(dataset).schema_number

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


class ColumnTypeSerializer(serializers.Serializer[None]):
    name = serializers.CharField(trim_whitespace=False)
    dtype = serializers.ChoiceField(choices=[dtype.value for dtype in Dtype])


class DatasetChangeSerializer(serializers.Serializer[None]):
    name = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(max_length=5_000, required=False, allow_blank=True)
    columns = ColumnTypeSerializer(many=True, required=False)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    schema = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


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
