"""Which credential may come to which address: the default permission of every endpoint.

What a person may do to a row is decided by the services; this decides what an API key may be used for.
"""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from core.actor import Actor, Credential, Scope
from core.errors import key_not_allowed

KEY_SCHEME = "apiKey"  # what the API's document calls keys


def key_scope(view: Any, method: str | None) -> Scope | None:
    """The scope an API key needs to call this view by this method; None where no key may come.

    A view says so by its `key_scope`; without one, safe methods need `read` and the others `write`.
    """
    by_method = Scope.READ if method in SAFE_METHODS else Scope.WRITE
    scope: Scope | None = getattr(view, "key_scope", by_method)
    return scope


class SignedInWithinScope(BasePermission):
    """A signed-in person; one who came with an API key, only where keys may come and the key's scopes reach."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        actor, scope = Actor.of(request), key_scope(view, request.method)
        if actor.credential is not Credential.KEY or (scope is not None and scope in actor.scopes):
            return True
        refusal = key_not_allowed(scope or "")
        # Told by these two, not raised: the browsable API asks for every method and hides what is refused.
        self.message, self.code = refusal.detail, refusal.code
        return False
