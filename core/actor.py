"""Who is asking: made once per request, whichever credential came."""

from collections.abc import Iterable
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
    def of(cls, request: HttpRequest, scopes: Iterable[Scope] = Scope) -> Self:
        """The signed-in person behind a page or API request."""
        credential = Credential.TOKEN if getattr(request, "auth", None) else Credential.SESSION
        return cls(user=request.user, credential=credential, scopes=frozenset(scopes))  # type: ignore[arg-type]
