"""What every fault has: a product that runs, somebody in it, and what must hold afterwards."""

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import psutil

from tests.journeys.conftest import ROOT, Person, Product, a_newcomer, eventually, running

BOUND_S = 120  # within this time a job that lost its worker has ended or runs again


@dataclass
class Scene:
    """A product, a person with many credits, and tables to learn from."""

    product: Product
    person: Person
    quick: str = ""
    long: str = ""

    @classmethod
    def of(cls, product: Product) -> "Scene":
        person = a_newcomer(product)
        return cls(product, person, person.upload(flowers(), "flowers.csv"), person.upload(long_table(), "long.csv"))

    def start_quick(self, person: Person | None = None, dataset: str = "") -> str:
        """A job of about a second; its id."""
        wish = {"target": "kind", "algorithm": "logistic"}
        return str((person or self.person).train(dataset or self.quick, **wish)["id"])

    def start_long(self, trees: int = 2000) -> str:
        """A job of a minute or more; its id."""
        wish = {"target": "y", "algorithm": "random_forest", "params": {"n_estimators": trees}}
        return str(self.person.train(self.long, **wish)["id"])

    def begun_long(self, trees: int = 2000) -> tuple[str, psutil.Process]:
        """A long job in the middle of its fit, and the process that fits."""
        job = self.start_long(trees)
        self.person.until(f"training/{job}", "state", "running")
        return job, eventually(self.product.fits, "a process that fits")[-1]

    def ended(self, job: str, within_s: float = BOUND_S) -> dict[str, Any]:
        return self.person.ended(job, within_s=within_s)

    def works(self) -> None:
        """The next job is done."""
        assert self.ended(self.start_quick(), within_s=60)["state"] == "succeeded"

    def pause(self, seconds: float) -> None:
        """Let the product alone for a while."""
        time.sleep(seconds)

    def movements(self, job: str) -> list[int]:
        """What the ledger says of a job, the charge first."""
        found = inside(self.product, job)["movements"]
        return [int(amount) for amount in found]


def inside(product: Product, job: str = "") -> dict[str, Any]:
    """What `tests.faults.look` finds in the product's database and files."""
    environment = psutil.Process(product.process.pid).environ()
    command = [sys.executable, "-m", "tests.faults.look", *([job] if job else [])]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    return dict(json.loads(done.stdout))


def check_end(scene: Scene) -> None:
    """What must hold after every fault: money adds up, no job hangs, nothing lies about, everything is well."""
    eventually(lambda: not inside(scene.product)["unfinished"], "every job has ended", within_s=180)
    found = inside(scene.product)
    assert not found["out_of_balance"], f"out of balance: {found['out_of_balance']}"
    assert not found["wrongly_paid"], f"wrongly paid: {found['wrongly_paid']}"
    assert not found["models_wrong"], f"jobs and models disagree: {found['models_wrong']}"
    assert not found["left"], f"files without a row: {found['left']}"
    assert not scene.product.fits(), "a fit that belongs to no job"
    eventually(scene.product.is_well, "/health is ok", within_s=60)


@contextlib.contextmanager
def a_scene(**settings: str) -> Iterator[Scene]:
    """A product of its own in a folder that is thrown away."""
    with contextlib.ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True))
        folder = Path(name) / "data"
        folder.mkdir()
        given = {"CREDITS_AT_SIGN_UP": "10000", "SIGN_UPS_PER_IP_AND_DAY": "1000", **settings}
        with mock.patch.dict(os.environ):
            for setting in settings:  # a server given for this scene comes before the one given for all
                os.environ.pop(setting, None)
            product = stack.enter_context(running(folder, **given))
        yield Scene.of(product)


def gone(process: psutil.Process, within_s: float = 5) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
        process.wait(within_s)
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def csv(header: list[str], rows: list[list[Any]]) -> bytes:
    return "\n".join(",".join(map(str, row)) for row in [header, *rows]).encode()


def flowers(rows: int = 80) -> bytes:
    """A small table whose `kind` follows from its numbers."""
    made = [[row * 7 % 50 / 10, row % 5 + 0.5, ["red", "white"][row % 2], row * 7 % 50 > 24] for row in range(rows)]
    return csv(["length", "width", "colour", "kind"], [[*row[:3], "long" if row[3] else "short"] for row in made])


def long_table(rows: int = 20_000) -> bytes:
    """Rows that a forest takes its time with."""
    chance = random.Random(7)
    made = [[round(chance.random(), 4) for _ in range(6)] for _ in range(rows)]
    return csv([*"abcdef", "y"], [[*row, round(sum(row) + chance.random(), 4)] for row in made])
