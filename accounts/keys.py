"""API keys: shown once when they are made, found by their visible beginning, dead at the call after they are revoked.

A key is `mlp_` + 8 characters + `_` + 43 characters. The first twelve are its prefix; the last carry 256 random bits,
so a plain SHA-256 keeps it safe: there is nothing to guess.
"""

import hashlib
import re
import secrets
import string
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiKey
from core import events
from core.actor import Actor, Credential, Scope
from core.errors import InvalidInput, NotFound, key_not_allowed

DEFAULT_SCOPES = [Scope.READ.value, Scope.PREDICT.value]  # a key that may change things is made on purpose
MAX_NAME_LENGTH = 100
USE_NOTED_EVERY = timedelta(minutes=1)

_LETTERS = string.ascii_letters + string.digits
_FORM = re.compile(r"(mlp_[A-Za-z0-9]{8})_[A-Za-z0-9_-]{43}")


@transaction.atomic
def create(
    *, actor: Actor, name: str, scopes: Sequence[str] = DEFAULT_SCOPES, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """Make a key; returns it with the raw key, which nobody can tell again. Emits `api_key.created`.

    Raises InvalidInput naming `name`, `scopes` or `expires_at`; Forbidden to a key.
    """
    _refuse_keys(actor)
    prefix = "mlp_" + "".join(secrets.choice(_LETTERS) for _ in range(8))
    raw = f"{prefix}_{secrets.token_urlsafe(32)}"
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput("expires_at", "Choose a moment in the future.")
    key = ApiKey.objects.create(
        user=actor.user,
        name=_checked_name(name),
        prefix=prefix,
        digest=_digest(raw),
        scopes=_checked_scopes(scopes),
        expires_at=expires_at,
    )
    events.emit("api_key.created", subject=key, by=actor, scopes=key.scopes)
    return key, raw


def rename(*, actor: Actor, key: ApiKey, name: str) -> ApiKey:
    """Call the key something else. Raises InvalidInput naming `name`; NotFound, Forbidden as `revoke` does."""
    _require_own(actor, key)
    key.name = _checked_name(name)
    key.save(update_fields=["name"])
    return key


@transaction.atomic
def revoke(*, actor: Actor, key: ApiKey) -> None:
    """End a key, its owner's or (by staff) anybody's; it stays listed. Emits `api_key.revoked`, once.

    Raises NotFound when the key is somebody else's, Forbidden to a key.
    """
    _require_own(actor, key)
    now = timezone.now()
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        key.revoked_at = now
        events.emit("api_key.revoked", subject=key, by=actor)


def authenticate(raw: str) -> ApiKey | None:
    """The key, if it may be used now by an active person; its use is noted. None for whatever else.

    Nothing is kept between calls, so a key revoked a moment ago is None.
    """
    found = _FORM.fullmatch(raw)
    key = ApiKey.objects.select_related("user").filter(prefix=found[1]).first() if found else None
    if key is None or not secrets.compare_digest(key.digest, _digest(raw)):
        return None
    if not key.is_active or not key.user.is_active:
        return None
    _note_use(key)
    return key


def _note_use(key: ApiKey) -> None:
    """Write when the key was last used, at most once a minute however many calls arrive together."""
    now = timezone.now()
    if key.last_used_at is not None and key.last_used_at > now - USE_NOTED_EVERY:
        return  # without asking for the write lock
    due = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    ApiKey.objects.filter(due, pk=key.pk).update(last_used_at=now)


def _refuse_keys(actor: Actor) -> None:
    if actor.credential is Credential.KEY:
        raise key_not_allowed()


def _require_own(actor: Actor, key: ApiKey) -> None:
    _refuse_keys(actor)
    if key.user_id != actor.user.pk and not actor.user.is_staff:
        raise NotFound("There is no such API key, or you may not see it.")


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME_LENGTH:
        raise InvalidInput("name", f"Use 1 to {MAX_NAME_LENGTH} characters.")
    return name


def _checked_scopes(scopes: Sequence[str]) -> list[str]:
    if not scopes:
        raise InvalidInput("scopes", "Choose at least one scope.")
    if unknown := [scope for scope in scopes if scope not in set(Scope)]:
        raise InvalidInput("scopes", f"There is no scope “{unknown[0]}”.", code="invalid_choice")
    if len(set(scopes)) < len(scopes):
        raise InvalidInput("scopes", "Name each scope once.")
    return [str(scope) for scope in scopes]


def _digest(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()
