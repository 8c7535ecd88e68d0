"""Mails of jobs that have ended."""

from datetime import timedelta

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from accounts.models import User
from tests import factories
from tests.factories import at_once
from training import mails, services, tasks, worker
from training.models import Job
from workspaces.models import Membership


@pytest.fixture(autouse=True)
def _wished(request, settings):
    settings.PUBLIC_URL = "https://ml.example.org"
    if "person" in request.fixturenames:
        wish(request.getfixturevalue("person"))


def wish(person):
    User.objects.filter(pk=person.pk).update(mail_when_done=True)


def long_run(person, seconds=61, **wish):
    """A job that a worker has been at for so long; and the worker's lease."""
    job = factories.a_job(person, **wish)
    lease = factories.claim(job)
    Job.objects.filter(pk=job.pk).update(started_at=timezone.now() - timedelta(seconds=seconds))
    return job, lease


def fail(job, lease):
    worker._fail(job.pk, "Only one class is left.", lease=lease)


class MailServerIsAway(BaseEmailBackend):
    def send_messages(self, email_messages):
        raise ConnectionRefusedError


AWAY = f"{__name__}.MailServerIsAway"


def test_the_owner_is_told_of_a_success(person, mailoutbox):
    job, lease = long_run(person, name="Flowers")
    factories.finish(job, lease)

    tasks.mail_of_ended_jobs()

    (mail,) = mailoutbox
    assert (mail.subject, mail.to) == ("“Flowers” has succeeded", [person.email])
    assert (
        f"your training “Flowers” has succeeded, and its model is ready.\n\nhttps://ml.example.org/training/{job.pk}\n"
        in (mail.body)
    )
    assert mail.body.strip().endswith("https://ml.example.org/account")
    assert mail.extra_headers["Message-ID"] == f"<{job.pk}.ended@ml.example.org>"


def test_the_owner_is_told_why_it_failed(person, mailoutbox):
    fail(*long_run(person))

    mails.send_due()

    assert mailoutbox[0].subject == "“kind by logistic” has failed"
    assert "What it cost was given back.\n\nOnly one class is left.\n\nhttps" in mailoutbox[0].body


def test_the_owner_is_told_who_stopped_it(person, stranger, mailoutbox):
    job, _ = long_run(person)
    colleague = factories.join(stranger, job.project.workspace, "editor")
    services.stop_training(actor=colleague, job=job)

    mails.send_due()

    assert mailoutbox[0].subject == "“kind by logistic” was stopped"
    assert f"was stopped by {stranger.username}, and left no model." in mailoutbox[0].body


def test_nobody_is_told_of_what_they_stopped_themselves(person, actor, mailoutbox):
    job, _ = long_run(person)
    services.stop_training(actor=actor, job=job)

    mails.send_due()

    assert mailoutbox == []


def test_nobody_is_told_of_a_short_job(person, mailoutbox):
    fail(*long_run(person, seconds=50))

    mails.send_due()

    assert mailoutbox == []


def test_nobody_is_told_who_does_not_wish_it(person, mailoutbox):
    person.mail_when_done = False
    person.save(update_fields=["mail_when_done"])
    fail(*long_run(person))

    mails.send_due()

    assert mailoutbox == []


def test_nobody_is_told_who_has_left_the_workspace(person, mailoutbox):
    fail(*long_run(person))
    Membership.objects.filter(user=person).delete()

    mails.send_due()

    assert mailoutbox == []
    assert not Job.objects.filter(mail_due_at__isnull=False).exists()


def test_one_end_is_told_of_once(person, mailoutbox):
    job, lease = long_run(person)
    for _ in range(2):
        fail(job, lease)
        mails.send_due()

    assert len(mailoutbox) == 1


def test_a_job_that_a_reaper_fails_is_told_of(person, mailoutbox, settings):
    job, _ = long_run(person)
    long_ago = timezone.now() - timedelta(hours=1)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=long_ago, attempt=settings.TRAINING_MAX_ATTEMPTS)

    worker.reap()
    mails.send_due()

    assert [mail.subject for mail in mailoutbox] == ["“kind by logistic” has failed"]


def test_a_mail_that_could_not_be_sent_is_sent_later_once(person, mailoutbox, settings):
    fail(*long_run(person))
    works, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, AWAY
    mails.send_due()
    settings.EMAIL_BACKEND = works
    mails.send_due()
    assert mailoutbox == []  # not before its time
    Job.objects.update(mail_due_at=timezone.now())

    for _ in range(2):
        mails.send_due()

    assert len(mailoutbox) == 1


def test_a_mail_that_a_dead_sender_had_claimed_is_sent_by_the_next(person, mailoutbox, monkeypatch):
    fail(*long_run(person))
    with monkeypatch.context() as dying:
        dying.setattr(mails, "_tell", lambda job_id: None)
        mails.send_due()
    assert Job.objects.get().mail_due_at > timezone.now() + mails.AGAIN_AFTER / 2
    Job.objects.update(mail_due_at=timezone.now())

    mails.send_due()

    assert len(mailoutbox) == 1


def test_a_mail_that_could_not_be_sent_for_a_day_is_given_up(person, mailoutbox):
    fail(*long_run(person))
    Job.objects.update(finished_at=timezone.now() - timedelta(hours=25))

    mails.send_due()

    assert mailoutbox == []
    assert Job.objects.get().mail_due_at is None


def test_a_name_of_many_lines_is_one_subject(person, mailoutbox):
    fail(*long_run(person, name="A\nBcc: somebody@example.org"))

    mails.send_due()

    assert mailoutbox[0].subject == "“A Bcc: somebody@example.org” has failed"


@pytest.mark.django_db(transaction=True)
def test_senders_at_once_send_one_mail(doorbell, mailoutbox):
    owner = factories.a_person()
    wish(owner)
    fail(*long_run(owner))

    at_once(*[mails.send_due] * 4)

    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_a_job_that_ends_twice_at_once_is_told_of_once(doorbell, mailoutbox):
    owner, colleague = factories.a_person(), factories.a_person()
    wish(owner)
    job, lease = long_run(owner)
    actor = factories.join(colleague, job.project.workspace, "editor")

    at_once(lambda: services.stop_training(actor=actor, job=job), lambda: fail(job, lease))
    mails.send_due()

    assert len(mailoutbox) == 1


def test_people_choose_it_on_their_profile_and_by_the_api(web, api, person):
    web.post("/account", {"username": person.username, "full_name": ""})
    assert not User.objects.get(pk=person.pk).mail_when_done

    answer = api.patch("/api/auth/me", {"mail_when_done": True})

    assert (answer.status_code, answer.json()["mail_when_done"]) == (200, True)
    assert "checked" in web.get("/account").content.decode()
