"""Shapes of versions."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from datasets.api.serializers import ColumnSerializer, DatasetSerializer
from datasets.exports import Format
from datasets.models import DatasetVersion, SchemaCorrection, VersionStatus


class VersionSerializer(serializers.ModelSerializer[DatasetVersion]):
    """A version of a dataset; `schema` counts how often its types were corrected, from 1."""

    status = serializers.ChoiceField(choices=VersionStatus.choices, read_only=True)
    stage = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    schema = serializers.IntegerField(source="schema_number", read_only=True)
    created_by = serializers.CharField(source="created_by.username", default=None, read_only=True)

    class Meta:
        model = DatasetVersion
        fields = [
            "number",
            "status",
            "stage",
            "progress",
            "error",
            "filename",
            "size_bytes",
            "table_bytes",
            "sha256",
            "rows",
            "column_count",
            "schema",
            "bad_row_count",
            "notes",
            "created_by",
            "created_at",
        ]

    def get_stage(self, version: DatasetVersion) -> str | None:
        """What its reader is at, while it is read."""
        return version.stage or None

    def get_progress(self, version: DatasetVersion) -> float:
        """How much of its reading is done, in 0..1."""
        return version.progress if version.status == VersionStatus.PROCESSING else 1.0

    def get_error(self, version: DatasetVersion) -> str | None:
        return version.error or None


class ChangeSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    to = serializers.CharField()
    unreadable = serializers.IntegerField(default=0, help_text="Values that cannot be read so and count as missing.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "from": serializers.CharField()}  # a word of Python


class CorrectionSerializer(serializers.ModelSerializer[SchemaCorrection]):
    schema = serializers.IntegerField(source="number", read_only=True)
    changes = ChangeSerializer(many=True, read_only=True)
    made_by = serializers.CharField(source="made_by.username", default=None, read_only=True)

    class Meta:
        model = SchemaCorrection
        fields = ["schema", "changes", "made_by", "created_at"]


class WholeVersionSerializer(VersionSerializer):
    columns = serializers.SerializerMethodField()
    corrections = serializers.SerializerMethodField()

    class Meta(VersionSerializer.Meta):
        fields = [*VersionSerializer.Meta.fields, "columns", "corrections"]

    @extend_schema_field(ColumnSerializer(many=True))
    def get_columns(self, version: DatasetVersion) -> list[dict[str, Any]]:
        columns: list[dict[str, Any]] = version.columns
        return columns

    @extend_schema_field(CorrectionSerializer(many=True))
    def get_corrections(self, version: DatasetVersion) -> list[dict[str, Any]]:
        """Newest first."""
        return list(CorrectionSerializer(version.corrections.select_related("made_by"), many=True).data)


class AddedSerializer(DatasetSerializer):
    unchanged = serializers.BooleanField(read_only=True, help_text="The newest version held these bytes already.")

    class Meta(DatasetSerializer.Meta):
        fields = [*DatasetSerializer.Meta.fields, "unchanged"]


class FileSerializer(serializers.Serializer[None]):
    file = serializers.FileField(allow_empty_file=True, max_length=None)


class WhichSerializer(serializers.Serializer[None]):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


class DownloadSerializer(WhichSerializer):
    format = serializers.ChoiceField(choices=[each.value for each in Format], default=Format.ORIGINAL.value)


class PurgeSerializer(serializers.Serializer[None]):
    versions = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**31 - 1), required=False, allow_empty=False
    )


class FreedSerializer(serializers.Serializer[None]):
    freed_bytes = serializers.IntegerField()
