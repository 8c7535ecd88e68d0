"""The child's side of `core.processes`: a guard, and below it the function it watches.

The guard is plain Python that only waits, so it answers when the function is deep in C code that holds the
interpreter: it ends the function's whole group when told to, when the worker is gone, and once the function
has ended. The kernel ends the function if the guard is killed (PR_SET_PDEATHSIG).
"""

import ctypes
import json
import multiprocessing
import os
import pkgutil
import resource
import select
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, cast

from threadpoolctl import threadpool_limits

Message = dict[str, Any]
Send = Callable[[Message], None]

PR_SET_PDEATHSIG = 1
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_LIBC = ctypes.CDLL(None)


@dataclass(frozen=True)
class Limits:
    """What a child may use: private memory in bytes (RLIMIT_DATA), and threads of each numeric library."""

    data_bytes: int | None = None
    threads: int | None = None

    def apply(self) -> None:
        if self.data_bytes is not None:
            resource.setrlimit(resource.RLIMIT_DATA, (self.data_bytes, self.data_bytes))
        if self.threads is not None:
            os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(self.threads)))
            threadpool_limits(self.threads)


NO_LIMITS = Limits()


def guard(sender: "Connection[Any, Any]", call: str, limits: Limits) -> NoReturn:
    """Start the function, wait for its end or the worker's, leave nothing of its group, end as it ended."""
    worker = cast("BaseProcess", multiprocessing.parent_process())
    os.setpgid(0, 0)  # out of the reach of what is sent to the worker's group
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    me = os.getpid()
    function = os.fork()
    if function == 0:
        _run(sender, call, limits, me)
    sender.close()
    _lead_group(function)

    def ask(signum: int, frame: FrameType | None) -> None:
        _signal_group(function, signal.SIGTERM)

    def end(signum: int, frame: FrameType | None) -> None:
        _signal_group(function, signal.SIGKILL)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, end)
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGINT)  # without the fork server the worker believes us dead
    signal.pthread_sigmask(signal.SIG_SETMASK, ())

    select.select([worker.sentinel, os.pidfd_open(function)], [], [])
    _signal_group(function, signal.SIGKILL)
    _, status = os.waitpid(function, 0)
    _end_like(os.waitstatus_to_exitcode(status))


def _end_like(code: int) -> NoReturn:
    if code < 0:
        with suppress(OSError, ValueError):  # SIGKILL needs no handler and takes none
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def _run(sender: "Connection[Any, Any]", call: str, limits: Limits, parent: int) -> NoReturn:
    _lead_group(0)
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    for request in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(request, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    with suppress(OSError):  # when memory runs out the kernel shall choose this one, not the worker
        Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")
    code = 1
    try:
        sender.send_bytes(_answer(sender, call, limits))
        code = 0
    except BaseException:  # noqa: BLE001 -- the last frame of the process: it must reach os._exit
        traceback.print_exc()
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        # Not sys.exit: threads and exit handlers of libraries could hold a process whose answer is given.
        os._exit(code)


def _answer(sender: "Connection[Any, Any]", call: str, limits: Limits) -> bytes:
    lock = threading.Lock()

    def send(message: Message) -> None:
        frame = _frame("sent", message)
        with lock:
            sender.send_bytes(frame)

    try:
        limits.apply()
        target, kwargs = json.loads(call)
        return _frame("finished", pkgutil.resolve_name(target)(send, **kwargs))
    except BaseException as error:  # noqa: BLE001 -- also SystemExit: whatever ended the function is its outcome
        detail = getattr(error, "detail", None)
        failed = {
            "type": type(error).__name__,
            "message": str(error if detail is None else detail),
            "expected": detail is not None,
            "traceback": "".join(traceback.format_exception(error)),
        }
        return _frame("failed", failed)


def _frame(kind: str, content: Any) -> bytes:
    return json.dumps({kind: content}, allow_nan=False).encode()


def _lead_group(pid: int) -> None:
    # Called on both sides of the fork, so that the group exists whichever runs first.
    with suppress(OSError):
        os.setpgid(pid, pid)


def _signal_group(leader: int, request: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, request)
