"""Start a few programs and keep them running until told to stop; nothing of them outlives this process.

A process of its own, `python -m mlplatform.supervisor`, so that what prepared the start does not stay in memory.
One thread does everything, for the kernel ends a child (PR_SET_PDEATHSIG) with the *thread* that made it.
Linux only.
"""

import ctypes
import errno
import http.client
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from types import FrameType
from typing import NoReturn, Self, TextIO

TICK_S = 0.1
FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0
STEADY_AFTER_S = 10.0  # up for so long, the next failure counts as the first again
GRACE_S = 10.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
COLOURS = (36, 35, 33, 34)
PR_SET_PDEATHSIG = 1

_LIBC = ctypes.CDLL(None)


@dataclass(frozen=True)
class Program:
    """A command to keep running, and what it finds in its environment beside ours."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What to keep running; once /live answers on `host` and `port`, the address is shown."""

    programs: Sequence[Program]
    host: str = ""
    port: int = 0
    grace_s: float = GRACE_S

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        content = json.loads(text)
        return cls(**content | {"programs": [Program(**program) for program in content["programs"]]})


@dataclass
class _Running:
    """One program's life: its process, or when to start the next one."""

    program: Program
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    start_at: float = 0.0
    failures: int = 0


@dataclass
class _Output:
    """What one process writes, cut into lines."""

    name: str
    rest: bytes = b""

    def lines(self, chunk: bytes) -> list[str]:
        """The lines that `chunk` completes; an empty one is the end and completes the last."""
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        if not chunk and self.rest:
            lines.append(self.rest)
        return [line.decode(errors="replace") for line in lines]


class Supervisor:
    """Keeps the programs of `plan` running, and tells on `out` what they write and what becomes of them."""

    def __init__(self, plan: Plan, *, out: TextIO = sys.stdout) -> None:
        self._plan = plan
        self._running = [_Running(program) for program in plan.programs]
        self._out = out
        self._announced = not plan.port
        self._asked = 0  # how often we were told to stop
        self._selector = selectors.DefaultSelector()
        names = ["up", *(program.name for program in plan.programs)]
        width = max(map(len, names))
        self._prefixes = {
            name: self._coloured(f"{name:<{width}} |", 32 if name == "up" else COLOURS[index % len(COLOURS)])
            for index, name in enumerate(names, start=-1)
        }

    def run(self) -> None:
        """Return once stopped by SIGINT or SIGTERM and every program is gone; a second signal hurries it."""
        handlers = {number: signal.signal(number, self._told) for number in STOP_SIGNALS}
        try:
            while not self._asked:
                self._start_what_is_due()
                self._forward_output(TICK_S)
                self._notice_ends()
                self._announce()
            self._stop()
        finally:
            for running in self._running:
                self._signal(running, signal.SIGKILL)
            self._selector.close()
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def _told(self, number: int, frame: FrameType | None) -> None:
        self._asked += 1

    def _start_what_is_due(self) -> None:
        now = time.monotonic()
        for running in self._running:
            if running.process is None and now >= running.start_at:
                running.started_at = now
                running.process = process = subprocess.Popen(
                    running.program.command,
                    env={**os.environ, "PYTHONUNBUFFERED": "1", **running.program.environment},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=_end_with(os.getpid()),  # noqa: PLW1509 -- one thread only, see above
                )
                if process.stdout is not None:
                    output = _Output(running.program.name)
                    self._selector.register(process.stdout, selectors.EVENT_READ, output)

    def _forward_output(self, timeout_s: float) -> bool:
        """Whether there was any within `timeout_s`."""
        if not self._selector.get_map():
            time.sleep(timeout_s)
            return False
        ready = self._selector.select(timeout_s)
        for key, _ in ready:
            chunk = os.read(key.fd, 65_536)
            if not chunk:
                self._selector.unregister(key.fileobj)
            for line in key.data.lines(chunk):
                self._say(key.data.name, line)
        return bool(ready)

    def _notice_ends(self) -> None:
        now = time.monotonic()
        for running in self._running:
            if running.process is None or not _has_ended(running.process.pid):
                continue
            self._signal(running, signal.SIGKILL)  # what it had started, while the number is still its own
            code = running.process.wait()
            running.process = None
            if now - running.started_at >= STEADY_AFTER_S:
                running.failures = 0
            delay_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2**running.failures)
            running.failures += 1
            running.start_at = now + delay_s
            if not self._asked:
                self._say("up", f"{running.program.name} ended ({_in_words(code)}); again in {delay_s:g} s")

    def _announce(self) -> None:
        host, port = self._plan.host, self._plan.port
        if not self._announced and is_live(host, port):
            self._announced = True
            self._say("up", f"ready: open http://{f'[{host}]' if ':' in host else host}:{port}")

    def _stop(self) -> None:
        self._say("up", "stopping; once more to stop at once")
        deadline = time.monotonic() + self._plan.grace_s
        for running in self._running:
            self._signal(running, signal.SIGTERM)
        while any(running.process for running in self._running):
            if self._asked > 1 or time.monotonic() >= deadline:
                for running in self._running:
                    self._signal(running, signal.SIGKILL)
            self._forward_output(TICK_S)
            self._notice_ends()
        while self._forward_output(0):
            pass

    def _signal(self, running: _Running, number: signal.Signals) -> None:
        if running.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(running.process.pid, number)

    def _say(self, name: str, line: str) -> None:
        with suppress(OSError):  # a reader that went away is no reason to stop serving
            self._out.write(f"{self._prefixes[name]} {line}\n")
            self._out.flush()

    def _coloured(self, text: str, colour: int) -> str:
        if self._out.isatty() and "NO_COLOR" not in os.environ:
            return f"\x1b[{colour}m{text}\x1b[0m"
        return text


def _end_with(parent: int) -> Callable[[], None]:
    def tie() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return tie


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _in_words(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def address_problem(host: str, port: int) -> str | None:
    """Why nothing can listen there, in words for the operator; None when it can."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the web server does
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} on {host} is taken by another program: stop that, or choose another PORT."
        if error.errno == errno.EACCES:
            return f"Port {port} needs privileges this user does not have: choose a PORT above 1023."
        return f"Nothing can listen on {host}, port {port}: {error.strerror or error}. Check HOST and PORT."
    return None


def is_live(host: str, port: int) -> bool:
    """Whether /live answers within a second, and with no server error (a redirect to HTTPS is an answer)."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- compared, not bound
    connection = http.client.HTTPConnection(here, port, timeout=1)
    try:
        connection.request("GET", "/live", headers={"Host": "localhost"})
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def supervise(plan: Plan) -> NoReturn:
    """Become the supervisor of `plan`: this process goes on as that and nothing else."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", __name__, plan.to_json()])  # noqa: S606 -- ourselves


if __name__ == "__main__":
    Supervisor(Plan.from_json(sys.argv[1])).run()
