"""The threads of a worker process that train: as many as jobs may run at a time.

A message wakes them, and each second they look by themselves, so one that a busy process took or a broker lost costs
no more than that. Celery's own threads are left to short work: no mail and no reaper waits for a fit to end.
"""

import os
import socket
import threading
from collections.abc import Callable

import structlog
from django.db import close_old_connections

from core import pulse
from training import worker
from training.watch import AWAY

LOOK_S = 1.0
BEAT_S = 5.0

log = structlog.get_logger(__name__)


class Crew:
    """So many threads that train what is queued, and one that says that they live."""

    def __init__(self, slots: int) -> None:
        self._name = f"worker:{socket.gethostname()[:20]}:{os.getpid()}"
        self._slots = slots
        self._bell, self._over = threading.Event(), threading.Event()
        self._threads = [threading.Thread(target=self._train, name=f"train-{place}") for place in range(slots)]
        self._threads.append(threading.Thread(target=self._beat, name="pulse"))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def ring(self) -> None:
        """Wake whoever is idle."""
        self._bell.set()

    def end(self) -> None:
        """Return once every thread has handed its job back; see `worker.leave`."""
        self._over.set()
        self._bell.set()
        for thread in self._threads:
            thread.join()

    def _train(self) -> None:
        while True:
            self._bell.clear()
            if self._over.is_set():
                self._bell.set()  # it was perhaps for another thread too
                return
            self._safely(worker.run_queued)
            self._bell.wait(LOOK_S)

    def _beat(self) -> None:
        while not self._over.is_set():
            self._safely(lambda: pulse.beat(self._name, slots=self._slots))
            self._over.wait(BEAT_S)
        self._safely(lambda: pulse.end(self._name))

    def _safely(self, work: Callable[[], None]) -> None:
        """Whatever breaks, the database going away included, is tried again at the next look."""
        close_old_connections()
        try:
            work()
        except AWAY as error:
            log.warning("crew.database_away", error=type(error).__name__)
        except Exception:
            log.exception("crew.broke")
        finally:
            close_old_connections()
