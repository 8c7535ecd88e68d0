"""Real child processes: how they answer, how they are stopped, and that none outlives its worker."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from core.processes import NO_LIMITS, Child, Died, Failed, Finished, Limits, Message, Outcome, Send
from tests.ending import is_gone

ROOT = Path(__file__).resolve().parents[2]


class PlainWords(Exception):
    """An error with a `detail` meant for people."""

    detail = "The target has one value only."


def say_then_return(send: Send, *, count: int) -> dict[str, int]:
    for number in range(count):
        send({"number": number})
    return {"count": count}


def send_much(send: Send) -> None:
    send({"text": "x" * 1_000_000})


def return_nan(send: Send) -> float:
    return float("nan")


def raise_plain_words(send: Send) -> None:
    raise PlainWords


def raise_value_error(send: Send) -> None:
    raise ValueError("a bug")


def leave(send: Send, *, code: int) -> None:
    os._exit(code)


def wait_for_ever(send: Send) -> None:
    send({"pid": os.getpid()})
    time.sleep(60)


def compute_in_c(send: Send) -> None:
    send({"pid": os.getpid()})
    numbers = np.random.default_rng(0).normal(size=(3_000, 3_000))
    np.linalg.svd(numbers)


def hold_the_interpreter(send: Send) -> None:
    send({"pid": os.getpid()})
    sum(range(10**12))  # one call into C that never lets go of the interpreter


def refuse_to_end(send: Send) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    send({"pid": os.getpid()})
    time.sleep(60)


def start_a_grandchild(send: Send) -> None:
    grandchild = subprocess.Popen(["sleep", "60"])
    send({"pid": grandchild.pid})
    time.sleep(60)


def leave_a_grandchild(send: Send) -> int:
    return subprocess.Popen(["sleep", "60"]).pid


def take_memory(send: Send, *, size_bytes: int) -> None:
    block = np.ones(size_bytes, dtype=np.uint8)
    send({"taken": len(block)})
    time.sleep(60)


def environment(send: Send) -> dict[str, str]:
    return {name: os.environ[name] for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}


def follow(child: Child, within_s: float = 60) -> tuple[list[Message], Outcome]:
    deadline = time.monotonic() + within_s
    messages: list[Message] = []
    while child.outcome is None and time.monotonic() < deadline:
        messages += child.poll(0.2)
    assert child.outcome is not None
    return messages, child.outcome


def first_message(child: Child) -> Message:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if messages := child.poll(0.2):
            return messages[0]
    raise AssertionError("the child sent nothing")


def start(target: Callable[..., Any], *, limits: Limits = NO_LIMITS, **kwargs: Any) -> Child:
    return Child.start(f"{__name__}:{target.__name__}", kwargs, preload=(__name__,), limits=limits)


def outcome_of(target: Callable[..., Any], **kwargs: Any) -> Outcome:
    with start(target, **kwargs) as child:
        return follow(child)[1]


def wait_until_stopped(pid: int) -> None:
    while psutil.Process(pid).status() != psutil.STATUS_STOPPED:
        time.sleep(0.01)


def test_child_hands_over_messages_in_order_then_the_result():
    with start(say_then_return, count=3) as child:
        messages, outcome = follow(child)

    assert messages == [{"number": 0}, {"number": 1}, {"number": 2}]
    assert outcome == Finished({"count": 3})


def test_child_sends_more_than_a_pipe_holds():
    with start(send_much) as child:
        messages, outcome = follow(child)

    assert [len(message["text"]) for message in messages] == [1_000_000]
    assert outcome == Finished(None)


def test_expected_error_is_told_in_its_own_words():
    outcome = outcome_of(raise_plain_words)

    assert isinstance(outcome, Failed)
    assert (outcome.type, outcome.message, outcome.expected) == (
        "PlainWords",
        "The target has one value only.",
        True,
    )


def test_unexpected_error_comes_with_a_traceback():
    outcome = outcome_of(raise_value_error)

    assert isinstance(outcome, Failed)
    assert (outcome.type, outcome.message, outcome.expected) == ("ValueError", "a bug", False)
    assert "in raise_value_error" in outcome.traceback


def test_result_that_is_not_json_is_a_failure():
    outcome = outcome_of(return_nan)

    assert isinstance(outcome, Failed)
    assert outcome.type == "ValueError"


def test_exit_without_an_answer_tells_the_code():
    assert outcome_of(leave, code=7) == Died(exit_code=7, signal=None)


def test_killed_child_tells_the_signal():
    with start(wait_for_ever) as child:
        os.kill(first_message(child)["pid"], signal.SIGKILL)
        _, outcome = follow(child)

    assert outcome == Died(exit_code=None, signal=signal.SIGKILL)
    assert str(outcome) == "SIGKILL"


def test_killed_guard_takes_the_function_with_it():
    with start(wait_for_ever) as child:
        pid = first_message(child)["pid"]
        os.kill(child.pid, signal.SIGKILL)
        _, outcome = follow(child)

    assert is_gone(pid)
    assert outcome == Died(exit_code=None, signal=signal.SIGKILL)


def test_killed_fork_server_ends_its_children_and_is_replaced():
    with start(wait_for_ever) as child:
        pid = first_message(child)["pid"]
        psutil.Process(child.pid).parent().kill()
        _, outcome = follow(child)

    assert is_gone(pid)
    assert isinstance(outcome, Died)
    assert outcome_of(say_then_return, count=1) == Finished({"count": 1})


@pytest.mark.parametrize("target", [wait_for_ever, compute_in_c, hold_the_interpreter, start_a_grandchild])
def test_stop_ends_whatever_runs_within_the_grace(target):
    with start(target) as child:
        pid = first_message(child)["pid"]
        time.sleep(0.2)
        assert psutil.pid_exists(pid)
        child.stop(grace_s=20)
        child.stop()
        _, outcome = follow(child)

    assert is_gone(pid)
    assert outcome == Died(exit_code=None, signal=signal.SIGTERM)  # after the grace it would be SIGKILL


def test_stop_kills_what_ignores_the_request():
    with start(refuse_to_end) as child:
        pid = first_message(child)["pid"]
        child.stop(grace_s=0.2)
        _, outcome = follow(child)

    assert is_gone(pid)
    assert outcome == Died(exit_code=None, signal=signal.SIGKILL)


def test_stop_before_the_child_has_begun():
    with start(wait_for_ever) as child:
        child.stop()
        _, outcome = follow(child)

    assert isinstance(outcome, Died)


def test_nothing_the_function_started_survives_its_return():
    outcome = outcome_of(leave_a_grandchild)

    assert isinstance(outcome, Finished)
    assert is_gone(outcome.result)


def test_leaving_the_block_stops_the_child():
    with start(wait_for_ever) as child:
        pid = first_message(child)["pid"]

    assert is_gone(pid)
    assert child.poll(1) == []


def test_rss_counts_what_the_function_holds():
    with start(take_memory, size_bytes=200 * 1024**2) as child:
        first_message(child)
        rss_bytes = child.rss_bytes()
        child.stop()

        assert 200 * 1024**2 < rss_bytes < 600 * 1024**2
        assert child.rss_bytes() == 0


def test_data_limit_is_a_memory_error_in_the_function():
    limits = Limits(data_bytes=1024**3)

    with start(take_memory, limits=limits, size_bytes=2 * 1024**3) as child:
        _, outcome = follow(child)

    assert isinstance(outcome, Failed)
    assert outcome.type.endswith("MemoryError")


def test_thread_limit_reaches_libraries_loaded_later():
    with start(environment, limits=Limits(threads=1)) as child:
        _, outcome = follow(child)

    assert outcome == Finished({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})


def test_children_of_many_threads_do_not_lose_each_other():
    outcomes: list[Outcome] = []

    def run() -> None:
        for count in range(5):
            outcomes.append(outcome_of(say_then_return, count=count))
            outcomes.append(outcome_of(leave, code=count + 1))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for count in range(5):
        assert outcomes.count(Finished({"count": count})) == 4
        assert outcomes.count(Died(exit_code=count + 1, signal=None)) == 4


def test_child_starts_quickly_once_the_server_runs():
    outcome_of(say_then_return, count=1)
    took_s = []

    for _ in range(5):
        begun = time.monotonic()
        outcome_of(say_then_return, count=1)
        took_s.append(time.monotonic() - begun)

    assert min(took_s) < 0.3


PREPARER = """
import time
from core.processes import prepare

