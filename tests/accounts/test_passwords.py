from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework_simplejwt.exceptions import InvalidToken

from accounts import passwords, tokens
from accounts.models import User
from accounts.reset_links import reset_tokens
from core.errors import InvalidInput, TooManyRequests
from tests.factories import PASSWORD, at_once

pytestmark = pytest.mark.django_db

BETTER = "a better horse"
RUNG = "accounts.tasks.mail_reset_link"


def reset(person: User, token: str, new_password: str = BETTER) -> None:
    passwords.reset(uid=person.pk, token=token, new_password=new_password)


@pytest.fixture
def token(person):
    return reset_tokens.make_token(person)


# What makes a good one


@pytest.mark.parametrize("weak", ["", "short", "password", "73920184", "x" * 129])
def test_check_refuses_and_names_the_field(person, weak):
    with pytest.raises(InvalidInput) as refusal:
        passwords.check(weak, person, attr="new_password")

    assert refusal.value.attr == "new_password"


@pytest.mark.parametrize("name", ["email", "username"])
def test_check_refuses_what_is_like_the_person(person, name):
    with pytest.raises(InvalidInput):
        passwords.check(getattr(person, name) + "!", person)


@pytest.mark.parametrize("good", ["é" * 128, "Tr0ub4dor&3", "東京は今日も晴れです", " spaces "])
def test_check_takes_any_letters(person, good):
    passwords.check(good, person)


def test_check_refuses_ten_megabytes(person):
    with pytest.raises(InvalidInput):
        passwords.check("x" * 10_000_000, person)


# Change


def test_guessing_the_current_password_is_stopped(person, actor, settings):
    settings.AXES_FAILURE_LIMIT = 2
    for _ in range(2):
        with pytest.raises(InvalidInput):
            passwords.change(actor=actor, current_password="a guess", new_password=BETTER)

    with pytest.raises(TooManyRequests):
        passwords.change(actor=actor, current_password=PASSWORD, new_password=BETTER)

    assert User.objects.get(pk=person.pk).check_password(PASSWORD)


def test_change_ends_every_sign_in(person, actor):
    pairs = [tokens.issue(person), tokens.issue(person)]

    passwords.change(actor=actor, current_password=PASSWORD, new_password=BETTER)

    assert User.objects.get(pk=person.pk).check_password(BETTER)
    assert not person.sign_ins.filter(ended_at=None).exists()
    for pair in pairs:
        with pytest.raises(InvalidToken):
            tokens.rotate(pair["refresh"])


@pytest.mark.parametrize(
    ("current", "new", "attr"),
    [
        ("wrong", BETTER, "current_password"),
        ("", BETTER, "current_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "a" * 129, "new_password"),
    ],
)
def test_change_refuses_and_changes_nothing(person, actor, current, new, attr):
    with pytest.raises(InvalidInput) as refusal:
        passwords.change(actor=actor, current_password=current, new_password=new)

    person.refresh_from_db()
    assert refusal.value.attr == attr
    assert person.check_password(PASSWORD)


# The mailed link


def asked(doorbell, callbacks, email: str) -> list:
    doorbell.clear()
    with callbacks(execute=True):
        passwords.request_reset(email=email)
    return list(doorbell)


@pytest.mark.parametrize("change", [str, str.upper, " {} ".format])
def test_request_reset_rings_for_the_person(doorbell, django_capture_on_commit_callbacks, person, change):
    assert asked(doorbell, django_capture_on_commit_callbacks, change(person.email)) == [(RUNG, person.pk)]


def test_request_reset_of_nobodys_address_rings_for_nobody(doorbell, django_capture_on_commit_callbacks, stranger):
    User.objects.filter(pk=stranger.pk).update(is_active=False)

    for email in ("nobody@example.org", stranger.email):
        ((task, row),) = asked(doorbell, django_capture_on_commit_callbacks, email)
        assert (task, User.objects.filter(pk=row).exists()) == (RUNG, False)


def test_request_reset_mails_a_person_a_few_times_an_hour_and_rings_on(
    doorbell, django_capture_on_commit_callbacks, person, settings
):
    settings.PASSWORD_RESET_MAILS_PER_HOUR = 2

    rung = [asked(doorbell, django_capture_on_commit_callbacks, person.email) for _ in range(4)]

    assert [len(each) for each in rung] == [1, 1, 1, 1]
    assert [each[0][1] == person.pk for each in rung] == [True, True, False, False]


def test_request_reset_asks_the_database_the_same_for_known_and_unknown(person):
    counted = []
    for email in (person.email, "nobody@example.org"):
        with CaptureQueriesContext(connection) as queries:
            passwords.request_reset(email=email)
        counted.append([query["sql"].split()[0] for query in queries])

    assert counted[0] == counted[1] == ["SELECT", "SAVEPOINT", "INSERT", "RELEASE"]


def test_send_reset_link_rings_for_the_person(doorbell, django_capture_on_commit_callbacks, person):
    with django_capture_on_commit_callbacks(execute=True):
        passwords.send_reset_link(person=person)

    assert doorbell == [(RUNG, person.pk)]


def test_reset_sets_the_password_and_ends_every_sign_in(person, token):
    pair = tokens.issue(person)

    reset(person, token)

    assert User.objects.get(pk=person.pk).check_password(BETTER)
    with pytest.raises(InvalidToken):
        tokens.rotate(pair["refresh"])


def refuse(person: User, token: str, new_password: str = BETTER) -> str | None:
    with pytest.raises(InvalidInput) as refusal:
        reset(person, token, new_password)
    return refusal.value.attr


def test_a_link_works_once(person, token):
    reset(person, token)

    assert refuse(person, token, "a third horse") == "token"
    assert User.objects.get(pk=person.pk).check_password(BETTER)


def test_a_link_is_dead_after_a_changed_password(person, actor, token):
    passwords.change(actor=actor, current_password=PASSWORD, new_password=BETTER)

    assert refuse(person, token, "a third horse") == "token"


@pytest.mark.parametrize(("age_s", "works"), [(3_590, True), (3_610, False)])
def test_a_link_works_for_an_hour(monkeypatch, person, age_s, works):
    now = timezone.now().replace(tzinfo=None)
    with monkeypatch.context() as earlier:
        earlier.setattr(reset_tokens, "_now", lambda: now - timedelta(seconds=age_s))
        token = reset_tokens.make_token(person)

    assert passwords.is_live(uid=person.pk, token=token) is works


def test_a_link_outlives_a_sign_in(person, token):
    User.objects.filter(pk=person.pk).update(last_login=timezone.now())

    reset(person, token)


def test_a_link_is_no_other_persons(person, stranger, token):
    assert refuse(stranger, token) == "token"


def test_a_link_of_an_inactive_person_is_dead(person, token):
    User.objects.filter(pk=person.pk).update(is_active=False)

    assert refuse(person, token) == "token"


@pytest.mark.parametrize("uid", ["", "nonsense", "\0", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"])
def test_a_link_of_nobody_is_dead(token, uid):
    with pytest.raises(InvalidInput) as refusal:
        passwords.reset(uid=uid, token=token, new_password=BETTER)

    assert refusal.value.attr == "token"


def test_a_refused_password_leaves_the_link_as_it_was(person, token):
    assert refuse(person, token, "short") == "new_password"

    reset(person, token)


@pytest.mark.django_db(transaction=True)
def test_a_link_used_at_once_by_two_works_once(person, token):
    answers = at_once(*[partial(reset, person, token, f"a better horse {number}") for number in range(4)])

    assert sum(answer is None for answer in answers) == 1
    assert sum(isinstance(answer, InvalidInput) for answer in answers) == 3
