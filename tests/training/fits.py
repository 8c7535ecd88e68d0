"""Fits that misbehave, for the worker to supervise: each takes the place of `training.child.fit` in a real child."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

from core.processes import Send
from ml.errors import CannotFit
from training import child
from training.early import KEEP_BEST


def fail_unexpectedly(send: Send, **_: Any) -> None:
    raise ZeroDivisionError("a bug in a library")


def refuse_the_data(send: Send, **_: Any) -> None:
    raise CannotFit("Only one class is left.")


def be_killed(send: Send, **_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def run_for_ever(send: Send, **_: Any) -> None:
    say_pid(send)
    time.sleep(60)


def go_on_until_asked(send: Send, *, destination: str, **kwargs: Any) -> Any:
    """Say what a long fit would, and fit as usual once asked to end with the best so far."""
    say_pid(send)
    while not (Path(destination) / KEEP_BEST).exists():
        time.sleep(0.02)
    return child.fit(send, destination=destination, **kwargs)


def take_memory(send: Send, **_: Any) -> None:
    say_pid(send)
    time.sleep(1)  # for its word to be written, before it is ended
    held = np.ones(1_200 * 1024**2, dtype=np.uint8)
    time.sleep(60)
    del held


def run_out_of_memory(send: Send, **_: Any) -> None:
    np.ones(64 * 1024**3, dtype=np.uint8)


def say_pid(send: Send) -> None:
    """Write the process's id into the job's journal, for a test to look whether it lives."""
    send({"kind": "log", "payload": {"pid": os.getpid()}})