begun = time.monotonic()
prepare(["slow"])
print(time.monotonic() - begun)
"""


def test_prepare_returns_once_the_libraries_are_imported(tmp_path):
    (tmp_path / "slow.py").write_text("import time; time.sleep(2)")
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"}

    took_s = float(subprocess.check_output([sys.executable, "-c", PREPARER], env=environment, cwd=tmp_path))

    assert took_s > 2


WORKER = """
import os, signal, sys, threading, time
from core.processes import Child
from tests.core import test_processes as here

def supervise():
    child = Child.start(f"{here.__name__}:{sys.argv[1]}", {})
    print(child.pid, here.first_message(child)["pid"], flush=True)
    time.sleep(60)

threading.Thread(target=supervise, daemon=True).start()
time.sleep(60)
"""


def start_worker(target: Callable[..., Any]) -> tuple["subprocess.Popen[str]", list[int]]:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, target.__name__],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert worker.stdout is not None
    return worker, [int(pid) for pid in worker.stdout.readline().split()]


@pytest.mark.parametrize("target", [wait_for_ever, hold_the_interpreter, start_a_grandchild])
def test_death_of_the_worker_ends_the_child(target):
    worker, pids = start_worker(target)
    others = psutil.Process(worker.pid).children(recursive=True)
    assert all(psutil.pid_exists(pid) for pid in pids)

    worker.kill()
    worker.wait()

    assert all(is_gone(pid) for pid in pids)
    assert all(is_gone(process.pid) for process in others)


def test_end_of_the_interpreter_is_not_held_by_a_child():
    worker, pids = start_worker(wait_for_ever)

    worker.send_signal(signal.SIGINT)

    assert worker.wait(timeout=30) != 0  # without a limit it would be held for ever
    assert all(is_gone(pid) for pid in pids)


def test_sigterm_for_the_worker_group_spares_the_child():
    worker, pids = start_worker(wait_for_ever)
    psutil.Process(worker.pid).suspend()  # stands for a worker that takes its time to end
    wait_until_stopped(worker.pid)

    os.killpg(worker.pid, signal.SIGTERM)
    time.sleep(0.3)

    assert all(psutil.pid_exists(pid) for pid in pids)
    worker.kill()
    worker.wait()
    assert all(is_gone(pid) for pid in pids)
