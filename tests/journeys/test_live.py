"""Pages that follow a training as it goes on, over a socket that may be cut."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests import factories
from tests.journeys.conftest import eventually
from tests.journeys.test_faults import SLOW, start

pytestmark = pytest.mark.xdist_group("product")

SERVICE_RESTARTS = 1012
WORDS = ".progress__words"


DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "live-updates.md"


@pytest.fixture(scope="module")
def wide_table() -> bytes:
    """Enough rows that a forest is seen growing."""
    rows = [[place * 7 % 101, place * 13 % 89, place * 29 % 997, place * 3 % 11] for place in range(6_000)]
    return factories.csv(["a", "b", "c", "y"], [[*row[:3], sum(row)] for row in rows])


def open_job(page: Page, person, table: bytes, **params: int) -> str:
    """Start a training and look at its page at once; returns the job."""
    person.sign_in(page)
    job = start(person, table, **params)["id"]
    page.goto(f"{person.product.url}/training/{job}")
    page.evaluate("window.stayed = true")
    return job


def wait(page: Page, is_so: Callable[[], bool], within_s: int = 30) -> None:
    """Wait while the page goes on; what it hears comes in meanwhile."""
    for _ in range(within_s * 20):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"Not so after {within_s} seconds.")


def note_connections(page: Page) -> None:
    """Have the page keep each state of its connection from now on, however short it is."""
    page.evaluate(
        """() => {
            window.connections = [];
            const shown = document.querySelector("[data-connection]");
            const note = () => window.connections.push(shown.dataset.connection);
            new MutationObserver(note).observe(shown, { attributeFilter: ["data-connection"] });
        }"""
    )


def log_of(person, job: str) -> list[str]:
    """What the log has to show in the end, by the API."""
    events = person.got(f"training/{job}/events")
    return [event["payload"]["message"] for event in events if event["kind"] == "log"]


def shown_log(page: Page) -> list[str]:
    lines = page.locator("[data-log] [data-seq] > span").all_inner_texts()
    return [line for line in lines if not line.startswith("The job is")]


def test_a_page_follows_its_job_and_becomes_the_models(page, newcomer, wide_table):
    open_job(page, newcomer, wide_table, n_estimators=400)

    expect(page.locator("[data-connection]")).to_have_text("Live")
    expect(page.locator(WORDS)).to_have_text(re.compile(r"Tree \d+ of 400"))
    before = page.locator(WORDS).inner_text()
    expect(page.locator(WORDS)).not_to_have_text(before)
    expect(page.locator("#open-model")).to_be_visible(timeout=90_000)

    assert page.evaluate("window.stayed")
    expect(page.locator("[data-connection]")).to_be_hidden()


def test_a_socket_that_is_cut_comes_back_and_has_missed_nothing(page, newcomer, wide_table):
    opened, heard = [], []

    def between(route) -> None:
        server = route.connect_to_server()
        opened.append(route)
        heard.append([])
        here = heard[-1]

        def pass_on(message: str) -> None:
            here.append(json.loads(message))
            route.send(message)

        server.on_message(pass_on)

    def updates(socket: int) -> list[int]:
        return [each["seq"] for each in heard[socket] if each["type"] == "job_update"]

    page.route_web_socket("**/ws/training", between)
    job = open_job(page, newcomer, wide_table, **SLOW)
    expect(page.locator("[data-connection]")).to_have_text("Live")
    expect(page.locator(WORDS)).to_have_text(re.compile(r"Tree \d+ of 2,000"))
    wait(page, lambda: bool(updates(0)))  # the words may have stood in the page as it came
    note_connections(page)
    opened[0].close(code=4000)
    wait(page, lambda: page.evaluate("window.connections.join()") == "reconnecting,live")
    newcomer.made(f"training/{job}/stop", {})
    expect(page.get_by_text("This training was stopped")).to_be_visible()
    wait(page, lambda: bool(updates(1)))  # the page may have looked before its socket told

    before, after = updates(0), updates(1)
    for seqs in (before, after):
        assert seqs == list(range(seqs[0], seqs[-1] + 1))
    assert after[0] <= before[-1] + 1  # what was on its way as the socket was cut has not reached the page
    assert shown_log(page) == log_of(newcomer, job)


def test_a_page_without_sockets_looks_by_itself(page, newcomer, wide_table):
    page.route_web_socket("**/ws/training", lambda route: route.close(code=1011))
    job = open_job(page, newcomer, wide_table, **SLOW)

    expect(page.locator("[data-connection]")).to_have_text("Looking every second")
    newcomer.made(f"training/{job}/stop", {})
    expect(page.get_by_text("This training was stopped")).to_be_visible()

    assert page.evaluate("window.stayed")
    assert shown_log(page) == log_of(newcomer, job)


def test_a_page_that_is_done_before_its_socket_is_open_leaves_it_alone(page, newcomer, wide_table):
    """Browsers complain of a socket that is closed before it is open."""
    page.add_init_script(
        """
        window.closedEarly = 0;
        window.WebSocket = class extends EventTarget {
            static CONNECTING = 0;
            readyState = 0;
            close() { window.closedEarly += 1; }
        };
        """
    )
    job = open_job(page, newcomer, wide_table, **SLOW)

    newcomer.made(f"training/{job}/stop", {})
    expect(page.get_by_text("This training was stopped")).to_be_visible()

    expect(page.locator("[data-connection]")).to_be_hidden()
    assert page.evaluate("window.closedEarly") == 0


def test_a_list_shows_what_is_begun_elsewhere(page, newcomer, wide_table):
    newcomer.sign_in(page)
    page.goto(f"{newcomer.product.url}/projects/{newcomer.project}/training")
    page.evaluate("window.stayed = true")
    expect(page.get_by_text("No training yet")).to_be_visible()

    job = start(newcomer, wide_table, n_estimators=20)["id"]
    row = page.locator("tbody tr")
    expect(row).to_have_count(1)
    newcomer.ended(job)

    expect(row).to_contain_text("Succeeded")
    assert page.evaluate("window.stayed")


def example(language: str) -> str:
    """The code of a language in the document of live updates."""
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)[0]


def test_the_documents_python_follows_a_job_to_its_end(newcomer, wide_table):
    key = newcomer.made("api-keys", {"name": "follower", "scopes": ["read"]})["key"]
    job = start(newcomer, wide_table, n_estimators=10)["id"]

    address = newcomer.product.url.replace("http", "ws")
    command = [sys.executable, "-c", example("python"), address, key, job]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True)

    last = newcomer.got(f"training/{job}/events")[-1]["seq"]
    *lines, state = done.stdout.splitlines()
    assert state == "succeeded"
    assert [int(line.split()[0]) for line in lines] == list(range(1, last + 1))


def test_the_documents_javascript_follows_a_job_to_its_end(page, newcomer, wide_table):
    job = start(newcomer, wide_table, n_estimators=10)["id"]
    code = example("javascript").replace("<access token>", newcomer.token).replace("<job id>", job)
    code = code.replace("ws://localhost:8000", newcomer.product.url.replace("http", "ws"))
    page.goto(f"{newcomer.product.url}/sign-in")

    page.evaluate(f"() => {{ window.shown = []; {code.replace('console.log', '(each) => shown.push(each)')} }}")
    eventually(lambda: page.evaluate("shown.at(-1)?.payload.state") == "succeeded", "the end", within_s=90)

    last = newcomer.got(f"training/{job}/events")[-1]["seq"]
    assert page.evaluate("shown.map((each) => each.seq)") == list(range(1, last + 1))


def test_a_stopped_server_sends_its_sockets_away_at_once(another_product, wide_table, a_person_of):
    person = a_person_of(another_product)
    job = start(person, wide_table, n_estimators=2_000)["id"]
    address = f"{another_product.url.replace('http', 'ws')}/ws/training?token={person.token}"
    with connect(address, proxy=None) as socket:
        socket.send(json.dumps({"action": "subscribe_job", "job_id": job}))
        assert json.loads(socket.recv(timeout=30))["seq"] == 1
        web = another_product.program("web")
        another_product.process.send_signal(signal.SIGTERM)

        with pytest.raises(ConnectionClosed) as closed:
            list(socket)

    assert closed.value.rcvd.code == SERVICE_RESTARTS
    assert psutil.wait_procs([web], timeout=30)[1] == []
