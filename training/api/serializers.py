"""Shapes of jobs, their events, and models."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.serializers import PricedSerializer
from datasets.api.recipes import StepSerializer, StepsField
from training.downloads import FORMATS
from training.models import Job, JobEvent, ModelStatus, ModelVersion
from training.states import JobState
from workspaces import access


class AlgorithmSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    tasks = serializers.ListField(child=serializers.CharField())
    params = serializers.DictField(help_text="JSON Schema of the parameters, with defaults")


class WishSerializer(serializers.Serializer[None]):
    """What to train; `steps` are of the kinds that `/api/feature-steps` lists, `recipe` names a kept list of them."""

    project = serializers.UUIDField()
    dataset = serializers.UUIDField()
    version = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)
    target = serializers.CharField(max_length=300, trim_whitespace=False)
    algorithm = serializers.CharField(max_length=60)
    features = serializers.ListField(
        child=serializers.CharField(max_length=300, trim_whitespace=False),
        required=False,
        allow_null=True,
        default=None,
    )
    task = serializers.ChoiceField(choices=["auto", "regression", "classification"], default="auto")
    params = serializers.DictField(required=False, default=dict)
    train_percentage = serializers.IntegerField(default=80)
    metric = serializers.CharField(required=False, allow_null=True, default=None)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    seed = serializers.IntegerField(required=False, allow_null=True, default=None)
    steps = StepsField(required=False, allow_null=True, default=None)
    recipe = serializers.UUIDField(required=False, allow_null=True, default=None)


class JobSerializer(PricedSerializer, serializers.ModelSerializer[Job]):
    state = serializers.ChoiceField(choices=JobState.choices, read_only=True)
    dataset = serializers.UUIDField(source="dataset_version.dataset_id", default=None, read_only=True)
    dataset_version = serializers.IntegerField(source="dataset_version.number", default=None, read_only=True)
    dataset_schema = serializers.IntegerField(source="plan.schema_number", default=1, read_only=True)
    target = serializers.CharField(source="plan.target", read_only=True)
    algorithm = serializers.CharField(source="plan.algorithm", read_only=True)
    task = serializers.CharField(source="plan.task", read_only=True)
    params = serializers.DictField(source="plan.params", read_only=True)
    train_percentage = serializers.IntegerField(source="plan.train_percentage", read_only=True)
    seed = serializers.IntegerField(source="plan.seed", read_only=True)
    steps = serializers.SerializerMethodField()
    metrics = serializers.DictField(read_only=True)
    error = serializers.SerializerMethodField()
    model = serializers.UUIDField(source="model.pk", default=None, read_only=True)

    class Meta:
        model = Job
        fields = [
            "id",
            "project",
            "name",
            "dataset",
            "dataset_version",
            "dataset_schema",
            "target",
            "task",
            "algorithm",
            "params",
            "train_percentage",
            "seed",
            "steps",
            "state",
            "stage",
            "progress",
            "progress_detail",
            "metrics",
            "error",
            "model",
            "credits_charged",
            "attempt",
            "created_at",
            "started_at",
            "finished_at",
        ]

    @extend_schema_field(StepSerializer(many=True))
    def get_steps(self, job: Job) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = job.plan.get("steps", [])  # plans of earlier versions have none
        return steps

    def get_error(self, job: Job) -> str | None:
        return job.error or None


class JobIdSerializer(serializers.Serializer[None]):
    job_id = serializers.UUIDField()


class EventSerializer(serializers.ModelSerializer[JobEvent]):
    class Meta:
        model = JobEvent
        fields = ["seq", "kind", "payload", "created_at"]


class AfterSerializer(serializers.Serializer[None]):
    after = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)


class FormatSerializer(serializers.Serializer[None]):
    format = serializers.ChoiceField(choices=FORMATS, default=FORMATS[0])


class ModelSerializer(serializers.ModelSerializer[ModelVersion]):
    dataset = serializers.UUIDField(source="dataset_version.dataset_id", read_only=True)
    dataset_version = serializers.IntegerField(source="dataset_version.number", read_only=True)
    dataset_schema = serializers.IntegerField(source="plan.schema_number", default=1, read_only=True)
    data_sha256 = serializers.CharField(source="dataset_version.sha256", read_only=True)
    job = serializers.UUIDField(source="job_id", read_only=True, allow_null=True)
    params = serializers.DictField(source="plan.params", read_only=True)
    steps = serializers.SerializerMethodField()
    input_schema = serializers.ListField(child=serializers.DictField(), read_only=True)
    output_schema = serializers.DictField(read_only=True)
    metrics = serializers.DictField(read_only=True)
    permission = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=ModelStatus.choices, required=False)

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
