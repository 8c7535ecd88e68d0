from uuid import uuid4

import pytest
from celery import Celery
from django.db import transaction
from kombu.exceptions import OperationalError
from structlog.testing import capture_logs

from core import queue


@pytest.fixture
def rung():
    return []


@pytest.fixture
def task(rung):
    app = Celery(set_as_current=False)
    app.conf.task_always_eager = True

    @app.task(name="bell")
    def bell(row_id):
        rung.append(row_id)

    return bell


@pytest.fixture
def unreachable_task():
    app = Celery(broker="redis://127.0.0.1:1/0", set_as_current=False)
    app.conf.update(task_publish_retry=False, broker_transport_options={"max_retries": 0})

    @app.task(name="bell")
    def bell(row_id):
        pytest.fail("nobody could have called")

    return bell


@pytest.mark.django_db
def test_ring_on_commit_rings_with_the_row_once_it_is_committed(task, rung, django_capture_on_commit_callbacks):
    row = uuid4()

    with django_capture_on_commit_callbacks(execute=True):
        queue.ring_on_commit(task, row)
        before = list(rung)

    assert (before, rung) == ([], [str(row)])


@pytest.mark.django_db(transaction=True)
def test_ring_on_commit_is_silent_after_a_rollback(task, rung):
    def change():
        with transaction.atomic():
            queue.ring_on_commit(task, uuid4())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()

    assert rung == []


def test_ring_with_the_broker_away_is_logged_and_no_error(unreachable_task):
    row = uuid4()

    with capture_logs() as logs:
        queue.ring(unreachable_task, row)

    assert logs == [
        {
            "event": "queue.unreachable",
            "log_level": "warning",
            "task": "bell",
            "row": str(row),
            "error": "OperationalError",
        }
    ]


@pytest.mark.parametrize("error", [OperationalError("away"), ConnectionRefusedError(), OSError(28, "disk full")])
def test_ring_survives_every_way_a_broker_can_be_away(task, monkeypatch, error):
    def publish(*args):
        raise error

    monkeypatch.setattr(task, "delay", publish)

    with capture_logs() as logs:
        queue.ring(task, uuid4())

    assert [(line["event"], line["error"]) for line in logs] == [("queue.unreachable", type(error).__name__)]


def test_ring_does_not_hide_a_mistake(task, monkeypatch):
    def publish(*args):
        raise TypeError

    monkeypatch.setattr(task, "delay", publish)

    with pytest.raises(TypeError):
        queue.ring(task, uuid4())
