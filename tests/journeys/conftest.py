"""The product as people run it: its own processes, folder, database and port; and clients of it."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen

import psutil
import pytest
from celery import Celery
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"
START_S = 180
LEASE_S = 4
CLAIM = "taken-by-a-test"
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)

expect.set_options(timeout=20_000)  # five seconds, unless told, are few for a busy machine


def eventually(look: Callable[[], Any], what: str, within_s: float = 60) -> Any:
    """What `look` returns once that is true; fails naming `what` when it does not become so in time."""
    deadline = time.monotonic() + within_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(0.05)
    return found


@dataclass
class Product:
    """A running product."""

    url: str
    data_dir: Path
    broker: str
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def program(self, name: str) -> psutil.Process | None:
        """The process of "web", "worker" or "beat", if it runs just now."""
        mark = {"web": "uvicorn"}.get(name, name)
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if mark in child.cmdline():
                    return child
        return None

    def fits(self) -> list[psutil.Process]:
        """The processes that fit something: worker, fork server and guard stand above each."""
        worker = self.program("worker")
        with contextlib.suppress(psutil.NoSuchProcess):
            guards = [guard for server in worker.children() for guard in server.children()] if worker else []
            return [fit for guard in guards for fit in guard.children()]
        return []

    def processes(self) -> list[psutil.Process]:
        """The supervisor and all below it."""
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def ring(self, job: str, times: int) -> None:
        """Deliver a job's message so many times more."""
        queue = str(self.data_dir / "broker" / "queue")
        folders = {"data_folder_in": queue, "data_folder_out": queue, "control_folder": queue}
        with Celery(broker=self.broker, set_as_current=False) as app:
            app.conf.broker_transport_options = folders if self.broker == "filesystem://" else {}
            for _ in range(times):
                app.send_task("training.tasks.run_training", args=[job])

    def is_well(self) -> bool:
        """Whether web, worker and beat all say so."""
        try:
            with urlopen(f"{self.url}/health", timeout=5) as answer:
                return bool(json.load(answer)["status"] == "ok")
        except OSError:
            return False

    def stop(self) -> None:
        """End it as ctrl-C does; what is left after 15 s is killed."""
        if self.process.poll() is None:
            family = self.processes()
            self.process.send_signal(signal.SIGTERM)
            for left in psutil.wait_procs(family, timeout=15)[1]:
                left.kill()
        self.process.wait(5)


