"""What was asked of a model and what it answered."""

import uuid

from django.conf import settings
from django.db import models

from training.models import ModelVersion


class Prediction(models.Model):
    """One call: the rows as they were given, the answers, and what it cost. Written once, after the answer.

    A failed call keeps its rows and the error, and costs nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="predictions")
    caller = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    success = models.BooleanField(default=True)
    rows = models.JSONField()
    answers = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    error = models.TextField(blank=True)
    inference_ms = models.FloatField(null=True)
    cache_hit = models.BooleanField(default=False)
    credits_charged = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["caller", "-created_at"], name="predictions_of_a_person"),
            models.Index(fields=["model", "-created_at"], name="predictions_of_a_model"),
        ]

    def __str__(self) -> str:
        return f"{self.model} at {self.created_at:%Y-%m-%d %H:%M}"
