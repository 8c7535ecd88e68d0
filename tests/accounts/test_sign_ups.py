from functools import partial

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.sign_ups import one_more_from
from core import tally
from core.errors import TooManyRequests
from tests.factories import PASSWORD, refused
from tests.racing import at_once

ADDRESS = "203.0.113.9"


@pytest.fixture(autouse=True)
def _two_a_day(settings):
    settings.SIGN_UPS_PER_IP_AND_DAY = 2


def enter(address: str = ADDRESS) -> None:
    with one_more_from(address):
        pass


def register(name: str, address: str = ADDRESS, **changes: str):
    wish = {"email": f"{name}@example.org", "username": name, "password": PASSWORD} | changes
    return APIClient().post("/api/auth/register", wish, REMOTE_ADDR=address)


def test_so_many_a_day_and_no_more():
    enter()
    enter()

    with pytest.raises(TooManyRequests) as refusal:
        enter()

    assert 0 < refusal.value.retry_after_s <= 24 * 60 * 60


def test_another_address_has_a_count_of_its_own():
    enter()
    enter()

    enter("203.0.113.10")


def test_what_failed_does_not_count():
    for _ in range(3):
        with pytest.raises(ValueError, match="no"), one_more_from(ADDRESS):
            raise ValueError("no")

    enter()
    enter()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", ""])
def test_this_machine_has_no_limit(address):
    for _ in range(5):
        enter(address)


def test_at_once_no_more_either():
    answers = at_once(*[enter] * 8)

    assert sum(answer is None for answer in answers) == 2
    assert sum(isinstance(answer, TooManyRequests) for answer in answers) == 6


@pytest.mark.django_db
def test_the_api_refuses_and_says_when_to_come_back():
    assert [register(name).status_code for name in ("ada", "bob")] == [201, 201]

    answer = register("eve")

    assert refused(answer) == (429, "throttled", None)
    assert 0 < int(answer["Retry-After"]) <= tally.seconds_left(24 * 60 * 60) + 1
    assert not User.objects.filter(username="eve").exists()


@pytest.mark.django_db
def test_what_the_api_refused_does_not_count():
    assert [register("ada", password="short").status_code for _ in range(3)] == [400, 400, 400]

    assert register("ada").status_code == 201


@pytest.mark.django_db
def test_the_page_says_it_above_the_form():
    post = partial(Client().post, "/sign-up", REMOTE_ADDR=ADDRESS)
    for name in ("ada", "bob"):
        register(name)

    answer = post({"email": "eve@example.org", "username": "eve", "password": PASSWORD})

    assert answer.context["form"].non_field_errors() == [
        "Too many accounts were made from your network today. Come back tomorrow."
    ]
    assert not User.objects.filter(username="eve").exists()
