"""Access and refresh tokens: made at sign-in, rotated once each, dead when their sign-in has ended.

Every token names its `SignIn` in a claim. The library's own table of refresh tokens keeps each as it was before that
claim was added, so that whoever reads the table holds nothing that opens a door.
"""

from typing import cast

import structlog
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken
from rest_framework_simplejwt.tokens import RefreshToken, Token
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts import lock_out
from accounts.models import SignIn, User

SIGN_IN_CLAIM = "sid"
WRONG = "This email address and password do not belong together."
DEAD = "This token is not valid any more. Sign in again."

log = structlog.get_logger(__name__)


class _RefreshToken(RefreshToken):
    """A refresh token that is read though it may be spent: what follows from that is decided in `_spend`."""

    def check_blacklist(self) -> None:
        """Leave it to `_spend`."""


def sign_in(request: HttpRequest, *, email: str, password: str) -> User | None:
    """The active person with this email and password, or None; counts as a sign-in, or as a failed one.

    Raises TooManyRequests after too many failures, whoever the person is.
    """
    person = authenticate(request, username=email.strip(), password=password)
    if isinstance(person, User):
        try:
            user_logged_in.send(sender=User, request=request, user=person)  # notes the time, forgets earlier failures
        except DatabaseError:
            if User.objects.filter(pk=person.pk).exists():
                raise
            return None  # closed since the password was compared
        return person
    if lock_out.is_locked(request):
        raise lock_out.refusal(request)
    return None


def issue(person: User) -> dict[str, str]:
    """Begin a sign-in; returns its first pair of tokens: `{"access", "refresh"}`."""
    return _pair(SignIn.objects.create(user=person))


def rotate(raw: str) -> dict[str, str]:
    """Trade a refresh token for a new pair of the same sign-in; the old one dies.

    Raises InvalidToken if it cannot be used. One that was spent before ends its sign-in, with every token of it:
    either this caller or the earlier one has a copy, and nobody can tell which. A client that sends the same
    token twice at once is treated so too.
    """
    with transaction.atomic(durable=True):  # that the sign-in has ended must outlast the refusal
        session, is_fresh = _spend(raw)
        if is_fresh:
            return _pair(session)
        _end(session)
    raise InvalidToken(DEAD)


def revoke(raw: str) -> None:
    """Sign out: end the sign-in of a refresh token. Raises InvalidToken if it is none, or dead already."""
    with transaction.atomic(durable=True):
        session, is_fresh = _spend(raw)
        _end(session)
    if not is_fresh:
        raise InvalidToken(DEAD)


def holder(token: Token) -> User:
    """The person a well-signed token speaks for, in one query. Raises InvalidToken if it is dead."""
    return _session_of(token, SignIn.objects.all()).user


def end_all(person: User) -> None:
    """End every sign-in by token that the person has."""
    SignIn.objects.filter(user=person, ended_at=None).update(ended_at=timezone.now())


def _pair(session: SignIn) -> dict[str, str]:
    refresh = _RefreshToken.for_user(session.user)
    refresh[SIGN_IN_CLAIM] = str(session.pk)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def _spend(raw: str) -> tuple[SignIn, bool]:
    """Spend a refresh token; returns its sign-in, and whether it was not spent before.

    Whoever inserts the unique blacklist row has spent it: checking first and inserting afterwards, as simplejwt's
    own view does, lets callers at the same moment use one token several times.
    """
    try:
        token = _RefreshToken(raw)  # type: ignore[arg-type]
    except TokenError:
        raise InvalidToken(DEAD) from None
    session = _session_of(token, SignIn.objects.select_for_update(of=("self",)))
    _, is_fresh = cast(tuple[BlacklistedToken, bool], token.blacklist())  # its annotation is wrong
    return session, is_fresh


def _session_of(token: Token, sign_ins: QuerySet[SignIn]) -> SignIn:
    """The sign-in a token names, if it goes on, its person is active and has the password of then."""
    named = {"pk": token.get(SIGN_IN_CLAIM), "user_id": token.get(api_settings.USER_ID_CLAIM)}
    session = sign_ins.select_related("user").filter(**named, ended_at=None, user__is_active=True).first()
    password = token.get(api_settings.REVOKE_TOKEN_CLAIM)
    if session is None or password != get_md5_hash_password(session.user.password):
        raise InvalidToken(DEAD)
    return session


def _end(session: SignIn) -> None:
    SignIn.objects.filter(pk=session.pk, ended_at=None).update(ended_at=timezone.now())
    log.info("sign_in.ended", sign_in=str(session.pk), person=str(session.user_id))
