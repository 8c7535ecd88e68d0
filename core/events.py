"""How a lower app tells a higher one: it appends an event, in the same transaction as the change."""

from typing import Any

from django.db import models

from core.actor import Actor
from core.models import OutboxEvent


def emit(kind: str, *, subject: models.Model, by: Actor | None = None, **payload: Any) -> None:
    """Append one event to the outbox; it stands or falls with the caller's transaction."""
    OutboxEvent.objects.create(
        kind=kind,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        actor=by.user if by else None,
        payload=payload,
    )
