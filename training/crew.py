"""The threads of a worker process that train, and one that says that they live."""

import os
import socket
import threading

from core import crew, pulse
from training import worker

BEAT_S = 5.0


class Crew(crew.Crew):
    """A crew that trains, in so many slots; who waits for a slot asks `core.pulse` how many there are."""

    def __init__(self, slots: int) -> None:
        super().__init__(self._train, slots=slots, name="train")
        self._pulse = f"worker:{socket.gethostname()[:20]}:{os.getpid()}"
        self._slots = slots
        self._threads.append(threading.Thread(target=self._beat, name="pulse"))

    def _train(self) -> None:
        worker.run_queued()

    def _beat(self) -> None:
        while not self._over.is_set():
            self._safely(lambda: pulse.beat(self._pulse, slots=self._slots))
            self._over.wait(BEAT_S)
        self._safely(lambda: pulse.end(self._pulse))
