import re
from datetime import timedelta
from uuid import uuid4

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts import passwords, tokens, worker
from accounts.models import RememberedAnswer, SignIn, User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ago(age: timedelta):
    return timezone.now() - age


# The mailed link


def test_the_mail_bears_a_link_that_works(mailoutbox, settings, person):
    settings.PUBLIC_URL = "https://ml.example.com"

    worker.mail_reset_link(person.pk)

    (mail,) = mailoutbox
    assert (mail.to, mail.from_email) == ([person.email], settings.DEFAULT_FROM_EMAIL)
    (link,) = re.findall(r"^https://ml\.example\.com/password-reset/(.+)/(.+)$", mail.body, re.MULTILINE)
    assert passwords.is_live(uid=link[0], token=link[1])


def test_the_mail_is_plain_text_in_the_persons_own_words(mailoutbox, person):
    User.objects.filter(pk=person.pk).update(full_name="Zoë & <b>Co</b>")

    worker.mail_reset_link(person.pk)

    assert mailoutbox[0].body.startswith("Hello Zoë & <b>Co</b>,\n\nsomebody, most likely you,")


def test_nobody_and_the_inactive_are_sent_nothing(mailoutbox, person):
    User.objects.filter(pk=person.pk).update(is_active=False)

    for person_id in (person.pk, uuid4()):
        worker.mail_reset_link(person_id)

    assert mailoutbox == []


# Sweeping


def test_sweep_deletes_expired_tokens_and_keeps_the_others(person):
    tokens.revoke(tokens.issue(person)["refresh"])
    tokens.issue(person)
    OutstandingToken.objects.filter(blacklistedtoken__isnull=False).update(expires_at=ago(HOUR))

    worker.sweep()

    assert (OutstandingToken.objects.count(), BlacklistedToken.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("ended", "created", "has_token", "stays"),
    [
        (6 * DAY, 6 * DAY, True, True),
        (8 * DAY, 9 * DAY, True, False),
        (None, 90 * DAY, True, True),
        (None, 90 * DAY, False, False),
        (None, HOUR, False, True),
    ],
)
def test_sweep_deletes_sign_ins_that_are_over(person, ended, created, has_token, stays):
    tokens.issue(person)
    SignIn.objects.update(ended_at=ago(ended) if ended else None, created_at=ago(created))
    if not has_token:
        OutstandingToken.objects.update(expires_at=ago(HOUR))

    worker.sweep()

    assert SignIn.objects.exists() is stays


def test_sweep_keeps_a_session_that_goes_on(person):
    refresh = tokens.issue(person)["refresh"]
    SignIn.objects.update(created_at=ago(90 * DAY))

    worker.sweep()

    assert set(tokens.rotate(refresh)) == {"access", "refresh"}


@pytest.mark.parametrize(("age", "stays"), [(timedelta(minutes=14), True), (timedelta(minutes=16), False)])
def test_sweep_deletes_attempts_that_count_no_more(client, age, stays):
    client.post("/sign-in", {"username": "nobody@example.org", "password": PASSWORD})
    AccessAttempt.objects.update(attempt_time=ago(age))

    worker.sweep()

    assert AccessAttempt.objects.exists() is stays


@pytest.mark.parametrize(("age", "stays"), [(23 * HOUR, True), (25 * HOUR, False)])
def test_sweep_deletes_remembered_answers_of_yesterday(person, age, stays):
    RememberedAnswer.objects.create(user=person, key="key", fingerprint="f" * 64)
    RememberedAnswer.objects.update(created_at=ago(age))

    worker.sweep()

    assert RememberedAnswer.objects.exists() is stays


def test_sweep_deletes_expired_sessions(web):
    Session.objects.update(expire_date=ago(HOUR))

    worker.sweep()

    assert not Session.objects.exists()
