from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from core import errands
from core.models import Errand
from tests.factories import at_once

pytestmark = pytest.mark.django_db

done: list[str] = []
to_raise: list[Exception] = []


def work(row_id):
    if to_raise:
        raise to_raise.pop()
    done.append(row_id)


@shared_task(name="tests.errand")
def task(row_id):
    errands.run(task, row_id, work)


@pytest.fixture(autouse=True)
def _nothing_is_done():
    done.clear()
    to_raise.clear()


@pytest.fixture
def broker(monkeypatch):
    """One that is away."""

    def publish(*args):
        raise OperationalError("away")

    monkeypatch.setattr(task, "delay", publish)
    return monkeypatch


def later(by: timedelta) -> None:
    """The clock, for errands: everything was sent, and put off, so long ago."""
    for errand in Errand.objects.all():
        moved = {"due_at": errand.due_at - by, "created_at": errand.created_at - by}
        Errand.objects.filter(pk=errand.pk).update(**moved)


@pytest.mark.django_db(transaction=True)
def test_an_errand_is_done_once_it_is_committed():
    row = uuid4()

    with transaction.atomic():
        errands.send(task, row)
        before = list(done)

    assert (before, done, Errand.objects.count()) == ([], [str(row)], 0)


@pytest.mark.django_db(transaction=True)
def test_an_errand_of_a_transaction_that_is_taken_back_is_none():
    with transaction.atomic():
        errands.send(task, uuid4())
        transaction.set_rollback(True)

    errands.run_due()
    assert done == []


@pytest.mark.django_db(transaction=True)
def test_with_the_broker_away_an_errand_waits_and_is_done_once(broker):
    row = uuid4()
    errands.send(task, row)
    errands.send(task, row)
    assert (done, Errand.objects.count()) == ([], 1)

    errands.run_due()
    errands.run_due()

    assert (done, Errand.objects.count()) == ([str(row)], 0)


def test_a_message_that_comes_twice_or_late_does_nothing(broker):
    row = uuid4()
    errands.send(task, row)

    for _ in range(2):
        task(row)

    assert done == [row]


@pytest.mark.django_db(transaction=True)
def test_of_several_that_come_at_once_one_does_it(broker):
    row = uuid4()
    errands.send(task, row)

    at_once(*[partial(task, row), errands.run_due] * 4)

    assert [str(each) for each in done] == [str(row)]


def test_what_a_server_that_is_away_refused_is_done_later(broker):
    errands.send(task, uuid4())
    to_raise.append(ConnectionRefusedError())

    errands.run_due()
    errands.run_due()
    assert done == []
    later(errands.AGAIN_AFTER)
    errands.run_due()

    assert (len(done), Errand.objects.count()) == (1, 0)


def test_one_who_died_in_the_middle_is_followed(broker):
    errands.send(task, uuid4())
    to_raise.append(KeyError("a bug, or a kill"))
    with pytest.raises(KeyError):
        errands.run_due()

    later(errands.AGAIN_AFTER)
    errands.run_due()

    assert len(done) == 1


def test_what_cannot_be_done_for_a_day_is_forgotten(broker):
    errands.send(task, uuid4())

    later(errands.GIVEN_UP_AFTER)
    errands.run_due()

    assert (done, Errand.objects.count()) == ([], 0)


def test_an_errand_that_is_not_due_is_left(broker):
    errands.send(task, uuid4())
    Errand.objects.update(due_at=timezone.now() + timedelta(seconds=30))

    errands.run_due()

    assert (done, Errand.objects.count()) == ([], 1)
