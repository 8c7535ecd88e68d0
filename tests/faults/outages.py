"""Parts that go away and come back: the broker, the database."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from tests.faults.registry import NotHere, fault
from tests.faults.scene import Scene, a_scene, check_end, eventually

POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@fault("F4", "the broker stops; train, predict, sign in, open pages; it comes back",
       "201 in 3 s, pages and predictions work, the job ends; then all is well again")  # fmt: skip
def stop_the_broker(scene: Scene) -> str:
    if scene.product.broker == "filesystem://":
        return _without_broker(scene, _Folder(scene.product.data_dir / "broker" / "queue"))
    with _Redis() as redis, a_scene_on_redis(redis.url) as own:
        seen = _without_broker(own, redis)
        check_end(own)
    return seen


@fault("F4-flush", "everything in the broker is lost in the middle of a run", "what is queued and running still ends")
def empty_the_broker(scene: Scene) -> str:
    if scene.product.broker == "filesystem://":
        raise NotHere("the folder of the embedded default has no such command")
    with _Redis() as redis, a_scene_on_redis(redis.url) as own:
        jobs = [own.start_quick() for _ in range(6)]
        redis.command("flushall")
        states = {own.ended(job)["state"] for job in jobs}
        check_end(own)
    assert states == {"succeeded"}, states
    return "6 of 6 succeeded"


class _Folder:
    """The broker of the embedded default: away while its folder is."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._away = folder, folder.with_name("queue-away")

    def stop(self) -> None:
        self._folder.rename(self._away)

    def start(self) -> None:
        self._folder.mkdir(exist_ok=True)
        shutil.rmtree(self._away)


class _Redis:
    """A Redis of its own on a free port."""

    def __enter__(self) -> "_Redis":
        self._folder = tempfile.TemporaryDirectory(prefix="faults-redis-")
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._folder.cleanup()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self._port), "--dir", self._folder.name, "--save", ""]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        eventually(lambda: _listens(self._port), "Redis listens", within_s=10)

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)

    def command(self, *words: str) -> None:
        subprocess.run(["redis-cli", "-p", str(self._port), *words], check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def a_scene_on_redis(url: str) -> Iterator[Scene]:
    """A product of its own whose broker may be stopped."""
    with a_scene(REDIS_URL=url) as scene:
        scene.product.broker = url
        yield scene


def _without_broker(scene: Scene, broker: "_Folder | _Redis") -> str:
    person = scene.person
    model = scene.ended(scene.start_quick())["model"]
    broker.stop()
    try:
        started = time.monotonic()
        job = scene.start_quick()
        asked_s = time.monotonic() - started
        row = {"features": {"length": 4.2, "width": 2.5, "colour": "red"}}
        status, answer = person.ask("POST", f"models/{model}/predict", row)
        assert status == 200, answer
        seen = {path: _status(scene, path) for path in ("live", "ready", "health", "sign-in")}
        seen |= {path: person.ask("GET", path)[0] for path in ("projects", "datasets", "training/jobs", "models")}
        assert set(seen.values()) == {200}, seen
        scene.pause(10)
        meanwhile = person.got(f"training/{job}")["state"]
    finally:
        broker.start()
    back = time.monotonic()
    ended = scene.ended(job, within_s=60)
    after_s = time.monotonic() - back
    assert asked_s < 3, f"the answer took {asked_s:.1f} s"
    assert ended["state"] == "succeeded", ended
    scene.works()
    eventually(scene.product.is_well, "/health is ok again", within_s=60)
    return f"201 in {asked_s:.1f} s; all 200; {meanwhile} without the broker, ended {after_s:.0f} s after its return"


def _status(scene: Scene, path: str) -> int:
    with urlopen(f"{scene.product.url}/{path}", timeout=10) as answer:
        return int(answer.status)


@fault("F5", "the database restarts at once, twice, under requests and in the middle of a training",
       "server errors for 5 s at most; the job ends; no half charge")  # fmt: skip
def restart_the_database(scene: Scene) -> str:
    if scene.product.broker == "filesystem://":
        raise NotHere("the embedded default has no database server")
    if not POSTGRES:
        raise NotHere("no PostgreSQL server is installed here")
    with _Postgres() as postgres, a_scene(DATABASE_URL=postgres.url) as own:
        job, _ = own.begun_long(trees=150)
        before = own.person.credits
        with _asking(own) as answers:
            for _ in range(2):
                own.pause(3)
                postgres.restart()
            own.pause(8)
        ended = own.ended(job, within_s=180)
        assert ended["state"] == "succeeded", ended
        outages = _outages(answers)
        assert max(outages) <= 5, outages
        own.works()
        assert own.person.credits == before - 1
        check_end(own)
    counts = Counter(status for _, status in answers)
    return f"{dict(counts)}, longest outage {max(outages):.1f} s, succeeded at attempt {ended['attempt']}"


@contextlib.contextmanager
def _asking(scene: Scene) -> Iterator[list[tuple[float, int]]]:
    """Ask 20 times a second; the moment and status of each answer, 0 for none."""
    answers: list[tuple[float, int]] = []
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.1):
            try:
                status = scene.person.ask("GET", "training/jobs")[0]
            except (URLError, OSError, ValueError):
                status = 0
            answers.append((time.monotonic(), status))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    yield answers
    over.set()
    for thread in threads:
        thread.join(60)


def _outages(answers: list[tuple[float, int]]) -> list[float]:
    """How long, each time, nothing but errors came; 0 where none did."""
    found, since = [0.0], None
    for moment, status in sorted(answers):
        if status == 200:
            since = None
        else:
            since = moment if since is None else since
            found.append(moment - since)
    return found


class _Postgres:
    """A PostgreSQL of its own on a free port; run as nobody special where we are root, whom it refuses."""

    def __enter__(self) -> "_Postgres":
        self._folder = Path(tempfile.mkdtemp(prefix="faults-postgres-"))
        self._port = free_port()
        self._as: list[str] = []
        if psutil.Process().uids().real == 0:
            shutil.chown(self._folder, "postgres", "postgres")
            self._as = ["runuser", "-u", "postgres", "--"]
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self._control("start")
        self.url = f"postgres://postgres@127.0.0.1:{self._port}/postgres"
        return self

    def __exit__(self, *_: object) -> None:
        self._control("stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def restart(self) -> None:
        """As after a crash: without a word to those connected."""
        self._control("restart")

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _control(self, action: str) -> None:
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        stop = [] if action == "start" else ["-m", "immediate"]
        log = str(self._folder / "log")
        self._run("pg_ctl", action, "-w", "-D", str(self._data), "-l", log, *stop, "-o", options)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(POSTGRES[-1] / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
