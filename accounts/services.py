"""What people do with their account."""

import re
import secrets
from copy import copy

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts import credits, lock_out, passwords, sessions
from accounts.models import USERNAME_TAKEN, ApiKey, User, Wallet
from core import events
from core.actor import Actor
from core.errors import Conflict, InvalidInput, NotFound

# Control characters, line and paragraph separators, and those that turn the direction of what follows.
_UNFIT_FOR_NAMES = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def newcomer(*, email: str, username: str, password: str, full_name: str = "") -> User:
    """A person to be registered, their password checked and hashed: slow on purpose, so before any transaction.

    Raises InvalidInput naming `password`.
    """
    person = User(
        email=email.strip().lower(), username=User.normalize_username(username.strip()), full_name=full_name.strip()
    )
    passwords.check(password, person)
    person.set_password(password)
    return person


@transaction.atomic
def register(person: User) -> User:
    """Save a newcomer with their first credits; emits `user.registered`.

    Raises InvalidInput naming `email`, `username` or `full_name`.
    """
    _save_new(person)
    if settings.CREDITS_AT_SIGN_UP:
        credits.grant(person, settings.CREDITS_AT_SIGN_UP, key=f"sign-up:{person.pk}", reference="Welcome credits")
    events.emit("user.registered", subject=person, by=Actor(person))
    return person


def update_profile(*, actor: Actor, **changes: str | bool) -> User:
    """Change `full_name`, `username` or `mail_when_done`.

    Raises InvalidInput naming the one that is taken or cannot be used.
    """
    person = copy(actor.user)  # a page around a refusal shows what is saved
    for name, value in changes.items():
        trimmed = value.strip() if isinstance(value, str) else value
        setattr(person, name, User.normalize_username(trimmed) if name == "username" else trimmed)
    _clean(person)
    try:
        with transaction.atomic():
            person.save(update_fields=list(changes))
    except IntegrityError:
        raise InvalidInput("username", USERNAME_TAKEN, code="unique") from None
    return person


def lock_wallet(person: User) -> None:
    """Let no credit of the person's move until the commit."""
    list(Wallet.objects.select_for_update().filter(user=person).values_list("pk"))


@transaction.atomic
def remove(*, actor: Actor, person: User) -> None:
    """Delete a person with all that is theirs alone: credits, keys, tokens, sessions, what was told of them.

    What they did for others stays, by nobody. Emits `user.closed`, which names nobody. The person's row is locked
    last: whoever changes a row of theirs asks for it at the commit.
    Raises NotFound when they are gone already, Conflict (`last_superuser`).
    """
    theirs = User.objects.filter(pk=person.pk)
    events.forget(ApiKey.objects.filter(user=person))
    events.forget(theirs)
    OutstandingToken.objects.filter(user=person).delete()
    sessions.end_all(person)
    lock_out.forget(person)
    LogEntry.objects.filter(content_type__app_label="accounts", object_id=str(person.pk)).delete()
    _keep_a_superuser(person)
    locked = theirs.select_for_update().first()
    if locked is None:
        raise NotFound("This account is closed already.")
    events.emit("user.closed", subject=User(pk=locked.pk), by=None if actor.user == locked else actor)
    locked.delete()


def _keep_a_superuser(person: User) -> None:
    """Raise Conflict (`last_superuser`) when nobody else could appoint administrators."""
    superusers = User.objects.select_for_update(no_key=True).filter(is_superuser=True, is_active=True).order_by("pk")
    if person.is_superuser and list(superusers.values_list("pk", flat=True)) in ([person.pk], []):
        raise Conflict("This is the last superuser. Appoint another one first.", code="last_superuser")


@transaction.atomic
def ensure_first_admin() -> User | None:
    """Make the administrator named in the settings when there is none; returns them if made."""
    if not settings.ADMIN_EMAIL or not settings.ADMIN_PASSWORD or User.objects.filter(is_superuser=True).exists():
        return None
    name = re.sub(r"[^\w.+-]", "-", settings.ADMIN_EMAIL.split("@")[0])  # an address may hold what no username may
    username = f"{name}-{secrets.token_hex(3)}" if User.objects.filter(username__iexact=name).exists() else name
    person = register(newcomer(email=settings.ADMIN_EMAIL, username=username, password=settings.ADMIN_PASSWORD))
    person.is_staff = person.is_superuser = True
    person.save(update_fields=["is_staff", "is_superuser"])
    return person


def _save_new(person: User) -> None:
    """Insert the person and their empty wallet; a name taken at the same moment is refused like one taken before."""
    try:
        with transaction.atomic():
            _clean(person)
            person.save(force_insert=True)
            Wallet.objects.create(user_id=person.pk)
    except IntegrityError:
        _clean(person)  # whoever was faster is there to be seen now
        raise


def _clean(person: User) -> None:
    """Raise InvalidInput naming the first field that cannot be used."""
    if _UNFIT_FOR_NAMES.search(person.full_name):
        raise InvalidInput("full_name", "A name has no line breaks and no control characters.")
    if "@" in person.username and person.username.lower() != person.email:
        raise InvalidInput("username", "Only your own email address may be your username.")
    try:
        person.full_clean(exclude=["password"])
    except ValidationError as error:
        field, problems = next(iter(error.error_dict.items()))
        attr = field if field in {"email", "username", "full_name"} else "email"
        raise InvalidInput(attr, problems[0].messages[0], code=problems[0].code) from None
