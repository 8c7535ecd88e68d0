"""Signs of life of the background, for health checks and for those who wait."""

from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils import timezone

from core.models import Pulse

FRESH_FOR = timedelta(seconds=30)
FORGOTTEN_AFTER = timedelta(days=1)


def beat(name: str, *, slots: int = 0) -> None:
    """Say that `name` is alive now, and how many jobs it runs at a time."""
    Pulse.objects.update_or_create(name=name, defaults={"at": timezone.now(), "slots": slots})


def end(name: str) -> None:
    """Say that `name` is leaving; forgets those that left without a word long ago."""
    Pulse.objects.filter(name=name).delete()
    Pulse.objects.filter(slots__gt=0, at__lt=timezone.now() - FORGOTTEN_AFTER).delete()


def is_alive(name: str) -> bool:
    """Whether `name` was heard of in the last half minute."""
    return is_fresh(last_beat(name))


def last_beat(name: str) -> datetime | None:
    """When `name` was last heard of; None if never."""
    return Pulse.objects.filter(name=name).values_list("at", flat=True).first()


def is_fresh(at: datetime | None) -> bool:
    """Whether a beat of then is a sign of life now."""
    return at is not None and at > timezone.now() - FRESH_FOR


def slots_alive() -> int:
    """How many jobs can run at a time on everything that was heard of in the last half minute."""
    fresh = Pulse.objects.filter(at__gt=timezone.now() - FRESH_FOR)
    return int(fresh.aggregate(all=Sum("slots"))["all"] or 0)
