"""Signs of life of the background, for health checks."""

from datetime import datetime, timedelta

from django.utils import timezone

from core.models import Pulse

FRESH_FOR = timedelta(seconds=30)


def beat(name: str) -> None:
    """Say that `name` is alive now."""
    Pulse.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def is_alive(name: str) -> bool:
    """Whether `name` was heard of in the last half minute."""
    return is_fresh(last_beat(name))


def last_beat(name: str) -> datetime | None:
    """When `name` was last heard of; None if never."""
    return Pulse.objects.filter(name=name).values_list("at", flat=True).first()


def is_fresh(at: datetime | None) -> bool:
    """Whether a beat of then is a sign of life now."""
    return at is not None and at > timezone.now() - FRESH_FOR
