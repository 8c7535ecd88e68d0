"""Whether a process has ended."""

import time

import psutil


def is_gone(pid: int, within_s: float = 20) -> bool:
    """Whether the process ends within so long; one that only waits to be buried has ended."""
    deadline = time.monotonic() + within_s
    while is_running(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
