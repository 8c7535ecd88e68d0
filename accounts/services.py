"""What people do with their account."""

import re
import secrets

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts import credits
from accounts.models import User, Wallet
from core import events
from core.actor import Actor
from core.errors import InvalidInput

MAX_PASSWORD_LENGTH = 128  # a longer one only costs hashing time


@transaction.atomic
def register(*, email: str, username: str, password: str, full_name: str = "") -> User:
    """Make a person with their first credits; emits `user.registered`.

    Raises InvalidInput naming `email`, `username` or `password`.
    """
    person = User(email=email.strip().lower(), username=username.strip(), full_name=full_name.strip())
    check_password(password, person)
    person.set_password(password)
    _save_new(person)
    if settings.CREDITS_AT_SIGN_UP:
        credits.grant(person, settings.CREDITS_AT_SIGN_UP, key=f"sign-up:{person.pk}", reference="Welcome credits")
    events.emit("user.registered", subject=person, by=Actor(person))
    return person


def check_password(password: str, person: User, *, attr: str = "password") -> None:
    """Raise InvalidInput, naming `attr`, when the password is too weak or too long for this person."""
    if len(password) > MAX_PASSWORD_LENGTH:
        raise InvalidInput(attr, f"Use at most {MAX_PASSWORD_LENGTH} characters.")
    try:
        password_validation.validate_password(password, person)
    except ValidationError as error:
        raise InvalidInput(attr, " ".join(error.messages)) from None


@transaction.atomic
def change_password(*, actor: Actor, current_password: str, new_password: str) -> None:
    """Set a new password; every token made under the old one dies.

    Raises InvalidInput naming `current_password` or `new_password`.
    """
    person = actor.user
    if not person.check_password(current_password):
        raise InvalidInput("current_password", "This is not your current password.")
    check_password(new_password, person, attr="new_password")
    person.set_password(new_password)
    person.save(update_fields=["password"])
    end_refresh_tokens(person)


def update_profile(*, actor: Actor, **changes: str) -> User:
    """Change `full_name` or `username`; raises InvalidInput naming a username that is taken."""
    person = actor.user
    for name, value in changes.items():
        setattr(person, name, value.strip())
    try:
        with transaction.atomic():
            person.save(update_fields=list(changes))
    except IntegrityError:
        raise InvalidInput("username", "This username is taken. Choose another.", code="unique") from None
    return person


def end_refresh_tokens(person: User) -> None:
    """Blacklist every refresh token the person holds."""
    outstanding = OutstandingToken.objects.filter(user=person, blacklistedtoken__isnull=True)
    BlacklistedToken.objects.bulk_create(
        [BlacklistedToken(token=token) for token in outstanding], ignore_conflicts=True
    )


@transaction.atomic
def ensure_first_admin() -> User | None:
    """Make the administrator named in the settings when there is none; returns them if made."""
    if not settings.ADMIN_EMAIL or not settings.ADMIN_PASSWORD or User.objects.filter(is_superuser=True).exists():
        return None
    name = re.sub(r"[^\w.+-]", "-", settings.ADMIN_EMAIL.split("@")[0])  # an address may hold what no username may
    username = f"{name}-{secrets.token_hex(3)}" if User.objects.filter(username=name).exists() else name
    person = register(email=settings.ADMIN_EMAIL, username=username, password=settings.ADMIN_PASSWORD)
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
    try:
        person.full_clean(exclude=["password"])
    except ValidationError as error:
        field, problems = next(iter(error.error_dict.items()))
        attr = field if field in {"email", "username", "full_name"} else "email"
        raise InvalidInput(attr, problems[0].messages[0], code=problems[0].code) from None
