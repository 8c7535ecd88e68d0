"""Shapes of models, their evaluation and their explanation."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from datasets.api.recipes import StepSerializer
from training.api.fields import OneOfField
from training.downloads import FORMATS
from training.models import ModelStatus, ModelVersion
from workspaces import access


class FormatSerializer(serializers.Serializer[None]):
    format = OneOfField(choices=FORMATS, default=FORMATS[0])


class ModelSerializer(serializers.ModelSerializer[ModelVersion]):
    dataset = serializers.UUIDField(source="dataset_version.dataset_id", read_only=True)
    dataset_version = serializers.IntegerField(source="dataset_version.number", read_only=True)
    dataset_schema = serializers.IntegerField(source="plan.schema_number", default=1, read_only=True)
    data_sha256 = serializers.CharField(source="dataset_version.sha256", read_only=True)
    job = serializers.UUIDField(source="job_id", read_only=True, allow_null=True)
    params = serializers.DictField(source="fitted_params", read_only=True, help_text="Those it was fitted with")
    asked_params = serializers.DictField(
        source="plan.params", read_only=True, help_text="Those asked for: where a search, if any, began"
    )
    steps = serializers.SerializerMethodField()
    input_schema = serializers.ListField(child=serializers.DictField(), read_only=True)
    output_schema = serializers.DictField(read_only=True)
    metrics = serializers.DictField(read_only=True)
    permission = serializers.SerializerMethodField()
    status = OneOfField(choices=ModelStatus.choices, required=False)

    class Meta:
        model = ModelVersion
        fields = [
            "id",
            "project",
            "name",
            "version",
            "status",
            "source",
            "framework",
            "description",
            "task",
            "target",
            "algorithm",
            "params",
            "asked_params",
            "steps",
            "job",
            "dataset",
            "dataset_version",
            "dataset_schema",
            "data_sha256",
            "input_schema",
            "output_schema",
            "metrics",
            "size_bytes",
            "permission",
            "created_at",
        ]
        read_only_fields = [
            "project",
            "name",
            "version",
            "source",
            "framework",
            "task",
            "target",
            "algorithm",
            "size_bytes",
        ]

    @extend_schema_field(StepSerializer(many=True))
    def get_steps(self, model: ModelVersion) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = model.plan.get("steps", [])
        return steps

    def get_permission(self, model: ModelVersion) -> str:
        """What the caller's role in the workspace lets them do with it: `view` or `edit`."""
        role: str = model.role  # type: ignore[attr-defined]  # annotated by `queries.models_of`
        return "edit" if role in access.ROLES_FOR[access.Action.EDIT] else "view"


class EvaluationSerializer(serializers.Serializer[Any]):
    metrics = serializers.DictField()
    evaluation = serializers.DictField()


class FeatureImportanceSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    mean = serializers.FloatField()
    std = serializers.FloatField()


class ExplanationSerializer(serializers.Serializer[Any]):
    """Permutation importance on rows not seen: the drop of `metric`, mean and spread over the shuffles."""

    metric = serializers.CharField(allow_null=True)
    rows = serializers.IntegerField()
    repeats = serializers.IntegerField()
    features = FeatureImportanceSerializer(many=True)
    note = serializers.CharField(help_text="columns that can stand in for each other; empty where none can")


class CompareSerializer(serializers.Serializer[None]):
    ids = serializers.CharField(max_length=400, help_text="two to five ids of models, with commas between them")
