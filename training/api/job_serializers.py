"""Shapes of jobs, their events and the candidates of their searches."""

from typing import Any
from uuid import UUID

from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.serializers import PricedSerializer
from accounts.credits import Cost
from accounts.queries import refunds
from datasets.api.recipes import StepSerializer
from training.api.fields import ValidationField
from training.models import Job, JobEvent
from training.queries import reproduction_of
from training.states import JobState
from training.waits import QueuePlace, places


class QueuePlaceSerializer(serializers.Serializer[Any]):
    place = serializers.IntegerField(help_text="1 is the next to begin")
    estimated_wait_s = serializers.FloatField(allow_null=True, help_text="A guess from what jobs took lately")


class DifferenceSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["score", "data", "library", "ended_early"])
    name = serializers.CharField()
    before = serializers.JSONField(help_text="In the job that was repeated")
    after = serializers.JSONField()


class ReproductionSerializer(serializers.Serializer[Any]):
    """Whether a repeated job came out the same: every score within 1e-9, on the same bytes."""

    of = serializers.UUIDField()
    same = serializers.BooleanField()
    metric = serializers.CharField(help_text="What both are judged by")
    before = serializers.FloatField(allow_null=True, help_text="By it, the score of the job that was repeated")
    after = serializers.FloatField(allow_null=True)
    scores = serializers.IntegerField(help_text="How many were compared")
    differences = DifferenceSerializer(many=True)


class JobSerializer(PricedSerializer, serializers.ModelSerializer[Job]):
    state = serializers.ChoiceField(choices=JobState.choices, read_only=True)
    dataset = serializers.UUIDField(source="dataset_version.dataset_id", default=None, read_only=True, allow_null=True)
    dataset_version = serializers.IntegerField(
        source="dataset_version.number", default=None, read_only=True, allow_null=True
    )
    dataset_schema = serializers.IntegerField(source="plan.schema_number", default=1, read_only=True)
    target = serializers.CharField(source="plan.target", read_only=True)
    algorithm = serializers.CharField(source="plan.algorithm", read_only=True)
    task = serializers.CharField(source="plan.task", read_only=True)
    params = serializers.DictField(source="plan.params", read_only=True)
    train_percentage = serializers.IntegerField(source="plan.train_percentage", read_only=True)
    validation = serializers.SerializerMethodField()
    group_by = serializers.CharField(source="plan.validation.group_by", default=None, read_only=True, allow_null=True)
    order_by = serializers.CharField(source="plan.validation.order_by", default=None, read_only=True, allow_null=True)
    class_weight = serializers.CharField(source="plan.class_weight", default=None, read_only=True, allow_null=True)
    tuning = serializers.DictField(source="plan.tuning", default=None, read_only=True, allow_null=True)
    metric = serializers.CharField(source="plan.metric", read_only=True)
    time_budget_s = serializers.IntegerField(source="plan.time_budget_s", default=None, read_only=True, allow_null=True)
    left_out = serializers.ListField(
        source="plan.left_out",
        default=list,
        read_only=True,
        child=serializers.CharField(),
        help_text="Why columns are no features that would be by default, a sentence each",
    )
    seed = serializers.IntegerField(source="plan.seed", read_only=True)
    steps = serializers.SerializerMethodField()
    metrics = serializers.DictField(read_only=True)
    error = serializers.SerializerMethodField()
    model = serializers.UUIDField(source="model.pk", default=None, read_only=True, allow_null=True)
    queue = serializers.SerializerMethodField()
    reproduces = serializers.UUIDField(source="reproduces_id", read_only=True, allow_null=True)
    reproduction = serializers.SerializerMethodField()
    credits_refunded = serializers.SerializerMethodField()

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
            "validation",
            "group_by",
            "order_by",
            "class_weight",
            "tuning",
            "metric",
            "time_budget_s",
            "left_out",
            "seed",
            "steps",
            "state",
            "stage",
            "progress",
            "progress_detail",
            "metrics",
            "error",
            "model",
            "queue",
            "keep_best",
            "reproduces",
            "reproduction",
            "credits_charged",
            "credits_refunded",
            "attempt",
            "created_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = ["keep_best"]

    @extend_schema_field(StepSerializer(many=True))
    def get_steps(self, job: Job) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = job.plan.get("steps", [])  # plans of earlier versions have none
        return steps

    @extend_schema_field(ValidationField())
    def get_validation(self, job: Job) -> Any:
        parted = job.plan.get("validation") or {}
        return {"cv": parted["folds"], "repeats": parted["repeats"]} if parted.get("folds") else "holdout"

    def get_error(self, job: Job) -> str | None:
        return job.error or None

    @extend_schema_field(QueuePlaceSerializer(allow_null=True))
    def get_queue(self, job: Job) -> dict[str, Any] | None:
        """Null unless the job is queued."""
        place = self._places.get(job.pk) if job.state == JobState.QUEUED else None
        return QueuePlaceSerializer(place).data if place else None

    @cached_property
    def _places(self) -> dict[UUID, QueuePlace]:
        return places()  # once, however many jobs a list shows

    @extend_schema_field(ReproductionSerializer(allow_null=True))
    def get_reproduction(self, job: Job) -> dict[str, Any] | None:
        """Null unless the job has repeated another to its end."""
        found = reproduction_of(job)
        return ReproductionSerializer(found).data if found else None

    def get_credits_refunded(self, job: Job) -> int:
        """What was given back of the charge: of a job that failed, or was stopped before it began."""
        return self._refunds.get(job.pk, 0)

    @cached_property
    def _refunds(self) -> dict[UUID, int]:
        """Of all jobs shown, in one query; those that are underway or succeeded have none."""
        is_list = isinstance(self.parent, serializers.ListSerializer)
        shown: Any = self.parent.instance if is_list and self.parent else [self.instance]
        ended = [job.pk for job in shown if job.state in (JobState.FAILED, JobState.CANCELLED)]
        return refunds(Cost.TRAIN, ended) if ended else {}


class StopSerializer(serializers.Serializer[None]):
    keep_best = serializers.BooleanField(
        default=False, help_text="End a running search, or what grows step by step, with the best so far instead."
    )


class JobIdSerializer(serializers.Serializer[None]):
    job_id = serializers.UUIDField()


class EventSerializer(serializers.ModelSerializer[JobEvent]):
    class Meta:
        model = JobEvent
        fields = ["seq", "kind", "payload", "created_at"]


class CandidateSerializer(serializers.Serializer[Any]):
    """One candidate of a search, judged by the job's metric; what is not known of it is null."""

    number = serializers.IntegerField(help_text="In the order they were tried, from 1")
    name = serializers.CharField(help_text="The method, where a search tries several; empty otherwise")
    params = serializers.DictField()
    score = serializers.FloatField(allow_null=True)
    std = serializers.FloatField(allow_null=True)
    interval = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    fit_seconds = serializers.FloatField(allow_null=True)
    predict_seconds = serializers.FloatField(allow_null=True)
    size_bytes = serializers.IntegerField(
        allow_null=True, help_text="Of the best, once it is a model; the others are not kept, so null"
    )
    error = serializers.CharField(allow_null=True)
    is_best = serializers.BooleanField()


class AfterSerializer(serializers.Serializer[None]):
    after = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)
