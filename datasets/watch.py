"""One look after another at a file that is being read: its reports, its heartbeat, its limits."""

import time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from core.processes import Child, Message
from core.templatetags.format import duration
from datasets.models import DatasetVersion, VersionStatus
from datasets.progress import share_done

WRITTEN_EVERY_S = 0.5
BEAT_S = 2.0


class Watch:
    """What a worker's thread knows of the reading it supervises; used by that thread alone."""

    def __init__(self, version_id: UUID, lease: str) -> None:
        self._mine = DatasetVersion.objects.filter(pk=version_id, status=VersionStatus.PROCESSING, lease_owner=lease)
        self._started = self._beaten = time.monotonic()
        self._heard: Message | None = None

    def hear(self, messages: list[Message]) -> None:
        """Take reports; the newest is written with the next `pass_on`."""
        if messages:
            self._heard = messages[-1]

    def pass_on(self, *, at_once: bool = False) -> bool:
        """Write what was heard last, and the heartbeat when it is due; returns whether the version is still ours."""
        now = time.monotonic()
        if not at_once and now - self._beaten < (WRITTEN_EVERY_S if self._heard else BEAT_S):
            return True
        self._beaten, heard, self._heard = now, self._heard, None
        return self._mine.update(heartbeat_at=timezone.now(), **_columns(heard)) == 1

    def broken_limit(self, child: Child) -> str | None:
        """Say which limit of time or memory the reading has broken, in words for a person; None if none."""
        limit_s, limit_bytes = settings.INGEST_TIME_LIMIT_S, settings.INGEST_MEMORY_LIMIT_BYTES
        if time.monotonic() - self._started > limit_s:
            return f"Reading this file took longer than the limit of {duration(limit_s)}. Upload fewer rows or columns."
        if (used := child.rss_bytes()) > limit_bytes:
            return (
                f"Reading this file took {used / 1024**3:.1f} GB of memory, more than the limit of "
                f"{limit_bytes / 1024**3:.1f} GB. Upload fewer rows or columns."
            )
        return None


def _columns(heard: Message | None) -> dict[str, Any]:
    """What a report means for the version's row."""
    if heard is None:
        return {}
    share = share_done(heard["stage"], heard["done"], heard["total"])
    return {
        "stage": heard["stage"],
        "progress": share,
        "progress_detail": {key: heard[key] for key in ("done", "total", "unit")},
    }
