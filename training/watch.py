"""One look after another at a running fit: its reports, its heartbeat, its limits."""

import time
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.processes import Child, Message
from core.templatetags.format import plural
from datasets.models import VersionStatus
from training import journal
from training.early import KEEP_BEST
from training.models import Job
from training.states import JobState

log = structlog.get_logger(__name__)

AWAY = (OperationalError, InterfaceError)
FLUSH_S = 0.2  # reports wait so long for company
BEAT_S = 0.5
TABLE_GONE = "The dataset was deleted before the job had ended."
ROWS_GONE = "The rows of this dataset were purged before the job had ended."
_GONE = {None: TABLE_GONE, VersionStatus.PURGED.value: ROWS_GONE}


class Watch:
    """What a worker's thread knows of the fit it supervises; used by that thread alone."""

    def __init__(self, job_id: UUID, lease: str, folder: Path, time_budget_s: int | None = None) -> None:
        self._job_id, self._lease, self._time_budget_s = job_id, lease, time_budget_s
        self._keep_best = folder / KEEP_BEST
        self._started = self._beaten = time.monotonic()
        self._heard: list[Message] = []
        self.gone: str | None = None

    def hear(self, messages: list[Message]) -> None:
        """Take reports, to be written with the next `pass_on`."""
        self._heard += messages

    def pass_on(self) -> bool:
        """Write what was heard, and the heartbeat when it is due; returns whether the job is still this worker's.

        Hands on to the fit that it is to end with the best it has. While the database is away the fit goes on: the row
        says whose the job is when it is back.
        """
        if time.monotonic() - self._beaten < (FLUSH_S if self._heard else BEAT_S):
            return True
        try:
            return self._write()
        except AWAY as error:
            self._let_go(error)
            return True

    def conclude(self) -> bool:
        """As `pass_on`, at once and for the last time; waits as long as a lease lasts for a database that is away."""
        deadline = time.monotonic() + settings.TRAINING_LEASE_S
        while True:
            try:
                return self._write()
            except AWAY as error:
                self._let_go(error)
                if time.monotonic() > deadline:
                    raise
                time.sleep(BEAT_S)

    def _write(self) -> bool:
        with transaction.atomic():
            mine = Job.objects.filter(pk=self._job_id, state=JobState.RUNNING, lease_owner=self._lease)
            still_mine = mine.update(heartbeat_at=timezone.now(), **_columns(self._heard)) == 1
            if still_mine and self._heard:
                journal.append(self._job_id, [(message["kind"], message["payload"]) for message in self._heard])
            if still_mine:
                self._keep_to_budget(mine)
        self._beaten, self._heard = time.monotonic(), []
        row = mine.values_list("keep_best", "dataset_version__status").first() if still_mine else None
        if row is not None:
            keeps_best, table = row
            self.gone = _GONE.get(table)
            if keeps_best:
                self._keep_best.touch()
        return still_mine

    def _keep_to_budget(self, mine: QuerySet[Job]) -> None:
        """Once its time budget is over, ask for the best so far, as a person does."""
        budget_s = self._time_budget_s
        if budget_s is None or time.monotonic() - self._started < budget_s:
            return
        if mine.filter(keep_best=False).update(keep_best=True):
            message = f"The time budget of {_spoken(budget_s)} is over: it ends with the best so far."
            journal.append(self._job_id, [("log", {"message": message})])

    def _let_go(self, error: Exception) -> None:
        """Give up the connection; the next query makes another."""
        log.warning("training.database_away", job=str(self._job_id), error=type(error).__name__)
        self._beaten = time.monotonic()
        connection.close()

    def obstacle(self, fit: Child) -> str | None:
        """Say why the fit cannot go on, in words for its owner: its rows are gone, or a limit is broken; else None."""
        return self.gone or self._broken_limit(fit)

    def _broken_limit(self, fit: Child) -> str | None:
        limit_s, limit_bytes = settings.TRAINING_TIME_LIMIT_S, settings.TRAINING_MEMORY_LIMIT_BYTES
        if time.monotonic() - self._started > limit_s:
            return (
                f"Training took longer than the limit of {_spoken(limit_s)} and was stopped. "
                "Use fewer rows or columns, or a quicker method."
            )
        if (used := fit.rss_bytes()) > limit_bytes:
            return (
                f"Training used {used / 1024**3:.1f} GB of memory, more than the limit of "
                f"{limit_bytes / 1024**3:.1f} GB, and was stopped. Use fewer rows or columns."
            )
        return None


def _columns(heard: list[Message]) -> dict[str, Any]:
    """What the newest reports mean for the job's row."""
    changes: dict[str, Any] = {}
    for message in heard:
        payload = message["payload"]
        if message["kind"] == "progress":
            changes |= {key: payload[key] for key in ("stage", "progress") if key in payload}
            changes["progress_detail"] = {key: payload.get(key) for key in ("done", "total", "unit")}
    return changes


def _spoken(seconds: int) -> str:
    return f"{seconds // 60} minutes" if seconds >= 120 else plural(seconds, "second")
