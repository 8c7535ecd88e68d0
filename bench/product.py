"""The real product, started for a benchmark in a folder of its own, and a client of its API."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_S = 60


class Client:
    """Somebody signed up at a running product."""

    def __init__(self, url: str, **account: str) -> None:
        self.url = url
        name = f"bench-{uuid.uuid4().hex[:8]}"
        body = {"email": f"{name}@example.org", "username": name, "password": uuid.uuid4().hex, **account}
        self.password: str = body["password"]
        self.token = ""
        self.token = self.call("POST", "/api/auth/register", body)["access"]
        self.project: str = self.call("GET", "/api/projects")["results"][0]["id"]

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        return self._send(method, path, data, "application/json")

    def upload(self, file: Path) -> dict[str, Any]:
        """Upload a table and wait until it is read; returns the dataset."""
        edge = uuid.uuid4().hex
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="project"\r\n\r\n{self.project}\r\n'.encode(),
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'.encode(),
            file.read_bytes(),
            f"\r\n--{edge}--\r\n".encode(),
        ]
        made = self._send("POST", "/api/datasets/upload", b"".join(parts), f"multipart/form-data; boundary={edge}")
        while made["status"] == "processing":
            time.sleep(0.1)
            made = self.call("GET", f"/api/datasets/{made['id']}")
        return dict(made)

    def train(self, wish: dict[str, Any]) -> tuple[float, dict[str, Any]]:
        """Train and wait for the end; returns the seconds a caller waits, and the job."""
        started = time.perf_counter()
        job = self.call("POST", "/api/training", {"project": self.project, **wish})
        while job["state"] in ("queued", "running"):
            time.sleep(0.05)
            job = self.call("GET", f"/api/training/{job['id']}")
        if job["state"] != "succeeded":
            raise RuntimeError(job["error"])
        return time.perf_counter() - started, job

    def _send(self, method: str, path: str, data: bytes | None, content_type: str) -> Any:
        headers = {"Content-Type": content_type}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=600) as response:
            return json.loads(response.read() or b"null")


@dataclass(frozen=True, slots=True)
class Running:
    """A running product: its address, and the environment in which its own commands find its database."""

    url: str
    environment: dict[str, str]

    def run(self, *command: str) -> str:
        """Run a Python module or script of ours beside it; returns what it prints."""
        line = [sys.executable, *command]
        return subprocess.run(
            line, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout


@contextmanager
def running(**settings: str) -> Iterator[Running]:
    """A product that runs for as long as the block does, with these settings beside its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        given = {"DATA_DIR": folder, "PORT": str(port), "CREDITS_AT_SIGN_UP": "1000"}
        environment = {**os.environ, **given, **settings}
        subprocess.run([sys.executable, "-m", "mlplatform.secrets"], cwd=ROOT, env=environment, check=True)
        silent = subprocess.DEVNULL
        command = [sys.executable, "manage.py", "up"]
        product = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=silent, stderr=silent)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_healthy(url)
            yield Running(url, environment)
        finally:
            product.terminate()
            product.wait(timeout=30)


def _wait_until_healthy(url: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as response:
                if json.load(response)["status"] == "ok":
                    return
        except OSError:
            pass
        time.sleep(0.25)
    raise TimeoutError(f"the product did not become healthy within {READY_WITHIN_S} s")
