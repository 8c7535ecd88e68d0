"""The outbox: what happened, in order, for whoever stands higher up; what workers owe; and who was last heard of."""

import uuid

from django.conf import settings
from django.db import models

EVENTS = uuid.UUID("9d4d1c0e-6f0b-4d0b-9a55-0f0d7f1f6a51")  # the namespace of their public ids


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

    @property
    def public_id(self) -> uuid.UUID:
        """What the world outside calls it: always the same, and no number that counts."""
        return uuid.uuid5(EVENTS, str(self.pk))


class Errand(models.Model):
    """One thing a worker has to do for a row, by the task of this name; deleted when it is done.

    Whoever does it puts `due_at` off first, so that nobody else comes meanwhile.
    """

    id = models.BigAutoField(primary_key=True)
    task = models.CharField(max_length=100)
    row_id = models.UUIDField()
    due_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "row_id"], name="one_errand_a_task_and_row")]

    def __str__(self) -> str:
        return f"{self.task} {self.row_id}"


class Pulse(models.Model):
    """When something that should beat last did (`worker`); one row a name, overwritten.

    `slots` is how many jobs it runs at a time, where it runs any.
    """

    name = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()
    slots = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
