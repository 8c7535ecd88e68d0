"""A training job, its journal, and the model versions that training makes."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models

from datasets.models import DatasetVersion
from ml.plan import FitPlan
from ml.schema import InputField
from training.states import ACTIVE, JobState
from workspaces.models import Project
from workspaces.place import Place


class Job(models.Model):
    """One wish to train: queued and paid for, claimed by one worker, ended once (see `training.states`).

    `plan` is an `ml.plan.FitPlan`. A worker holds the job while `heartbeat_at` is fresh; `progress` is the share of
    counted work done, 0 to 1, and `progress_detail` the counts (`{"done": 40, "total": 200, "unit": "tree"}`).
    `keep_best` asks the worker to end the fit with the best it has; `reproduces` is the job this one repeats.
    At `mail_due_at`, if set, its owner is to be told that it has ended (see `training.mails`).
    """

    place = Place("project__workspace")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="jobs")
    dataset_version = models.ForeignKey(DatasetVersion, null=True, on_delete=models.SET_NULL, related_name="jobs")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reproduces = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="reproductions")
    name = models.CharField(max_length=200)
    plan = models.JSONField()
    keep_best = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    stage = models.CharField(max_length=60, blank=True)
    progress = models.FloatField(default=0)
    progress_detail = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    metrics = models.JSONField(default=dict)
    credits_charged = models.PositiveIntegerField(default=0)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_owner = models.CharField(max_length=200, blank=True)
    heartbeat_at = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(auto_now_add=True)
    last_seq = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    mail_due_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["project", "-created_at"], name="jobs_of_a_project"),
            models.Index(fields=["state", "heartbeat_at"], name="jobs_alive", condition=models.Q(state__in=ACTIVE)),
            models.Index(fields=["state", "owner", "created_at"], name="jobs_of_a_person_by_state"),  # whose turn it is
            models.Index(fields=["owner", "-started_at"], name="jobs_of_a_person_as_served"),
            models.Index(fields=["state", "-finished_at"], name="jobs_ended_lately"),  # what the next may take
            models.Index(fields=["mail_due_at"], name="jobs_to_tell_of", condition=models.Q(mail_due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def fit_plan(self) -> FitPlan:
        return FitPlan.from_json(self.plan)

    @property
    def has_ended(self) -> bool:
        return self.state not in ACTIVE


class JobEvent(models.Model):
    """One line of a job's journal: `seq` counts up from 1 without a gap; never changed."""

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    payload = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["job", "seq"], name="job_events_are_gapless")]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class ModelStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    DEPRECATED = "deprecated", "Deprecated"
    ARCHIVED = "archived", "Archived"


class ModelSource(models.TextChoices):
    TRAINED = "trained", "Trained"
    UPLOADED = "uploaded", "Uploaded"


class ModelVersion(models.Model):
    """A model people predict with: one fitted pipeline, immutable but for its words and its status.

    Versions count up per name within a project. `sha256` signs the file: it is not opened if it differs.
    """

    place = Place("project__workspace")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="models")
    name = models.CharField(max_length=200)
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=ModelStatus, default=ModelStatus.ACTIVE)
    source = models.CharField(max_length=10, choices=ModelSource, default=ModelSource.TRAINED)
    framework = models.CharField(max_length=40, default="scikit-learn")
    description = models.TextField(blank=True, max_length=5_000)
    task = models.CharField(max_length=20)
    target = models.CharField(max_length=300)
    algorithm = models.CharField(max_length=60)
    job = models.OneToOneField(Job, null=True, on_delete=models.SET_NULL, related_name="model")
    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="models")
    plan = models.JSONField()
    input_schema = models.JSONField()
    output_schema = models.JSONField()
    metrics = models.JSONField()
    evaluation = models.JSONField()
    facts = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "id"]
        verbose_name = "model"
        constraints = [
            models.UniqueConstraint(fields=["project", "name", "version"], name="model_versions_count_up_per_name")
        ]
        indexes = [models.Index(fields=["project", "-created_at"], name="models_of_a_project")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def file_key(self) -> str:
        return f"models/{self.pk}/model.skops"

    @property
    def holdout_key(self) -> str:
        return f"models/{self.pk}/holdout.parquet"

    @property
    def fit_plan(self) -> FitPlan:
        return FitPlan.from_json(self.plan)

    @property
    def fitted_params(self) -> dict[str, Any]:
        """The parameters it was fitted with: those a search has found, or else those asked for."""
        params: dict[str, Any] = self.facts.get("params") or self.plan["params"]
        return params

    @property
    def fields(self) -> list[InputField]:
        return [InputField.from_json(field) for field in self.input_schema]

    @property
    def is_archived(self) -> bool:
        return self.status == ModelStatus.ARCHIVED
