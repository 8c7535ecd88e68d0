"""`Authorization: Bearer <access token>`: who is asking, in one query."""

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.tokens import Token

from accounts import tokens
from accounts.models import User


class TokenAuthentication(JWTAuthentication):
    """The person a token's sign-in belongs to; 401 once that has ended, whatever ended it."""

    def get_raw_token(self, header: bytes) -> bytes | None:
        """The token in the header; its scheme in any case, as RFC 9110 11.1 has it."""
        scheme, gap, rest = header.partition(b" ")
        return super().get_raw_token(b"Bearer" + gap + rest if scheme.lower() == b"bearer" else header)

    def get_user(self, validated_token: Token) -> User:  # type: ignore[override]
        return tokens.holder(validated_token)


class TokenScheme(SimpleJWTScheme):  # type: ignore[no-untyped-call]
    """How the API's document tells of it: as of the class it rests on."""

    target_class = "accounts.api.token_authentication.TokenAuthentication"
