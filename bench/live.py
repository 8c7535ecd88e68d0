"""How long an event takes from its commit to those who follow: 200 sockets on one web process, and a browser's page.

Events are written by a process of their own as workers write them, five a second for each of ten jobs; each socket
follows one of the jobs. Counted is whether every socket got every event, once and in order, and how long after the
commit: the writer, the web process and all 200 clients share this machine. Once in the embedded default (SQLite,
the web process looks every 150 ms), once with a Redis of the benchmark's own (the writer rings), if there is one.
"""

import asyncio
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from websockets.asyncio.client import connect

from bench import product

SOCKETS, JOBS, EVENTS = 200, 10, 40
PATIENCE_S = 120
WATCH = """() => {
  window.arrived = {};
  const note = (line) => { window.arrived[line.dataset.seq] ??= (performance.timeOrigin + performance.now()) / 1000; };
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.dataset?.seq) note(node);
  }).observe(document.querySelector("[data-log]"), { childList: true });
}"""

Moments = dict[str, list[float]]
Arrival = tuple[str, int, float]


def main() -> None:
    """Measure each way of waking, and print a table."""
    print(f"live: {SOCKETS} sockets follow {JOBS} jobs, {EVENTS} events each; milliseconds from commit")
    print(f"{'':<22}{'received':>14}{'in order':>10}{'p50':>7}{'p95':>7}{'max':>7}")
    _measure("embedded default", {})
    with _redis() as url:
        if url is None:
            print("(no redis-server here: the embedded default only)")
        else:
            _measure("with Redis", {"REDIS_URL": url})


def _measure(name: str, settings: dict[str, str]) -> None:
    most = {"LIVE_SOCKETS_PER_PERSON": str(SOCKETS + 10)}
    with tempfile.TemporaryDirectory() as folder, product.running(**most, **settings) as platform:
        client = product.Client(platform.url)
        email = client.call("GET", "/api/auth/me")["email"]
        jobs = _writer(platform, "make", email, str(JOBS))
        (Path(folder) / "jobs").write_text(jobs)
        arrivals = asyncio.run(_follow(platform, client, json.loads(jobs), Path(folder)))
        moments: Moments = json.loads((Path(folder) / "moments").read_text())
        _report(name, arrivals, moments)
        _report_page(name, platform, client, email, Path(folder))


def _writer(platform: product.Running, *arguments: str) -> str:
    command = [sys.executable, "-m", "bench.live_writer", *arguments]
    done = subprocess.run(command, cwd=product.ROOT, env=platform.environment, check=True, capture_output=True)
    return done.stdout.decode()


async def _follow(
    platform: product.Running, client: product.Client, jobs: list[str], folder: Path
) -> list[list[Arrival]]:
    """What each socket received, and when, while the events were written."""
    address = f"{platform.url.replace('http', 'ws', 1)}/ws/training?token={client.token}"
    ready = asyncio.Semaphore(0)
    followers = [asyncio.create_task(_receive(address, jobs[number % len(jobs)], ready)) for number in range(SOCKETS)]
    for _ in followers:
        await ready.acquire()
    arguments = ("write", str(folder / "jobs"), str(EVENTS), str(folder / "moments"))
    await asyncio.to_thread(_writer, platform, *arguments)
    return await asyncio.wait_for(asyncio.gather(*followers), PATIENCE_S)


async def _receive(address: str, job: str, ready: asyncio.Semaphore) -> list[Arrival]:
    arrivals: list[Arrival] = []
    async with connect(address, proxy=None, open_timeout=60, compression=None) as opened:
        await opened.send(json.dumps({"action": "subscribe_job", "job_id": job}))
        await opened.send('{"action": "ping"}')
        await opened.recv()
        ready.release()
        while len(arrivals) < EVENTS:
            update = json.loads(await opened.recv())
            arrivals.append((update["job_id"], update["seq"], time.time()))
    return arrivals


def _report(name: str, arrivals: list[list[Arrival]], moments: Moments) -> None:
    in_order = sum([seq for _, seq, _ in each] == list(range(1, EVENTS + 1)) for each in arrivals)
    latencies = [at - moments[job][seq - 1] for each in arrivals for job, seq, at in each]
    _line(name, f"{len(latencies):,}/{SOCKETS * EVENTS:,}", f"{in_order}/{SOCKETS}", latencies)


def _report_page(name: str, platform: product.Running, client: product.Client, email: str, folder: Path) -> None:
    """The same to the log on a job's page in a browser."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("(no chromium here: no page)")
        return
    job = json.loads(_writer(platform, "make", email, "1"))[0]
    (folder / "job").write_text(json.dumps([job]))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        _open(page, platform.url, email, client.password, job)
        _writer(platform, "write", str(folder / "job"), str(EVENTS), str(folder / "seen"))
        page.locator(f"[data-log] [data-seq='{EVENTS}']").wait_for(timeout=PATIENCE_S * 1000)
        arrived: dict[str, float] = page.evaluate("window.arrived")
        browser.close()
    moments = json.loads((folder / "seen").read_text())[job]
    latencies = [at - moments[int(seq) - 1] for seq, at in arrived.items()]
    _line(f"  {'to a page'}", f"{len(latencies)}/{EVENTS}", "", latencies)


def _open(page: Page, url: str, email: str, password: str, job: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/projects/*")
    page.goto(f"{url}/training/{job}")
    page.locator("[data-connection=live]").wait_for()
    page.evaluate(WATCH)


def _line(name: str, received: str, in_order: str, latencies: list[float]) -> None:
    cuts = statistics.quantiles(latencies, n=100)
    figures: list[Any] = [cuts[49], cuts[94], max(latencies)]
    print(f"{name:<22}{received:>14}{in_order:>10}" + "".join(f"{1000 * each:>7.0f}" for each in figures))


@contextmanager
def _redis() -> Iterator[str | None]:
    """The address of a Redis that is there for as long as the block; None where there is none to start."""
    if shutil.which("redis-server") is None:
        yield None
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--save", "", "--dir", tempfile.gettempdir()]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()
