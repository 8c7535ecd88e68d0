"""Programs that die, people who stop, messages that repeat: no job hangs, no credit is lost, nothing runs on."""

import contextlib
import random
import signal
import time

import psutil
import pytest
from playwright.sync_api import expect

from tests import factories
from tests.journeys.conftest import eventually
from tests.racing import at_once

pytestmark = pytest.mark.xdist_group("product")

SLOW = {"n_estimators": 2000}
GONE_WITHIN_S = 20  # `python -m tests.faults` holds the product to two, on a machine that does nothing else


@pytest.fixture(scope="module")
def long_table() -> bytes:
    """20,000 rows that a forest takes its time with."""
    chance = random.Random(7)
    rows = [[round(chance.random(), 4) for _ in range(6)] for _ in range(20_000)]
    return factories.csv([*"abcdef", "y"], [[*row, round(sum(row) + chance.random(), 4)] for row in rows])


def begin(person, content: bytes, **params: int) -> tuple[dict, psutil.Process]:
    """A job in the middle of its fit, and the process that fits."""
    job = start(person, content, **params)
    person.until(f"training/{job['id']}", "state", "running")
    process = eventually_one(person.product.fits)
    return job, process


def start(person, content: bytes, **params: int) -> dict:
    dataset = person.upload(content, "long.csv")
    return person.train(dataset, target="y", algorithm="random_forest", params=params)


def eventually_one(look):
    deadline = time.monotonic() + 60
    while len(found := look()) != 1:
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found[0]


def is_gone(process: psutil.Process, within_s: float = GONE_WITHIN_S) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.wait(within_s)
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def amounts(person) -> list[int]:
    """The ledger's amounts, the newest first."""
    return [entry["amount"] for entry in person.got("credits/ledger")["results"]]


def test_a_killed_worker_comes_back_and_its_job_with_it(product, newcomer, long_table):
    job, fit = begin(newcomer, long_table, n_estimators=40)
    worker = product.program("worker")
    worker.kill()

    assert is_gone(worker)
    assert is_gone(fit)
    ended = newcomer.ended(job["id"], within_s=90)

    assert (ended["state"], ended["attempt"]) == ("succeeded", 2)
    assert product.program("worker").pid != worker.pid
    assert newcomer.got("models")["count"] == 1
    assert amounts(newcomer) == [-1, 15]


def test_a_killed_fit_fails_in_plain_words_and_gives_the_credit_back(newcomer, long_table):
    job, fit = begin(newcomer, long_table, **SLOW)

    fit.kill()
    ended = newcomer.ended(job["id"])

    assert ended["state"] == "failed"
    assert ended["error"] == "The training process was killed (SIGKILL)."
    assert amounts(newcomer) == [1, -1, 15]
    assert newcomer.got("models")["count"] == 0


def test_stopping_a_running_job_by_page_ends_its_process(page, product, newcomer, long_table):
    newcomer.sign_in(page)
    job, fit = begin(newcomer, long_table, **SLOW)
    page.goto(f"{product.url}/training/{job['id']}")
    expect(page.locator(".progress__words")).to_contain_text("of 2,000")

    page.get_by_role("link", name="Stop").click()
    page.get_by_role("button", name="Stop training").click()

    assert is_gone(fit)
    expect(page.get_by_text("This training was stopped and left no model.")).to_be_visible()
    assert newcomer.got(f"training/{job['id']}")["state"] == "cancelled"
    assert amounts(newcomer) == [-1, 15]


def test_stopping_a_queued_job_gives_the_credit_back(product, newcomer, long_table):
    dataset = newcomer.upload(long_table, "long.csv")
    wish = {"target": "y", "algorithm": "random_forest", "params": SLOW}
    running = [newcomer.train(dataset, **wish)["id"] for _ in range(2)]
    for job in running:
        newcomer.until(f"training/{job}", "state", "running")
    waiting = newcomer.train(dataset, **wish)["id"]
    assert newcomer.got(f"training/{waiting}")["state"] == "queued"

    for job in (waiting, *running):
        newcomer.made(f"training/{job}/stop", {})
        assert newcomer.got(f"training/{job}")["state"] == "cancelled"

    eventually(lambda: not product.fits(), "no fit runs on", within_s=GONE_WITHIN_S)
    assert amounts(newcomer) == [1, -1, -1, -1, 15]


def test_a_message_that_comes_again_and_again_makes_one_model(product, newcomer):
    dataset = newcomer.upload(factories.flowers(), "flowers.csv")
    job = newcomer.train(dataset, target="kind", algorithm="random_forest")["id"]
    product.ring(job, times=4)
    ended = newcomer.ended(job)
    product.ring(job, times=2)
    last = newcomer.train(dataset, target="kind", algorithm="logistic")["id"]
    newcomer.ended(last)

    assert (ended["state"], ended["attempt"]) == ("succeeded", 1)
    assert [model["job"] for model in newcomer.got("models")["results"]] == [last, job]
    assert amounts(newcomer) == [-1, -1, 15]


def test_two_predictions_with_credits_for_one_charge_once(newcomer):
    dataset = newcomer.upload(factories.flowers(), "flowers.csv")
    row = {"features": factories.a_row()}
    wish = {"target": "kind", "algorithm": "logistic", "features": list(row["features"])}
    address = f"models/{newcomer.ended(newcomer.train(dataset, **wish)['id'])['model']}/predict"
    newcomer.made(address, row)

    answers = at_once(*[lambda: newcomer.ask("POST", address, row)] * 2)

    assert sorted(status for status, _ in answers) == [200, 402]
    assert newcomer.credits == 4
    assert newcomer.got("predictions")["count"] == 2


def test_a_stopped_product_leaves_no_process(another_product, long_table, a_person_of):
    person = a_person_of(another_product)
    _, fit = begin(person, long_table, **SLOW)
    family = another_product.processes()
    assert fit in family
    assert len(family) >= 6

    another_product.process.send_signal(signal.SIGTERM)
    _, alive = psutil.wait_procs(family, timeout=30)

    assert alive == []
