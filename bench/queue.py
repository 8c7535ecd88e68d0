"""500 short jobs of ten people for two workers: none lost, none run twice, every credit accounted for; and how fast.

On the embedded default; and on PostgreSQL and Redis too, where DATABASE_URL names a server to make a scratch database
on, and REDIS_URL an empty database. A job's overhead is what its slot was taken for beyond learning and judging, which
are themselves slower than alone where there are fewer cores than slots.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from bench import product

JOBS, PEOPLE, WORKERS, SLOTS = 500, 10, 2, 2
WITHIN_S = 3_600
TABLE = "length,width,kind\n" + "\n".join(f"{row % 50},{row % 7},{'ab'[row % 50 > 24]}" for row in range(200))


def main() -> None:
    """Run the queue on each engine there is, and print a line of each."""
    servers = {name: os.environ.pop(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
    print(f"queue: {JOBS} jobs of {PEOPLE} people, {WORKERS} workers of {SLOTS} slots")
    print(f"{'engine':<18}{'jobs/min':>9}{'slot s':>8}{'fit s':>8}{'overhead s':>12}")
    _report("embedded", {})
    if all(servers.values()):
        with _scratch_database(servers["DATABASE_URL"]) as url:
            _report("PostgreSQL, Redis", {"DATABASE_URL": url, "REDIS_URL": servers["REDIS_URL"]})
    else:
        print("(DATABASE_URL and REDIS_URL are not set: the embedded default only)")


def _report(engine: str, settings: dict[str, str]) -> None:
    settings |= {"WORKER_CONCURRENCY": str(SLOTS), "SIGN_UPS_PER_IP_AND_DAY": "1000"}
    with tempfile.TemporaryDirectory() as name, product.running(**settings) as platform:
        table = Path(name) / "table.csv"
        table.write_text(TABLE, encoding="utf-8")
        more = [_one_more_worker(platform) for _ in range(WORKERS - 1)]
        try:
            with ThreadPoolExecutor(PEOPLE) as people:
                list(people.map(lambda _: _queue(platform, table), range(PEOPLE)))
            found = _all_ended(platform)
        finally:
            for worker in more:
                worker.terminate()
                worker.wait(30)
    per_minute = 60 * JOBS / found["seconds"]
    overhead = found["slot_s"] - found["fit_s"]
    told = "ok" if not found["wrong"] else f"WRONG: {found['wrong']}"
    print(f"{engine:<18}{per_minute:>9.0f}{found['slot_s']:>8.2f}{found['fit_s']:>8.2f}{overhead:>12.2f}  {told}")


def _one_more_worker(platform: product.Running) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "manage.py", "up", "--only", "worker"]
    silent = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=product.ROOT, env=platform.environment, stdout=silent, stderr=silent)


def _queue(platform: product.Running, table: Path) -> None:
    client = product.Client(platform.url)
    dataset = client.upload(table)["id"]
    wish = {"project": client.project, "dataset": dataset, "target": "kind", "algorithm": "logistic"}
    for _ in range(JOBS // PEOPLE):
        client.call("POST", "/api/training", wish)


def _all_ended(platform: product.Running) -> dict[str, Any]:
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        found: dict[str, Any] = json.loads(platform.run("-m", "bench.queue_found"))
        if not found["unfinished"]:
            return found
        time.sleep(2)
    raise TimeoutError(f"not every job has ended within {WITHIN_S} s")


@contextlib.contextmanager
def _scratch_database(url: str) -> Iterator[str]:
    import psycopg2  # noqa: PLC0415 -- only where there is a PostgreSQL

    parts, name = urlsplit(url), f"bench_{uuid.uuid4().hex[:8]}"
    server = psycopg2.connect(urlunsplit(parts._replace(scheme="postgresql", path="/postgres")))
    with contextlib.closing(server):
        server.autocommit = True
        server.cursor().execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            server.cursor().execute(f'DROP DATABASE "{name}" WITH (FORCE)')
