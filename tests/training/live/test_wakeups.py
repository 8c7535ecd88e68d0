"""Wake-ups by a Redis of the test's own, which it can end."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway

from tests import factories
from training import journal
from training.live import hub, wakeups

NEVER_S = 3_600.0


class Server:
    """A Redis that can be ended and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while not self._answers():
            assert self.process.poll() is None

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _answers(self) -> bool:
        try:
            return bool(Redis.from_url(self.url).ping())
        except RedisAway:
            return False

    @contextmanager
    def running(self) -> Iterator["Server"]:
        self.start()
        try:
            yield self
        finally:
            self.end()


@pytest.fixture
def redis(tmp_path, settings, monkeypatch) -> Iterator[Server]:
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server here")
    monkeypatch.setattr(hub, "SAFETY_S", NEVER_S)
    monkeypatch.setattr(wakeups, "SILENT_S", 0.0)
    monkeypatch.setattr(wakeups, "PATIENCE_S", 60.0)
    with Server(tmp_path).running() as server:
        settings.REDIS_URL = server.url
        yield server


@pytest.fixture
def socket_of_ada(redis, live):
    """A socket that follows a job, and the job."""
    person = factories.a_person("ada")
    job = factories.a_job(person)
    with live.socket_of(person) as opened:
        opened.say("subscribe_job", job_id=job.pk)
        yield opened, job


def write(job, word):
    journal.append(job.pk, [("log", {"message": word})])


def test_what_is_written_wakes_those_who_follow(socket_of_ada, monkeypatch):
    monkeypatch.setattr(hub, "POLL_S", NEVER_S)
    socket, job = socket_of_ada

    for number, word in enumerate("abcde", start=1):
        write(job, word)
        assert socket.words(1) == [(number, word)]


def test_without_redis_looks_find_it_and_with_it_again_rings_do(socket_of_ada, redis, monkeypatch):
    socket, job = socket_of_ada
    write(job, "a")
    assert socket.words(1) == [(1, "a")]

    redis.end()
    write(job, "b")
    assert socket.words(1) == [(2, "b")]

    redis.start()
    write(job, "c")
    assert socket.words(1) == [(3, "c")]
    while not Redis.from_url(redis.url).pubsub_numsub(wakeups.channel(redis.url))[0][1]:
        pass
    monkeypatch.setattr(hub, "POLL_S", NEVER_S)
    write(job, "d")
    assert socket.words(1) == [(4, "d")]


def test_a_write_that_is_undone_wakes_nobody_and_no_redis_hinders_no_write(settings, person, monkeypatch):
    monkeypatch.setattr(wakeups, "_silent_until", 0.0)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    job = factories.a_job(person)

    write(job, "a")
    wakeups._ring(job.pk)

    assert job.events.count() == 1
    assert wakeups._silent_until > 0


def test_installations_on_one_server_have_channels_of_their_own():
    channels = {wakeups.channel(f"redis://localhost:6379{path}") for path in ("", "/0", "/3")}

    assert channels == {"mlplatform:0:journals", "mlplatform:3:journals"}
