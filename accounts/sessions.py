"""Signed-in browsers."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from accounts.models import User


def end_all(person: User) -> None:
    """Sign the person out of every browser.

    A session's row does not say whose it is, so each one is opened: this is for rare occasions.
    """
    everybodys = Session.objects.iterator()
    theirs = [row.pk for row in everybodys if row.get_decoded().get(SESSION_KEY) == str(person.pk)]
    Session.objects.filter(pk__in=theirs).delete()
