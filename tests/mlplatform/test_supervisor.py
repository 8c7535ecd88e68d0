"""Real small programs under the supervisor: restarted, stopped, never orphaned. And the first secrets."""

import http.server
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import environ
import psutil
import pytest

from mlplatform.secrets import ensure_secrets
from mlplatform.supervisor import Plan, Program, address_problem, is_live
from tests.ending import is_gone, is_running

ROOT = Path(__file__).resolve().parents[2]
PATIENT = "import os, time; print('pid', os.getpid()); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + PATIENT
PARENT = "import subprocess, time; print('pid', subprocess.Popen(['sleep', '60']).pid); time.sleep(60)"
WEB = """
from http.server import HTTPServer, SimpleHTTPRequestHandler as Handler
HTTPServer(("127.0.0.1", {port}), Handler).serve_forever()
"""
FAILING = "print('failing'); raise SystemExit(3)"


class Watched:
    """A supervisor in a process of its own, and what it has printed so far."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(line.rstrip() for line in iter(self.process.stdout.readline, ""))

    def wait_for(self, text: str, times: int = 1) -> list[str]:
        """The lines with `text`, once there are so many."""
        assert until(lambda: sum(text in line for line in list(self.lines)) >= times), self.lines
        return [line for line in list(self.lines) if text in line]

    def pids(self, count: int = 1) -> list[int]:
        return [int(line.split()[-1]) for line in self.wait_for(" pid ", count)]

    def tell(self, request: signal.Signals) -> None:
        self.process.send_signal(request)

    def end(self) -> int:
        code = self.process.wait(timeout=30)
        self._reader.join(timeout=30)
        return code


@contextmanager
def supervised(*, port: int = 0, grace_s: float = 5, **programs: str) -> Iterator[Watched]:
    commands = [Program(name, (sys.executable, "-c", code)) for name, code in programs.items()]
    process = subprocess.Popen(
        [sys.executable, "-m", "mlplatform.supervisor", Plan(commands, "127.0.0.1", port, grace_s).to_json()],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Watched(process)
    finally:
        process.kill()
        process.wait()


def until(is_so: Callable[[], bool], within_s: float = 30) -> bool:
    deadline = time.monotonic() + within_s
    while not (seen := is_so()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return seen


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def are_gone(pids: list[int]) -> bool:
    return all(is_gone(pid) for pid in pids)


def test_output_is_forwarded_with_the_program_name():
    with supervised(web="print('one'); print('two')", worker="print('three', end='')") as watched:
        by_web, by_worker = watched.wait_for("web    |", 2), watched.wait_for("worker |")

    assert (by_web[:2], by_worker[0]) == (["web    | one", "web    | two"], "worker | three")


def test_address_is_told_once_when_the_web_answers():
    port = free_port()

    with supervised(web=WEB.format(port=port), port=port) as watched:
        ready = watched.wait_for("ready")
        time.sleep(0.5)

        assert ready == watched.wait_for("ready") == [f"up  | ready: open http://127.0.0.1:{port}"]


def test_ended_program_is_started_again_after_ever_longer_delays():
    with supervised(web=FAILING) as watched:
        ends = watched.wait_for("ended", 3)

    assert ends[:3] == [f"up  | web ended (exit code 3); again in {delay} s" for delay in ("0.5", "1", "2")]


def test_killed_program_comes_back_and_the_others_stay():
    with supervised(web=PATIENT, worker=PATIENT) as watched:
        first, second = watched.pids(2)

        os.kill(first, signal.SIGKILL)
        third = watched.pids(3)[2]

        assert "(SIGKILL)" in watched.wait_for("ended")[0]
        assert is_running(second)
        assert is_running(third)


def test_what_a_killed_program_had_started_is_ended():
    with supervised(web=PARENT) as watched:
        (grandchild,) = watched.pids()

        psutil.Process(grandchild).parent().kill()

        assert are_gone([grandchild])


@pytest.mark.parametrize("request_", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_ends_every_program_and_its_children(request_):
    with supervised(web=PATIENT, worker=PARENT) as watched:
        pids = watched.pids(2)

        watched.tell(request_)

        assert watched.end() == 0
        assert are_gone(pids)


def test_program_that_ignores_the_request_is_killed_after_the_grace():
    with supervised(web=STUBBORN, grace_s=0.5) as watched:
        pids = watched.pids()
        begun = time.monotonic()

        watched.tell(signal.SIGTERM)

        assert watched.end() == 0
        assert time.monotonic() - begun >= 0.5
        assert are_gone(pids)


def test_second_signal_is_immediate():
    with supervised(web=STUBBORN, grace_s=60) as watched:
        pids = watched.pids()
        watched.tell(signal.SIGINT)
        watched.wait_for("stopping")

        watched.tell(signal.SIGINT)

        assert watched.end() == 0
        assert are_gone(pids)


def test_killed_supervisor_orphans_nothing():
    with supervised(web=PATIENT, worker=STUBBORN) as watched:
        pids = watched.pids(2)

        watched.tell(signal.SIGKILL)

        assert watched.end() == -signal.SIGKILL
        assert are_gone(pids)


def test_taken_port_is_told_before_anything_starts():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        problem = address_problem("127.0.0.1", port)

    assert problem == f"Port {port} on 127.0.0.1 is taken by another program: stop that, or choose another PORT."
    assert address_problem("127.0.0.1", port) is None


def test_unknown_host_is_told():
    assert "Check HOST and PORT." in (address_problem("no.such.host.invalid", 8000) or "")


@pytest.mark.parametrize(("status", "answer"), [(200, True), (301, True), (500, False)])
def test_live_is_an_answer_without_a_server_error(status, answer):
    class Web(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/live" else 500)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Web) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()

        assert is_live("0.0.0.0", server.server_port) is answer
    assert is_live("127.0.0.1", server.server_port) is False


def test_first_secrets_are_private_random_and_read_back(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.delenv("JWT_SIGNING_KEY", raising=False)

    path = ensure_secrets(tmp_path / "data", {})
    other = ensure_secrets(tmp_path / "other", {})
    environ.Env.read_env(path)

    assert path == tmp_path / "data" / "secrets.env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() != other.read_text()
    assert min(len(os.environ.pop("SECRET_KEY")), len(os.environ.pop("JWT_SIGNING_KEY"))) >= 64


def test_secrets_are_made_once_and_by_one_of_many(tmp_path):
    with ThreadPoolExecutor(16) as threads:
        seen = list(threads.map(lambda _: ensure_secrets(tmp_path, {}).read_text(), range(64)))

    assert len(set(seen)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.env"]


def test_secrets_of_the_environment_need_no_file(tmp_path):
    assert ensure_secrets(tmp_path, {"SECRET_KEY": "x", "JWT_SIGNING_KEY": "y"}) is None
    assert list(tmp_path.iterdir()) == []
