"""Telling people by mail how their long jobs ended, for those who wish it.

That a mail is due is written with the end itself, so no broker that is away and no worker that dies loses it, and
nothing waits for a mail server. Whoever sends claims it by one conditional UPDATE, which puts it off for a while: a
sender that dies, or is refused, is followed by another. One that dies after the mail server has said yes and before
it has written so makes a second copy, of the same Message-ID.
"""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.credits import Cost
from accounts.models import User
from accounts.queries import refunded
from core.actor import Actor
from core.models import OutboxEvent
from training.models import Job
from training.states import JobState
from workspaces import access

LONG = timedelta(minutes=1)
AGAIN_AFTER = timedelta(minutes=5)
GIVEN_UP_AFTER = timedelta(days=1)
AT_ONCE = 50

log = structlog.get_logger(__name__)


def due(job_id: UUID, *, stopped_by: User | None = None) -> None:
    """Note, in the transaction that ends a job, that its owner is to be told: if it ran long and they wish it.

    Nobody is told of what they have stopped themselves.
    """
    long_run = Job.objects.filter(pk=job_id, started_at__lte=F("finished_at") - LONG)
    wished = long_run.filter(owner__mail_when_done=True, owner__is_active=True)
    if stopped_by:
        wished = wished.exclude(owner=stopped_by)
    wished.update(mail_due_at=timezone.now())


def send_due() -> None:
    """Send the mails that are due, each by one sender."""
    now = timezone.now()
    for job_id in list(Job.objects.filter(mail_due_at__lte=now).values_list("pk", flat=True)[:AT_ONCE]):
        if Job.objects.filter(pk=job_id, mail_due_at__lte=now).update(mail_due_at=now + AGAIN_AFTER):
            _tell(job_id)


def _tell(job_id: UUID) -> None:
    job = Job.objects.select_related("owner").filter(pk=job_id).first()
    if job is None:
        return
    if job.owner and _may_be_told(job, job.owner):
        try:
            _mail(job, job.owner).send()
        except OSError as error:  # smtplib's are of this kind
            log.warning("training.mail_refused", job=str(job_id), error=type(error).__name__)
            return
    Job.objects.filter(pk=job_id).update(mail_due_at=None)


def _may_be_told(job: Job, owner: User) -> bool:
    """Whether the owner still wishes it and sees the job, and it is still news."""
    is_news = job.finished_at is not None and job.finished_at > timezone.now() - GIVEN_UP_AFTER
    return owner.mail_when_done and is_news and access.visible(Actor(owner), Job.objects.filter(pk=job.pk)).exists()


def _mail(job: Job, owner: User) -> EmailMessage:
    context = {
        "job": job,
        "person": owner,
        "stopped_by": _stopped_by(job),
        "refunded": refunded(Cost.TRAIN, job.pk),
        "link": settings.PUBLIC_URL + reverse("training:job", args=[job.pk]),
        "settings_link": settings.PUBLIC_URL + reverse("accounts:profile"),
    }
    ended = {JobState.SUCCEEDED: "has succeeded", JobState.FAILED: "has failed"}.get(JobState(job.state), "was stopped")
    return EmailMessage(
        subject=f"“{' '.join(job.name.split())}” {ended}",
        body=render_to_string("training/ended_mail.txt", context),
        to=[owner.email],
        headers={"Message-ID": f"<{job.pk}.ended@{urlsplit(settings.PUBLIC_URL).hostname}>"},
    )


def _stopped_by(job: Job) -> str:
    """The username of whoever stopped the job; nothing if nobody did, or is no more."""
    told = OutboxEvent.objects.filter(subject_type="training.job", subject_id=job.pk, kind="training.cancelled")
    event = told.select_related("actor").last()
    return event.actor.username if event and event.actor else ""
