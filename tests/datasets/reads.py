"""What a reading's child process may come to: named by tests in place of `datasets.child:read`."""

import errno
import os
import signal
import time
from typing import Any

from core.processes import Send


def wait_for_ever(send: Send, **_: Any) -> None:
    send({"stage": "reading", "done": 412, "total": 1000, "unit": "bytes"})
    while True:
        time.sleep(60)


def be_killed(send: Send, **_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail_unexpectedly(send: Send, **_: Any) -> None:
    raise ZeroDivisionError("a bug in a library")


def run_out_of_memory(send: Send, **_: Any) -> None:
    raise MemoryError


def take_memory(send: Send, **_: Any) -> None:
    taken = b"x" * 420 * 1024**2
    wait_for_ever(send, taken=taken)


def find_the_disk_full(send: Send, **kwargs: Any) -> dict[str, Any]:
    from datasets import child  # noqa: PLC0415 -- slow import, which the others do without

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    child.read_table = refuse  # type: ignore[assignment]  # a process of its own, which ends with this
    return child.read(send, **kwargs)
