"""Guessing passwords, through every door at which one signs in."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import lock_out
from accounts.models import User
from tests import factories
from tests.factories import PASSWORD, refused

pytestmark = pytest.mark.django_db

ELSEWHERE = "203.0.113.7"
WORDS = "Too many failed attempts to sign in. Wait 15 minutes and try again."


def by_api(email: str, password: str, **headers: str):
    return APIClient().post("/api/auth/login", {"email": email, "password": password}, **headers)


def by_page(email: str, password: str, **headers: str):
    return Client().post("/sign-in", {"username": email, "password": password}, **headers)


def by_admin(email: str, password: str, **headers: str):
    return Client().post("/admin/login/", {"username": email, "password": password}, **headers)


def fail(email: str, times: int = 10, door=by_api, **headers: str) -> list[int]:
    return [door(email, f"wrong {number}", **headers).status_code for number in range(times)]


def grow_older(**age: int) -> None:
    """Let so much time pass since every failed attempt."""
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(**age))


def test_the_tenth_failure_locks_out(person):
    assert fail(person.email, 12) == [401] * 9 + [429] * 3

    answer = by_api(person.email, PASSWORD)

    assert refused(answer) == (429, "throttled", None)
    assert answer.json()["errors"][0]["detail"] == WORDS
    assert 890 <= int(answer["Retry-After"]) <= 900


def test_all_doors_count_together(person):
    User.objects.filter(pk=person.pk).update(is_staff=True)
    fail(person.email, 4, by_api)
    fail(person.email, 4, by_page)
    fail(person.email, 2, by_admin)

    answers = [door(person.email, PASSWORD) for door in (by_api, by_page, by_admin)]

    assert [answer.status_code for answer in answers] == [429, 429, 429]
    assert all("Retry-After" in answer for answer in answers)


@pytest.mark.parametrize("door", [by_page, by_admin])
def test_a_page_says_it_above_the_form(person, door):
    statuses = fail(person.email, 10, door)

    answer = door(person.email, PASSWORD)

    assert (set(statuses[:9]), statuses[9]) == ({200 if door is by_admin else 400}, 429)
    assert answer.context["form"].non_field_errors() == [WORDS]
    assert "sessionid" not in answer.cookies


def test_the_right_password_works_again_after_a_quarter_of_an_hour(person):
    fail(person.email)
    grow_older(minutes=14)
    assert by_api(person.email, PASSWORD).status_code == 429

    grow_older(minutes=16)

    assert by_api(person.email, PASSWORD).status_code == 200


def test_trying_on_while_locked_out_makes_it_no_longer(person):
    fail(person.email)
    grow_older(minutes=14)

    fail(person.email, 5)

    assert int(by_api(person.email, PASSWORD)["Retry-After"]) <= 60


def test_one_person_locked_out_is_no_matter_of_another(person, stranger):
    fail(person.email)

    assert by_api(stranger.email, PASSWORD).status_code == 200


def test_nobody_is_locked_out_from_elsewhere(person):
    fail(person.email, REMOTE_ADDR=ELSEWHERE)

    assert by_api(person.email, PASSWORD).status_code == 200
    assert by_api(person.email, PASSWORD, REMOTE_ADDR=ELSEWHERE).status_code == 429


@pytest.mark.parametrize("spelling", [str.upper, "  {} ".format])
def test_another_spelling_of_the_address_is_no_way_round(person, spelling):
    fail(person.email, 5)
    fail(spelling(person.email), 5)

    assert by_api(person.email, PASSWORD).status_code == 429


def test_another_browser_is_no_way_round(person):
    for number in range(10):
        by_api(person.email, "wrong", HTTP_USER_AGENT=f"browser {number}")

    assert by_api(person.email, PASSWORD).status_code == 429


def test_a_made_up_address_is_no_way_round(person):
    for number in range(10):
        by_api(person.email, "wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")

    assert by_api(person.email, PASSWORD, HTTP_X_FORWARDED_FOR=ELSEWHERE).status_code == 429


def test_behind_a_declared_proxy_people_are_told_apart(person, settings):
    settings.TRUSTED_PROXIES = 1
    for number in range(10):
        by_api(person.email, "wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}, {ELSEWHERE}")

    assert by_api(person.email, PASSWORD, HTTP_X_FORWARDED_FOR=ELSEWHERE).status_code == 429
    assert by_api(person.email, PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.8").status_code == 200


@pytest.mark.parametrize("door", [by_api, by_page])
def test_success_resets_the_count(person, door):
    fail(person.email, 9)

    door(person.email, PASSWORD)

    assert fail(person.email, 9) == [401] * 9


def test_an_address_without_an_account_is_locked_out_alike(person):
    known, unknown = fail(person.email, 12), fail("nobody@example.org", 12)
    answers = [by_api(email, "wrong") for email in (person.email, "nobody@example.org")]

    assert known == unknown
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize("email", ["İ" * 254, "x" * 254, "ada@" + "é" * 250])
def test_an_odd_address_is_counted_too(email):
    assert fail(email, 12) == [401] * 9 + [429] * 3


# Per address, over all people


@pytest.fixture
def few_per_address(settings):
    settings.SIGN_IN_FAILURES_PER_IP = 6


@pytest.mark.usefixtures("few_per_address")
def test_an_address_that_tries_many_people_is_locked_out_for_all(person):
    fail("a@example.org", 3, REMOTE_ADDR=ELSEWHERE)
    fail("b@example.org", 3, REMOTE_ADDR=ELSEWHERE)

    answer = by_api(person.email, PASSWORD, REMOTE_ADDR=ELSEWHERE)

    assert (answer.status_code, 890 <= int(answer["Retry-After"]) <= 900) == (429, True)
    assert by_api(person.email, PASSWORD, REMOTE_ADDR="203.0.113.8").status_code == 200


@pytest.mark.usefixtures("few_per_address")
def test_an_own_account_does_not_reset_what_an_address_did_to_others(person):
    fail("a@example.org", 5, REMOTE_ADDR=ELSEWHERE)
    by_api(person.email, PASSWORD, REMOTE_ADDR=ELSEWHERE)
    fail("b@example.org", 1, REMOTE_ADDR=ELSEWHERE)

    assert by_api(person.email, PASSWORD, REMOTE_ADDR=ELSEWHERE).status_code == 429


@pytest.mark.usefixtures("few_per_address")
def test_one_network_of_ipv6_is_one_address(person):
    for number in range(6):
        fail("a@example.org", 1, REMOTE_ADDR=f"2001:db8:1:2::{number}")

    assert by_api(person.email, PASSWORD, REMOTE_ADDR="2001:db8:1:2:3::1").status_code == 429
    assert by_api(person.email, PASSWORD, REMOTE_ADDR="2001:db8:1:3::1").status_code == 200


@pytest.mark.usefixtures("few_per_address")
def test_this_machine_is_not_locked_out_as_a_whole(person):
    fail("a@example.org", 9)

    assert by_api(person.email, PASSWORD).status_code == 200


# Undoing


def test_forget_lets_a_person_try_again_and_nobody_else(person, stranger):
    fail(person.email)
    fail(stranger.email)

    lock_out.forget(person)

    assert [by_api(each.email, PASSWORD).status_code for each in (person, stranger)] == [200, 429]


def test_staff_see_who_is_locked_out_and_let_them_try_again(client, person):
    staff = factories.a_person("sam")
    User.objects.filter(pk=staff.pk).update(is_staff=True, is_superuser=True)
    client.force_login(staff)
    fail(person.email)

    page = client.get("/admin/axes/accessattempt/").content.decode()
    chosen = {"action": "delete_selected", "_selected_action": [AccessAttempt.objects.get().pk], "post": "yes"}
    client.post("/admin/axes/accessattempt/", chosen)

    assert (person.email in page, "Locked out" in page) == (True, True)
    assert by_api(person.email, PASSWORD).status_code == 200


def test_attempts_keep_no_password_and_no_form(person):
    for door in (by_api, by_page, by_admin):
        fail(person.email, 1, door)

    kept = str(list(AccessAttempt.objects.values()))
    assert "wrong 0" not in kept
    assert AccessAttempt.objects.get().failures_since_start == 3
