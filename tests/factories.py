"""People and things for tests, made through the product's own services."""

import itertools
import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from django.db import OperationalError, connection, connections

from accounts import credits, keys
from accounts.models import ApiKey, LedgerEntry, User, Wallet
from core import storage
from core.actor import Actor, Scope
from datasets import recipes, uploads
from datasets import services as datasets
from datasets.models import Dataset, Recipe
from datasets.queries import newest_version
from tests import racing
from training import services as training
from training import worker
from training.models import Job, ModelVersion
from training.wish import TrainingWish
from workspaces import services as workspaces
from workspaces.models import Membership, Project, Role, Workspace

_numbers = itertools.count(1)
PASSWORD = "correct horse battery"
# A database takes so many connections: tests that need a good part of them are not run beside each other.
MANY_CONNECTIONS = "many connections"


def a_person(name: str = "ada") -> User:
    number = next(_numbers)
    return workspaces.sign_up(email=f"{name}{number}@example.org", username=f"{name}{number}", password=PASSWORD)


def home_of(person: User) -> Project:
    return workspaces.open_home(actor=Actor(person))


def join(person: User, workspace: Workspace, role: Role) -> Actor:
    Membership.objects.create(workspace=workspace, user=person, role=role)
    return Actor(person)


def spend_everything(person: User) -> None:
    balance = Wallet.objects.get(user=person).balance
    Wallet.objects.filter(user=person).update(balance=0)
    key = f"spent:{next(_numbers)}"
    LedgerEntry.objects.create(wallet_id=person.pk, amount=-balance, kind="grant", key=key, balance_after=0)


def ledger_sum(person: User) -> int:
    return sum(LedgerEntry.objects.filter(wallet_id=person.pk).values_list("amount", flat=True))


def csv(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    return "\n".join(",".join(map(str, row)) for row in [header, *rows]).encode()


def flowers(rows: int = 60) -> bytes:
    """A small mixed table: numbers, a category, a yes-or-no, a date, missing values; `kind` follows from `length`."""
    lines = []
    for row in range(rows):
        length = round(1 + (row * 7 % 50) / 10, 1)
        colour = ["red", "white", "blue", ""][row % 4]
        lines.append(
            [
                length,
                "" if row % 9 == 0 else row % 5 + 0.5,
                colour,
                "yes" if row % 3 else "no",
                f"2024-{row % 12 + 1:02d}-{row % 27 + 1:02d}",
                "long" if length > 3.4 else "short",
                round(length * 3 + row % 5, 1),
            ]
        )
    return csv(["length", "width", "colour", "wild", "picked", "kind", "weight"], lines)


def a_dataset(person: User, content: bytes | None = None, filename: str = "flowers.csv") -> Dataset:
    """An uploaded dataset; the same file is read once a run, and remembered."""
    with mock.patch.object(uploads, "_read", _read_once):
        return datasets.add_dataset(
            actor=Actor(person), project=home_of(person), chunks=[content or flowers()], filename=filename
        )


_read = uploads._read
_tables: dict[tuple[str, str], tuple[dict[str, Any], dict[str, bytes]]] = {}


def _read_once(upload: uploads.Upload) -> dict[str, Any]:
    key = (upload.sha256, upload.filename)
    folder = upload.path.parent
    if key not in _tables:
        found = _read(upload)
        _tables[key] = found, {path.name: path.read_bytes() for path in folder.iterdir() if path != upload.path}
    found, files = _tables[key]
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return found


def a_recipe(person: User, *steps: dict[str, Any], name: str = "Basics") -> Recipe:
    """A recipe of the person's project; without steps given, one that fills the gaps of flowers' widths."""
    wished = steps or ({"kind": "impute", "columns": ["width"]},)
    return recipes.create_recipe(actor=Actor(person), project=home_of(person), name=name, steps=wished)


def a_wish(**changes: Any) -> TrainingWish:
    """A wish for `flowers`; its `length` is named as a feature, as it gives `kind` away and would be left out."""
    wish: dict[str, Any] = {"target": "kind", "algorithm": "logistic"}
    if "target" not in changes:
        wish["features"] = ["length", "width", "colour", "wild", "picked", "weight"]
    return TrainingWish(**(wish | changes))


def a_job(person: User, dataset: Dataset | None = None, **wish: Any) -> Job:
    """A job that is queued: no worker runs in tests unless one is called."""
    version = newest_version(dataset or a_dataset(person))
    return training.start_training(actor=Actor(person), version=version, wish=a_wish(**wish))


def give(person: User, amount: int) -> None:
    credits.grant(person, amount, key=f"given:{next(_numbers)}", reference="For a test")


def a_key(person: User, *scopes: Scope, **wish: Any) -> tuple[ApiKey, str]:
    """An API key with these scopes, or with all of them; and the key itself."""
    return keys.create(actor=Actor(person), name="CI", scopes=scopes or list(Scope), **wish)


def claim(job: Job) -> str:
    """Claim a queued job as a worker would; returns its lease."""
    lease = f"worker-{next(_numbers)}"
    assert worker._claim(job.pk, lease)
    return lease


def a_model(person: User, dataset: Dataset | None = None, **wish: Any) -> ModelVersion:
    """A model as a worker leaves it; fitted without a child process, and once for the same plan and table."""
    job = a_job(person, dataset, **wish)
    finish(job, claim(job))
    return ModelVersion.objects.get(job=job)


def finish(job: Job, lease: str) -> None:
    """Fit a claimed job's plan and end it as its worker would."""
    with storage.scratch_folder() as folder:
        worker._succeed(job, lease, fitted(job, folder), folder)


_fits: dict[tuple[str, str], tuple[dict[str, Any], dict[str, bytes]]] = {}


def fitted(job: Job, folder: Path) -> dict[str, Any]:
    """Write the files of a fit of the job's plan into the folder; returns the outcome as the child would."""
    from ml import fitting  # noqa: PLC0415 -- slow import: scikit-learn

    version = job.dataset_version
    assert version is not None
    key = (json.dumps(job.plan, sort_keys=True), version.sha256)
    if key not in _fits:
        table = storage.local_path(version.table_key)
        outcome = fitting.fit(job.fit_plan, table=table, destination=folder, report=lambda _: None)
        _fits[key] = outcome.to_json(), {path.name: path.read_bytes() for path in folder.iterdir()}
    outcome_json, files = _fits[key]
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return json.loads(json.dumps(outcome_json))


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """As `racing.at_once`, each call with a connection of its own. Needs a test with `transaction=True`."""
    return racing.at_once(*[partial(_with_own_connection, call) for call in calls], prepare=_connect)


def _connect() -> None:
    """Connect to the database, with patience: a server says "too many clients" while those before are still leaving."""
    deadline = time.monotonic() + 60
    while True:
        try:
            connection.ensure_connection()
            return
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _with_own_connection(call: Callable[[], Any]) -> Any:
    try:
        return call()
    finally:
        connections.close_all()


def a_row(**changes: Any) -> dict[str, Any]:
    """A row that the model of `a_model` answers, as JSON."""
    row = {"length": 4.2, "width": 2.5, "colour": "red", "wild": True, "picked": "2024-05-03", "weight": 12.1}
    return row | changes


def refused(answer: Any) -> tuple[int, str, str | None]:
    """(status, code, attr) of an API refusal in the contract's form."""
    body = answer.json()
    assert set(body) == {"type", "errors"}
    error = body["errors"][0]
    assert set(error) == {"code", "detail", "attr"}
    return answer.status_code, error["code"], error["attr"]
