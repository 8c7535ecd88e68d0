"""Stopping whoever guesses passwords.

django-axes counts and refuses at every door that asks Django who somebody is: the API, the sign-in page, the admin.
It counts per email and address, so that nobody can lock another person out from elsewhere; `FailureCounter` adds a
count per address, over all emails. An email without an account is counted like one with, and told the same.
"""

from math import ceil
from typing import Any

import structlog
from axes.backends import AxesStandaloneBackend
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import PersonManager, User
from core.errors import TooManyRequests
from core.http.client import client_network, is_local
from core.templatetags.format import plural

EMAIL_LENGTH = 255  # what axes has room for; lower case can be longer than what was typed

log = structlog.get_logger(__name__)


class SignInBackend(AxesStandaloneBackend, ModelBackend):  # type: ignore[misc]
    """Django's own, asked only while there have not been too many failures."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        AxesStandaloneBackend.authenticate(self, request, username=username, password=password, **kwargs)
        return ModelBackend.authenticate(self, request, username=username, password=password, **kwargs)


class FailureCounter(AxesDatabaseHandler):  # type: ignore[misc]
    """Axes' own, which also stops an address from which too many people's passwords were guessed."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        return bool(super().is_locked(request, credentials)) or _is_address_locked(request)


def email_of(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The email an attempt is counted for: as typed, in the form people are found by."""
    return PersonManager.normalize_email((credentials or {}).get("username"))[:EMAIL_LENGTH]


def is_locked(request: HttpRequest) -> bool:
    """Whether the attempt just made was refused unread, or was the one too many."""
    return bool(getattr(request, "axes_locked_out", False))


def refusal(request: HttpRequest) -> TooManyRequests:
    """What the one whose attempt was one too many is told, and when to come back."""
    here = _recent(client_network(request))
    this_person = here.filter(username=email_of(request, request.axes_credentials))  # type: ignore[attr-defined]
    counted = this_person if _failures(this_person) >= settings.AXES_FAILURE_LIMIT else here
    newest = counted.aggregate(at=Max("attempt_time"))["at"] or timezone.now()
    wait_s = max(1, ceil((newest + settings.AXES_COOLOFF_TIME - timezone.now()).total_seconds()))
    return TooManyRequests(
        f"Too many failed attempts to sign in. Wait {plural(ceil(wait_s / 60), 'minute')} and try again.",
        retry_after_s=wait_s,
    )


def answer(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any]) -> HttpResponse:
    """The answer to a locked-out attempt: what the door made of it, as 429 and with the time to come back."""
    log.warning("sign_in.locked", address=client_network(request), path=request.path)
    response.status_code = 429
    response.headers.setdefault("Retry-After", str(refusal(request).retry_after_s))
    return response


def forget(person: User) -> None:
    """Let the person try again at once: they have shown who they are."""
    reset(username=person.email[:EMAIL_LENGTH])


def sweep() -> None:
    """Delete attempts that count no more."""
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - settings.AXES_COOLOFF_TIME).delete()


def _is_address_locked(request: HttpRequest) -> bool:
    address = client_network(request)
    return not is_local(address) and _failures(_recent(address)) >= settings.SIGN_IN_FAILURES_PER_IP


def _recent(address: str) -> "QuerySet[AccessAttempt]":
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    attempts: QuerySet[AccessAttempt] = AccessAttempt.objects.filter(ip_address=address, attempt_time__gte=since)
    return attempts


def _failures(attempts: "QuerySet[AccessAttempt]") -> int:
    return int(attempts.aggregate(all=Sum("failures_since_start"))["all"] or 0)
