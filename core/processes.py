"""Run one function in a child process that can be watched, stopped at any moment, and is never outlived.

    worker thread ──► fork server (libraries loaded once) ──► guard ──► the function, in a group of its own

This is the worker's side; `core.guard` is the child's. Linux only.
"""

import atexit
import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Self
from weakref import WeakSet

import psutil

from core.guard import NO_LIMITS, Limits, Message, Send, guard

__all__ = ["NO_LIMITS", "Child", "Died", "Failed", "Finished", "Limits", "Message", "Outcome", "Send", "prepare"]


MAX_MESSAGE_BYTES = 64 * 1024**2
GONE_WITHIN_S = 5.0
FORK_ATTEMPTS = 5

_CONTEXT = multiprocessing.get_context("forkserver")
# multiprocessing reads a child's exit status from a pipe, once: two threads that look at a time lose it.
_LOCK = threading.RLock()


@dataclass(frozen=True)
class Finished:
    """The function returned; `result` is its JSON value."""

    result: Any


@dataclass(frozen=True)
class Failed:
    """The function raised.

    `expected`: the exception carries a `detail` meant for people, and `message` is that. Otherwise `message`
    is the exception's text and `traceback` tells a developer where.
    """

    type: str
    message: str
    expected: bool
    traceback: str


@dataclass(frozen=True)
class Died:
    """The process ended without an answer: by `signal` (its number), else with `exit_code`."""

    exit_code: int | None
    signal: int | None

    def __str__(self) -> str:
        if self.signal is None:
            return f"exit code {self.exit_code}"
        try:
            return signal.Signals(self.signal).name
        except ValueError:
            return f"signal {self.signal}"


Outcome = Finished | Failed | Died


def prepare(preload: Sequence[str] = ()) -> None:
    """Return when a fork server runs that has imported the modules named in `preload`: a child then starts at once.

    Seconds for the first call in a process, which decides what is preloaded; after it the price of one fork. Modules
    are looked for in the working directory and PYTHONPATH, and one that cannot be imported is left to the child.
    Raises OSError or EOFError when no process can be made.
    """
    with _LOCK:
        process = _fork(preload, _nothing, ())
    process.join()
    with _LOCK:
        process.close()


def _ensure_server(preload: Sequence[str]) -> None:
    with _LOCK:
        # Threads that wait by spinning take the cores from those they wait for: with two busy cores, thirty rounds of
        # boosting took 6.3 s instead of 0.7 s. Read when the library is loaded, so it cannot wait for the child.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        _CONTEXT.set_forkserver_preload([__name__, *preload])
        resource_tracker.ensure_running()
        # A SIGTERM sent to the worker's group must not end the server under the functions that still run: it
        # inherits this mask, and ends when the worker does.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Child:
    """One call of a function in a process of its own, followed by one thread; `stop` may come from any."""

    def __init__(self, process: BaseProcess, messages: "Connection[Any, Any]") -> None:
        self.outcome: Outcome | None = None
        self._process = process
        self._messages = messages
        self._silent = False  # its end of the pipe is closed: only the process's end is left to wait for
        self._closed = False
        _LIVE.add(self)

    @classmethod
    def start(
        cls,
        target: str,
        kwargs: Mapping[str, Any],
        *,
        preload: Sequence[str] = (),
        limits: Limits = NO_LIMITS,
    ) -> Self:
        """Call the function named `target` ("package.module:function") as `target(send, **kwargs)` in a new process.

        Named, so that the worker need not import what only the child uses. `kwargs`, what it sends (dicts) and what
        it returns are JSON without NaN. Raises OSError or EOFError when no process can be made.
        """
        call = json.dumps([target, dict(kwargs)], allow_nan=False)
        receiver, sender = _CONTEXT.Pipe(duplex=False)
        with sender, _LOCK:
            process = _fork(preload, guard, (sender, call, limits))
        return cls(process, receiver)

    @property
    def pid(self) -> int:
        """The guard's process id; the function's process is its only child."""
        return self._process.pid or 0

    def poll(self, timeout_s: float) -> list[Message]:
        """The messages sent since the last call, in order; waits up to `timeout_s` for one, or for the end.

        Sets `outcome` once the function has ended and all its messages have been handed over.
        """
        if self.outcome is not None or self._closed:
            return []
        sentinel = self._process.sentinel
        ended = sentinel in wait([sentinel] if self._silent else [sentinel, self._messages], timeout_s)
        messages = self._read()
        if ended and self.outcome is None:
            self.outcome = self._death()
        return messages

    def rss_bytes(self) -> int:
        """Resident memory of the function and all its descendants; 0 once it has ended."""
        total = 0
        with suppress(psutil.NoSuchProcess):
            for process in psutil.Process(self.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    total += process.memory_info().rss
        return total

    def stop(self, grace_s: float = 0.5) -> None:
        """End the function and everything it started: SIGTERM, then SIGKILL after `grace_s`.

        Returns when they are gone, at once if they are already. `poll` then tells the outcome.
        """
        for request, patience_s in (
            (signal.SIGTERM, grace_s),
            (signal.SIGINT, GONE_WITHIN_S),
            (signal.SIGKILL, GONE_WITHIN_S),
        ):
            if self._signal_guard(request):
                wait([self._process.sentinel], patience_s)

    def close(self) -> None:
        """Stop at once if still running, and give back the descriptors."""
        if not self._closed:
            self.stop(grace_s=0)
            self._closed = True
            self._messages.close()
            with _LOCK, suppress(ValueError):  # not gone after all: unkillable in the kernel
                self._process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self) -> list[Message]:
        messages: list[Message] = []
        try:
            while self.outcome is None and not self._silent and self._messages.poll():
                frame = json.loads(self._messages.recv_bytes(MAX_MESSAGE_BYTES))
                if "sent" in frame:
                    messages.append(frame["sent"])
                elif "finished" in frame:
                    self.outcome = Finished(frame["finished"])
                else:
                    self.outcome = Failed(**frame["failed"])
        except (EOFError, OSError):  # ended, perhaps in the middle of a message
            self._silent = True
        return messages

    def _death(self) -> Died:
        with _LOCK:
            code = self._process.exitcode
        if code is not None and code < 0:
            return Died(exit_code=None, signal=-code)
        return Died(exit_code=code, signal=None)

    def _signal_guard(self, request: signal.Signals) -> bool:
        """Whether there was still a guard to send `request` to."""
        with _LOCK:
            if self._closed or self._process.exitcode is not None:
                return False
            with suppress(ProcessLookupError):
                os.kill(self.pid, request)
            return True


def _fork(preload: Sequence[str], target: Callable[..., None], args: tuple[Any, ...]) -> BaseProcess:
    for attempt in range(1, FORK_ATTEMPTS + 1):
        _ensure_server(preload)
        process = _CONTEXT.Process(target=target, args=args)
        try:
            process.start()
        except (ConnectionError, EOFError):  # the server was killed, so lately that it still seems to live
            if attempt == FORK_ATTEMPTS:
                raise
            time.sleep(0.1)
        else:
            break
    return process


def _nothing() -> None:
    """What a process does that is only asked whether it could be made."""


_LIVE: WeakSet[Child] = WeakSet()


@atexit.register
def _stop_all() -> None:
    # multiprocessing joins its children when the interpreter ends: one that still runs would hold it.
    for child in list(_LIVE):
        child.close()
