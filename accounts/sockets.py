"""Who is asking over a WebSocket: by the credentials of the API, which are looked at again while the socket is open.

A `Proof` is a credential that can be looked at any number of times: what was revoked meanwhile, has expired or ended is
found the next time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication

from accounts import tokens
from accounts.api.key_authentication import KeyAuthentication
from accounts.api.token_authentication import TokenAuthentication
from accounts.models import User
from core.actor import Actor, Credential
from core.errors import Forbidden, ProductError

FOREIGN = "This page belongs to another site. Sockets with a session are for this site's own pages."


class NotSignedIn(ProductError):
    """Sign in: these credentials are missing, unknown, or not valid any more."""

    code = "not_authenticated"


@dataclass(frozen=True, slots=True)
class Proof:
    """A credential: called (it asks the database), it returns the Actor or raises NotSignedIn."""

    look: Callable[[], Actor]
    is_session: bool = False

    def __call__(self) -> Actor:
        return self.look()


def handshake(scope: dict[str, Any]) -> HttpRequest:
    """A socket's handshake as the GET request it is, so that whatever judges requests can judge it."""
    scheme = "https" if scope.get("scheme") == "wss" else "http"
    return ASGIRequest({**scope, "type": "http", "method": "GET", "scheme": scheme}, BytesIO())


def proof_of(request: HttpRequest) -> Proof | None:
    """What the handshake brings along: `?token=`, the header of a token or a key, or the session's cookie.

    None without any. Raises Forbidden for a cookie that another site's page sent along: browsers let any page open a
    socket to anywhere, and a token of its own is what such a page may use.
    """
    if token := request.GET.get("token"):
        return by_token(token)
    if "Authorization" in request.headers or "X-API-Key" in request.headers:
        return Proof(lambda: _by_headers(request))
    if key := request.COOKIES.get(settings.SESSION_COOKIE_NAME):
        if not _is_of_this_site(request):
            raise Forbidden(FOREIGN, code="origin_not_allowed")
        return Proof(lambda: _by_session(key), is_session=True)
    return None


def by_token(raw: str) -> Proof:
    """An access token."""

    def prove() -> Actor:
        try:
            return Actor(tokens.holder(JWTAuthentication().get_validated_token(raw.encode())), Credential.TOKEN)
        except AuthenticationFailed:
            raise NotSignedIn(tokens.DEAD) from None

    return Proof(prove)


def _by_headers(request: HttpRequest) -> Actor:
    asked = Request(request, authenticators=[TokenAuthentication(), KeyAuthentication()])
    try:
        return _signed_in(Actor.of(asked)) if asked.auth else _nobody()
    except AuthenticationFailed as error:
        detail = error.detail.get("detail") if isinstance(error.detail, dict) else error.detail
        raise NotSignedIn(str(detail)) from None


def _by_session(key: str) -> Actor:
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    return Actor(user) if isinstance(user, User) else _nobody()


def _signed_in(actor: Actor) -> Actor:
    return actor if isinstance(actor.user, User) else _nobody()


def _nobody() -> Actor:
    raise NotSignedIn


def _is_of_this_site(request: HttpRequest) -> bool:
    """Whether the page that opened the socket is ours, by Django's own rule for forms; programs send no Origin."""
    if "Origin" not in request.headers:
        return True
    judge: Any = CsrfViewMiddleware(lambda _: HttpResponse())
    return bool(judge._origin_verified(request))
