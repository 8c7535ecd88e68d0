"""Who is asking: made once per request, whichever credential came."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from django.http import HttpRequest

if TYPE_CHECKING:
    from accounts.models import User


class Credential(StrEnum):
    SESSION = "session"
    TOKEN = "token"  # noqa: S105 -- a kind, not a secret
    KEY = "key"


class Scope(StrEnum):
    """What an API key may be used for; a session or a token carries them all."""

    READ = "read"
    PREDICT = "predict"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person and the credential they came with; services take this, never a request."""

    user: "User"
    credential: Credential = Credential.SESSION
    scopes: frozenset[Scope] = field(default_factory=lambda: frozenset(Scope))

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """The signed-in person behind a page or API request, with what their credential allows."""
        auth = getattr(request, "auth", None)
        credential, scopes = Credential.TOKEN if auth else Credential.SESSION, frozenset(Scope)
        key_scopes = getattr(auth, "scopes", None)  # an API key's; no other credential has scopes
        if key_scopes is not None:
            credential, scopes = Credential.KEY, frozenset(Scope(scope) for scope in key_scopes)
        return cls(user=request.user, credential=credential, scopes=scopes)  # type: ignore[arg-type]
