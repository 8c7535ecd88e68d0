"""Signs of life of the background, for health checks."""

from datetime import timedelta

from django.utils import timezone

from core.models import Pulse

FRESH_FOR = timedelta(seconds=30)


def beat(name: str) -> None:
    """Say that `name` is alive now."""
    Pulse.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def is_alive(name: str) -> bool:
    """Whether `name` was heard of in the last half minute."""
    return Pulse.objects.filter(name=name, at__gt=timezone.now() - FRESH_FOR).exists()