@dataclass
class Person:
    """Somebody with an account and a token, as a program of theirs would act."""

    product: Product
    email: str
    token: str
    project: str = ""

    def ask(
        self, method: str, path: str, body: Any = None, *, form: tuple[bytes, str] | None = None
    ) -> tuple[int, Any]:
        """Status and JSON of one call of the API."""
        data, kind = form or (None if body is None else json.dumps(body).encode(), "application/json")
        headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        request = Request(f"{self.product.url}/api/{path}", data, headers, method=method)
        try:
            with urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except HTTPError as error:
            return error.code, json.load(error)

    def got(self, path: str) -> Any:
        status, answer = self.ask("GET", path)
        assert status == 200, answer
        return answer

    def made(self, path: str, body: Any) -> Any:
        status, answer = self.ask("POST", path, body)
        assert status in (200, 201, 202), answer
        return answer

    def upload(self, content: bytes, filename: str) -> str:
        """The id of the dataset made of the file, once it has been read."""
        mark = uuid.uuid4().hex
        head = f'--{mark}\r\nContent-Disposition: form-data; name="project"\r\n\r\n{self.project}\r\n--{mark}\r\n'
        head += f'Content-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n'
        form = head.encode() + content + f"\r\n--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"
        status, dataset = self.ask("POST", "datasets/upload", form=form)
        assert status in (201, 202), dataset
        self.until(f"datasets/{dataset['id']}", "status", "ready", "failed")
        return str(dataset["id"])

    def train(self, dataset: str, **wish: Any) -> dict[str, Any]:
        """The job just started."""
        body = {"project": self.project, "dataset": dataset, **wish}
        return dict(self.made("training", body))

    def until(self, path: str, key: str, *values: str, within_s: float = 60) -> dict[str, Any]:
        """The thing at `path` once its `key` is one of the values."""
        seen: dict[str, Any] = {}

        def look() -> bool:
            seen.update(self.got(path))
            return seen[key] in values

        eventually(look, f"{path} {key} in {values}, but {seen}", within_s)
        return seen

    def ended(self, job: str, within_s: float = 60) -> dict[str, Any]:
        return self.until(f"training/{job}", "state", "succeeded", "failed", "cancelled", within_s=within_s)

    @property
    def credits(self) -> int:
        return int(self.got("credits")["balance"])

    def sign_in(self, page: Page) -> None:
        page.goto(f"{self.product.url}/sign-in")
        page.get_by_label("Email").fill(self.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/projects/*")


def a_newcomer(product: Product) -> Person:
    """A new account with the credits everybody starts with."""
    name = f"p{uuid.uuid4().hex[:10]}"
    person = Person(product, f"{name}@example.org", "")
    account = person.made("auth/register", {"email": person.email, "username": name, "password": PASSWORD})
    person.token = account["access"]
    person.project = person.got("projects")["results"][0]["id"]
    return person


@contextlib.contextmanager
def running(folder: Path, **settings: str) -> Iterator[Product]:
    """A product of its own in `folder`, healthy; ended and cleared away afterwards."""
    with contextlib.ExitStack() as stack:
        given = {"DATA_DIR": str(folder), "TRAINING_LEASE_S": str(LEASE_S), **settings}
        if url := os.environ.get("DATABASE_URL"):
            given["DATABASE_URL"] = stack.enter_context(_scratch_database(url))
        if url := os.environ.get("REDIS_URL"):
            given["REDIS_URL"] = stack.enter_context(_scratch_redis(url))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONDONTWRITEBYTECODE") if name in os.environ
        }
        environment = {**kept, **given, "PORT": str(port)}
        subprocess.run([sys.executable, "-m", "mlplatform.secrets"], cwd=ROOT, env=environment, check=True)
        log = folder / "up.log"
        command = [sys.executable, "manage.py", "up"]
        with log.open("wb") as out:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        product = Product(f"http://127.0.0.1:{port}", folder, given.get("REDIS_URL", "filesystem://"), process, log)
        stack.callback(product.stop)
        eventually(
            lambda: product.is_well() or process.poll() is not None, f"a healthy start; see {log}", within_s=START_S
        )
        assert process.poll() is None, log.read_text(encoding="utf-8")
        yield product


@contextlib.contextmanager
def _scratch_database(url: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database beside that of the suite."""
    import psycopg2  # noqa: PLC0415 -- only where the suite runs on PostgreSQL

    parts = urlsplit(url)
    name = f"test_{parts.path[1:]}_product_{uuid.uuid4().hex[:8]}"

    def administer(statement: str) -> None:
        with contextlib.closing(
            psycopg2.connect(urlunsplit(parts._replace(scheme="postgresql", path="/postgres")))
        ) as server:
            server.autocommit = True
            server.cursor().execute(statement)

    administer(f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        administer(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextlib.contextmanager
def _scratch_redis(url: str) -> Iterator[str]:
    """The address of a Redis database that nobody uses."""
    import redis  # noqa: PLC0415 -- only where the suite runs on Redis

    parts = urlsplit(url)
    addresses = [urlunsplit(parts._replace(path=f"/{number}")) for number in range(15, 0, -1)]
    # Claimed by a mark, not found empty: two products that share a broker take each other's messages.
    found = next(
        each for each in addresses if each != url and redis.Redis.from_url(each).set(CLAIM, 1, nx=True, ex=3600)
    )
    try:
        yield found
    finally:
        redis.Redis.from_url(found).flushdb()


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("product")) as product:
        yield product


@pytest.fixture
def another_product(tmp_path: Path) -> Iterator[Product]:
    """One for a test that leaves nothing of it."""
    with running(tmp_path) as product:
        yield product


@pytest.fixture
def newcomer(product: Product) -> Person:
    return a_newcomer(product)


@pytest.fixture
def a_person_of() -> Callable[[Product], Person]:
    return a_newcomer


# The plugin's own fixtures live as long as the session and so does their event loop, in which Django refuses queries.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no browser: apt-get install chromium")
    browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
    yield browser
    browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
