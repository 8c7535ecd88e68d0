"""Access and refresh tokens: made at sign-in, rotated once each, dead after sign-out."""

from typing import cast

from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken
from rest_framework_simplejwt.tokens import RefreshToken
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts.models import User

WRONG = "This email address and password do not belong together."
DEAD = "This refresh token is not valid any more. Sign in again."


def sign_in(request: HttpRequest, *, email: str, password: str) -> User | None:
    """The active person with this email and password, or None."""
    person = authenticate(request, username=email.strip(), password=password)
    return person if isinstance(person, User) else None


def issue(person: User) -> dict[str, str]:
    """A fresh pair of tokens: `{"access", "refresh"}`."""
    refresh = RefreshToken.for_user(person)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


@transaction.atomic
def rotate(raw: str) -> dict[str, str]:
    """Trade a refresh token for a new pair; the old one dies. Raises InvalidToken if it cannot be used."""
    token = _spend(raw)
    person = User.objects.filter(pk=token[api_settings.USER_ID_CLAIM], is_active=True).first()
    if person is None or token.get(api_settings.REVOKE_TOKEN_CLAIM) != get_md5_hash_password(person.password):
        raise InvalidToken(DEAD)
    return issue(person)


@transaction.atomic
def revoke(raw: str) -> None:
    """End a refresh token. Raises InvalidToken if it is none, or dead already."""
    _spend(raw)


def _spend(raw: str) -> RefreshToken:
    """Blacklist a valid refresh token.

    Whoever inserts the unique blacklist row has spent it: checking first and inserting afterwards, as simplejwt's
    own view does, lets callers at the same moment use one token several times.
    """
    try:
        token = RefreshToken(raw)  # type: ignore[arg-type]
    except TokenError:
        raise InvalidToken(DEAD) from None
    _, spent_now = cast(tuple[BlacklistedToken, bool], token.blacklist())  # its annotation is wrong
    if not spent_now:
        raise InvalidToken(DEAD)
    return token
