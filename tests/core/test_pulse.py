from datetime import timedelta

import pytest
from django.utils import timezone

from core import pulse
from core.models import Pulse

pytestmark = pytest.mark.django_db


def test_what_was_never_heard_of_is_not_alive():
    assert not pulse.is_alive("worker")


def test_what_beats_is_alive_with_one_row_however_often():
    pulse.beat("worker")
    pulse.beat("worker")

    assert pulse.is_alive("worker")
    assert Pulse.objects.count() == 1
    assert not pulse.is_alive("beat")


def test_what_was_last_heard_of_long_ago_is_not_alive():
    pulse.beat("worker")
    Pulse.objects.update(at=timezone.now() - timedelta(seconds=31))

    assert not pulse.is_alive("worker")


def test_slots_of_those_alive_are_counted():
    pulse.beat("worker:here:1", slots=2)
    pulse.beat("worker:here:2", slots=4)
    pulse.beat("worker:gone:1", slots=8)
    Pulse.objects.filter(name="worker:gone:1").update(at=timezone.now() - timedelta(seconds=31))

    assert pulse.slots_alive() == 6


def test_one_that_leaves_is_forgotten_with_those_that_left_without_a_word():
    for name in ("worker:here:1", "worker:here:2", "worker:gone:1"):
        pulse.beat(name, slots=2)
    pulse.beat("worker")
    Pulse.objects.filter(name="worker:gone:1").update(at=timezone.now() - timedelta(days=2))

    pulse.end("worker:here:1")

    assert sorted(Pulse.objects.values_list("name", flat=True)) == ["worker", "worker:here:2"]
