"""How a lower app tells a higher one: it appends an event, in the same transaction as the change."""

from typing import Any
from uuid import UUID

from django.db import models

from core.actor import Actor
from core.models import OutboxEvent


def emit(kind: str, *, subject: models.Model, by: Actor | None = None, **payload: Any) -> None:
    """Append one event to the outbox; it stands or falls with the caller's transaction.

    A subject whose model declares its `place` is told with the workspace it hangs in.
    """
    place = getattr(type(subject), "place", None)
    OutboxEvent.objects.create(
        kind=kind,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_name=str(subject)[:200],
        workspace_id=place.workspace_id(subject) if place else None,
        actor=by.user if by else None,
        payload=payload,
    )


def forget(rows: models.QuerySet[Any]) -> None:
    """Delete what was told of these rows, which are about to go for good: nobody shall find their names again."""
    told = OutboxEvent.objects.filter(subject_type=rows.model._meta.label_lower, subject_id__in=rows.values("pk"))
    told.delete()


def forget_workspace(workspace_id: UUID) -> None:
    """Delete what happened in a workspace that is about to go for good."""
    OutboxEvent.objects.filter(workspace_id=workspace_id).delete()
