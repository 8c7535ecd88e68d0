from contextlib import contextmanager

import pytest
from django.db import DatabaseError
from django.test import Client
from kombu.exceptions import OperationalError

from core import pulse
from mlplatform import health

pytestmark = pytest.mark.django_db

PARTS = ["database", "broker", "cache", "storage", "workers"]


def away(error):
    def check():
        raise error

    return check


def test_live_is_live_without_a_database(monkeypatch):
    monkeypatch.setattr(health, "_database", away(DatabaseError()))

    answer = Client().get("/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_names_what_requests_need():
    answer = Client().get("/ready")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "parts": {"database": "ok", "storage": "ok", "broker": "ok"}}


def test_health_names_each_part_and_misses_workers_without_a_pulse():
    answer = Client().get("/health")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["parts"] == dict.fromkeys(PARTS, "ok") | {"workers": "down"}


def test_health_is_ok_once_a_worker_was_heard_of():
    pulse.beat("worker")

    answer = Client().get("/health")

    assert answer.json() == {"status": "ok", "parts": dict.fromkeys(PARTS, "ok")}


@pytest.mark.parametrize("page", ["/ready", "/health"])
@pytest.mark.parametrize(
    ("part", "error"), [("database", DatabaseError("secret host")), ("storage", OSError("no space left"))]
)
def test_without_what_requests_need_the_answer_is_503(monkeypatch, page, part, error):
    monkeypatch.setattr(health, f"_{part}", away(error))

    answer = Client().get(page)

    assert (answer.status_code, answer.json()["status"], answer.json()["parts"][part]) == (503, "down", "down")
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize("error", [OperationalError("away"), ConnectionRefusedError()])
def test_a_broker_that_is_away_is_told_and_requests_are_served(monkeypatch, error):
    monkeypatch.setattr(health, "_broker", away(error))

    for page in ("/ready", "/health"):
        answer = Client().get(page)
        assert (answer.status_code, answer.json()["status"], answer.json()["parts"]["broker"]) == (
            200,
            "degraded",
            "down",
        )


def test_storage_that_cannot_be_written_is_down(monkeypatch):
    @contextmanager
    def full():
        raise OSError("no space left")
        yield

    monkeypatch.setattr(health.storage, "scratch_folder", full)

    assert Client().get("/health").json()["parts"]["storage"] == "down"


def test_a_probe_leaves_nothing_behind(settings):
    Client().get("/health")

    assert [path for path in settings.FILES_DIR.rglob("*") if path.is_file()] == []
