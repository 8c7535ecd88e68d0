"""What staff do with people's accounts, each thing under a right of its own.

Staff hold Django's permissions one by one, superusers hold all; a person who is staff is changed by superusers only,
or whoever may edit an address could take over an administrator's account. No API key comes here.
"""

from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from accounts import credits, keys, passwords, sessions, tokens
from accounts.models import ApiKey, LedgerEntry, User
from core import events
from core.actor import Actor, Credential
from core.errors import Conflict, Forbidden, InvalidInput, key_not_allowed

SEE_PEOPLE = "accounts.view_user"
CHANGE_PEOPLE = "accounts.change_user"  # let in, shut out, mail a link for a new password
REMOVE_PEOPLE = "accounts.delete_user"
GRANT_CREDITS = "accounts.add_ledgerentry"
SEE_SYSTEM = "core.view_pulse"
MAX_REASON_LENGTH = 200


def may(actor: Actor, right: str) -> bool:
    """Whether the person is staff and has this right."""
    return actor.credential is not Credential.KEY and actor.user.is_staff and actor.user.has_perm(right)


def require(actor: Actor, right: str, person: User | None = None) -> None:
    """Raise Forbidden unless staff with this right ask, and of staff a superuser; a key may never."""
    if actor.credential is Credential.KEY:
        raise key_not_allowed()
    if not may(actor, right):
        raise Forbidden("This is for administrators who were given the right to it.")
    if person is not None and not may_change(actor, person):
        raise Forbidden("This person is an administrator. Only a superuser may do this.")


def may_change(actor: Actor, person: User) -> bool:
    """Whether this person's account is one that the actor, by whatever right, may change."""
    return actor.user.is_superuser or not (person.is_staff or person.is_superuser)


@transaction.atomic
def grant_credits(*, actor: Actor, person: User, amount: int, reason: str, once: UUID | None = None) -> LedgerEntry:
    """Give the person credits; returns the ledger's entry. `once` keeps one grant from being made twice.

    Emits `credits.granted`. Raises Forbidden (to oneself: unless a superuser), InvalidInput naming `amount` or
    `reason`, Conflict (`granted_before`).
    """
    require(actor, GRANT_CREDITS)
    if person.pk == actor.user.pk and not actor.user.is_superuser:
        raise Forbidden("Ask another administrator: nobody but a superuser grants credits to themselves.")
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= MAX_REASON_LENGTH:
        raise InvalidInput("reason", f"Say why, in 1 to {MAX_REASON_LENGTH} characters.")
    key = f"grant:{once or uuid4()}:{person.pk}"
    try:
        with transaction.atomic():
            credits.grant(person, amount, key=key, reference=reason)
    except IntegrityError:
        raise Conflict("These credits were granted a moment ago.", code="granted_before") from None
    events.emit("credits.granted", subject=person, by=actor, amount=amount, reason=reason)
    return LedgerEntry.objects.get(key=key)


@transaction.atomic
def send_reset_link(*, actor: Actor, person: User) -> None:
    """Mail the person a link by which they choose a new password; emits `user.reset_link_sent`.

    Raises Forbidden, Conflict (`not_active`).
    """
    require(actor, CHANGE_PEOPLE, person)
    if not person.is_active:
        raise Conflict("This account is not active, so no link would open it.", code="not_active")
    passwords.send_reset_link(person=person)
    events.emit("user.reset_link_sent", subject=person, by=actor)


@transaction.atomic
def deactivate(*, actor: Actor, person: User) -> None:
    """Shut a person out: tokens, keys and sessions end at once and for good. Emits `user.deactivated`.

    Does nothing if they are shut out already. Raises Forbidden, Conflict (`not_yourself`).
    """
    refuse_oneself(actor, CHANGE_PEOPLE, person, "Nobody shuts themselves out.")
    require(actor, CHANGE_PEOPLE, person)
    if not User.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
        return
    person.is_active = False
    tokens.end_all(person)
    for key in ApiKey.objects.filter(user=person, revoked_at=None).order_by("pk"):
        keys.revoke(actor=actor, key=key)
    sessions.end_all(person)
    events.emit("user.deactivated", subject=person, by=actor)


@transaction.atomic
def activate(*, actor: Actor, person: User) -> None:
    """Let a person in again, who has to sign in anew. Emits `user.activated`, unless they were in. Raises Forbidden."""
    require(actor, CHANGE_PEOPLE, person)
    if User.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
        person.is_active = True
        events.emit("user.activated", subject=person, by=actor)


def refuse_oneself(actor: Actor, right: str, person: User, detail: str) -> None:
    """Raise Conflict (`not_yourself`) when staff with this right mean their own account; Forbidden without it."""
    require(actor, right)
    if person.pk == actor.user.pk:
        raise Conflict(detail, code="not_yourself")
