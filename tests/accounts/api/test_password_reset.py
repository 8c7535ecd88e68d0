import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import User
from core import errands
from tests.factories import PASSWORD, refused

pytestmark = pytest.mark.django_db

NEW = "a better horse"


@pytest.fixture
def ask(django_capture_on_commit_callbacks):
    """Ask for a link; the worker comes at once."""

    def ask(email: str, **headers: str):
        with django_capture_on_commit_callbacks(execute=True):
            return APIClient().post("/api/auth/password/reset", {"email": email}, **headers)

    return ask


@pytest.fixture
def link(ask, mailoutbox, person) -> dict[str, str]:
    """The parts of a link that was mailed."""
    ask(person.email)
    return re.search(r"/password-reset/(?P<uid>.+)/(?P<token>.+)$", mailoutbox[-1].body, re.MULTILINE).groupdict()


def confirm(link: dict[str, str], **changes: str):
    return APIClient().post("/api/auth/password/reset/confirm", link | {"new_password": NEW} | changes)


def test_the_answer_never_tells_whether_the_address_has_an_account(ask, mailoutbox, person):
    answers = [ask(email) for email in (person.email, "nobody@example.org", "garbage+1@nowhere.invalid")]

    assert {(answer.status_code, answer.content) for answer in answers} == {(204, b"")}
    assert [mail.to for mail in mailoutbox] == [[person.email]]


def test_the_same_work_is_done_for_an_address_of_nobody(ask, person, doorbell):
    works = []
    for email in (person.email, "nobody@example.org"):
        doorbell.clear()
        with CaptureQueriesContext(connection) as queries:
            ask(email)
        works.append((len(queries), [task for task, _ in doorbell]))

    assert works[0] == works[1]
    assert works[0][1] == ["accounts.tasks.mail_reset_link"]


@pytest.mark.django_db(transaction=True)
def test_a_link_asked_for_with_the_broker_away_is_mailed_once_when_it_is_back(person, mailoutbox, doorbell):
    for email in (person.email, person.email, "nobody@example.org"):
        APIClient().post("/api/auth/password/reset", {"email": email})
    assert mailoutbox == []

    for _ in range(2):
        errands.run_due()

    assert [mail.to for mail in mailoutbox] == [[person.email]]


@pytest.mark.parametrize("email", ["", "nobody", "a@b\0.org", None, [], "x" * 250 + "@example.org"])
def test_what_is_no_address_is_refused(ask, email):
    assert refused(ask(email))[::2] == (400, "email")


def test_the_link_leads_to_the_host_of_the_settings(ask, mailoutbox, person, settings):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://ml.example.com", ["*"]

    ask(person.email, HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example")

    assert "https://ml.example.com/password-reset/" in mailoutbox[0].body
    assert "evil" not in mailoutbox[0].body


def test_the_link_sets_a_password_and_ends_everything(link, person):
    browser, pair = Client(), tokens.issue(person)
    browser.force_login(person)
    bearing = {"HTTP_AUTHORIZATION": f"Bearer {pair['access']}"}
    assert APIClient().get("/api/auth/me", **bearing).status_code == browser.get("/account").status_code == 200

    answer = confirm(link)

    assert (answer.status_code, answer.content) == (204, b"")
    assert User.objects.get(pk=person.pk).check_password(NEW)
    assert APIClient().get("/api/auth/me", **bearing).status_code == 401
    assert APIClient().post("/api/auth/refresh", {"refresh": pair["refresh"]}).status_code == 401
    assert browser.get("/account").status_code == 302


def test_the_link_works_once(link):
    confirm(link)

    assert refused(confirm(link)) == (400, "invalid", "token")


@pytest.mark.parametrize(
    ("changes", "attr"),
    [
        ({"token": "abc-def"}, "token"),
        ({"token": "\u00e9"}, "token"),
        ({"uid": "nonsense"}, "token"),
        ({"uid": "550e8400-e29b-41d4-a716-446655440000"}, "token"),
        ({"new_password": "short"}, "new_password"),
        ({"new_password": "73920184"}, "new_password"),
        ({"new_password": "x" * 129}, "new_password"),
        ({"new_password": "x" * 10_000_000}, "new_password"),
        ({"new_password": ""}, "new_password"),
        ({"token": ""}, "token"),
    ],
)
def test_confirm_refuses_and_names_the_field(link, person, changes, attr):
    answer = confirm(link, **changes)

    assert refused(answer)[::2] == (400, attr)
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)


def test_a_person_who_was_locked_out_signs_in_at_once(link, person):
    for _ in range(11):
        APIClient().post("/api/auth/login", {"email": person.email, "password": "wrong"})

    confirm(link)

    assert APIClient().post("/api/auth/login", {"email": person.email, "password": NEW}).status_code == 200
