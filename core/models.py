"""The outbox: what happened, in order, for whoever stands higher up; and who was last heard of."""

from django.conf import settings
from django.db import models


class OutboxEvent(models.Model):
    """One thing that happened. Written with the change it tells of, never changed; higher apps read by `id`.

    `subject_name` is what the subject was called then, for those who read it when the subject is gone; `workspace_id`
    the workspace it happened in, if in one: an id, for core knows no workspaces.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    subject_name = models.CharField(max_length=200, blank=True)
    workspace_id = models.UUIDField(null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="outbox_by_subject"),
            models.Index(fields=["workspace_id", "-id"], name="outbox_of_a_workspace"),  # its audit trail
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class Pulse(models.Model):
    """When something that should beat last did (`worker`); one row a name, overwritten.

    `slots` is how many jobs it runs at a time, where it runs any.
    """

    name = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()
    slots = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
