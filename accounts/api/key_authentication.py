"""Signing requests by API key, and how the API's document tells of it."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import keys
from accounts.models import ApiKey, User
from core.http.permissions import KEY_SCHEME


class KeyAuthentication(BaseAuthentication):
    """`X-API-Key: <key>` or `Authorization: Api-Key <key>`; `request.auth` is then the ApiKey."""

    keyword = "Api-Key"

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        raw = self._sent(request)
        if raw is None:
            return None
        key = keys.authenticate(raw)
        if key is None:
            raise AuthenticationFailed("This API key is unknown, expired or revoked.", code="key_not_valid")
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return f'{self.keyword} realm="api"'

    def _sent(self, request: Request) -> str | None:
        scheme, _, raw = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() == self.keyword.lower():
            return raw.strip()
        header: str | None = request.META.get("HTTP_X_API_KEY")
        return header


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.api.key_authentication.KeyAuthentication"
    name = KEY_SCHEME

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "X-API-Key",
            "description": "An API key of the account; `Authorization: Api-Key <key>` is the same.",
        }
