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
