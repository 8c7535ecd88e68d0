"""What tests of every part share: people, their project, and clients signed in as them."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import hypothesis
import pytest
from django.conf import LazySettings
from django.core.cache import caches
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from core.actor import Actor
from tests import factories, migrating
from workspaces.models import Project

# The same examples in each run, however long a busy machine takes to think of them.
hypothesis.settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("steady")

SHARED_TABLES = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def _files_are_thrown_away(settings: LazySettings, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture(autouse=True)
def _counting_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted in the cache is a test's own, also where several run at once on one Redis."""
    prefix = uuid4().hex
    monkeypatch.setitem(caches.settings["default"], "KEY_PREFIX", prefix)  # for clients of other threads
    monkeypatch.setattr(caches["default"], "key_prefix", prefix)


@pytest.fixture
def person(db: None) -> User:
    return factories.a_person("ada")


@pytest.fixture
def stranger(db: None) -> User:
    return factories.a_person("eve")


@pytest.fixture
def actor(person: User) -> Actor:
    return Actor(person)


@pytest.fixture
def project(person: User) -> Project:
    return factories.home_of(person)


@pytest.fixture
def api(person: User) -> APIClient:
    """An API client signed in as `person`."""
    client = APIClient()
    client.force_authenticate(person)
    return client


@pytest.fixture
def stranger_api(stranger: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(stranger)
    return client


@pytest.fixture
def web(client: Client, person: User) -> Client:
    """A web client signed in as `person`."""
    client.force_login(person)
    return client


@pytest.fixture
def doorbell(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, UUID]]:
    """Messages to workers, (task, row) each; no worker comes, even where commits are real."""
    rung: list[tuple[str, UUID]] = []
    monkeypatch.setattr("core.queue.ring", lambda task, row_id: rung.append((task.name, row_id)))
    return rung


@pytest.fixture
def shared_tables() -> Path:
    """The folder of real tables that may stand beside the project."""
    if not SHARED_TABLES.is_dir():
        pytest.skip("the real tables in ../shared/data are not here")
    return SHARED_TABLES


@pytest.fixture
def back_to_now() -> Iterator[None]:
    """For a test that goes back to an older schema: leaves the newest behind."""
    yield
    migrating.to_the_newest()
