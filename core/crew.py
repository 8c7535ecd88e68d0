"""Threads of a worker process that take what is queued of one kind: as many as may run at a time.

A message wakes them, and each second they look by themselves, so one that a busy process took or a broker lost costs
no more than that. Celery's own threads are left to short work: no mail and no reaper waits for a long one to end.
"""

import threading
from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections

LOOK_S = 1.0

log = structlog.get_logger(__name__)


class Crew:
    """So many threads, called `name`, that call `work` whenever there may be some; it returns when none is left."""

    def __init__(self, work: Callable[[], None], *, slots: int, name: str) -> None:
        self._work = work
        self._bell, self._over = threading.Event(), threading.Event()
        self._threads = [threading.Thread(target=self._labour, name=f"{name}-{place}") for place in range(slots)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def ring(self) -> None:
        """Wake whoever is idle."""
        self._bell.set()

    def end(self) -> None:
        """Return once every thread has handed back what it was doing."""
        self._over.set()
        self._bell.set()
        for thread in self._threads:
            thread.join()

    def _labour(self) -> None:
        while True:
            self._bell.clear()
            if self._over.is_set():
                self._bell.set()  # it was perhaps for another thread too
                return
            self._safely(self._work)
            self._bell.wait(LOOK_S)

    def _safely(self, work: Callable[[], None]) -> None:
        """Whatever breaks, the database going away included, is tried again at the next look."""
        close_old_connections()
        try:
            work()
        except (OperationalError, InterfaceError) as error:
            log.warning("crew.database_away", error=type(error).__name__)
        except Exception:
            log.exception("crew.broke")
        finally:
            close_old_connections()
