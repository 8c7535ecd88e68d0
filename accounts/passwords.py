"""Passwords: what makes a good one, changing it, and the mailed link for those who have forgotten it."""

from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import lock_out, reset_links, tasks, tokens
from accounts.models import PersonManager, User
from core import tally
from core.actor import Actor
from core.errors import InvalidInput
from core.queue import ring_on_commit

MAX_LENGTH = 128  # a longer one only costs hashing time
DEAD_LINK = "This link is not valid any more. Ask for a new one."


class MaximumLengthValidator:
    """Refuses what is longer than `MAX_LENGTH`, wherever Django checks a password."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > MAX_LENGTH:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return f"Use at most {MAX_LENGTH} characters."


def check(password: str, person: User, *, attr: str = "password") -> None:
    """Raise InvalidInput, naming `attr`, when the password is too weak or too long for this person."""
    try:
        password_validation.validate_password(password, person)
    except ValidationError as error:
        raise InvalidInput(attr, " ".join(error.messages)) from None


@transaction.atomic
def change(*, actor: Actor, current_password: str, new_password: str) -> None:
    """Set a new password; every token and every session made under the old one dies.

    Raises InvalidInput naming `current_password` or `new_password`.
    """
    person = actor.user
    if not person.check_password(current_password):
        raise InvalidInput("current_password", "This is not your current password.")
    _set(person, new_password)


def request_reset(*, email: str) -> None:
    """Mail a link to whoever has this address, a few times an hour; says nothing of whether anybody has.

    The task is called in any case, else the time would tell: an id that is nobody's mails nothing.
    """
    email = PersonManager.normalize_email(email)
    person_id = User.objects.filter(email=email, is_active=True).values_list("pk", flat=True).first()
    mails = tally.count(f"reset-mail:{person_id}", period_s=3600)
    if person_id is None or mails > settings.PASSWORD_RESET_MAILS_PER_HOUR:
        person_id = uuid4()
    ring_on_commit(tasks.mail_reset_link, person_id)


def send_reset_link(*, person: User) -> None:
    """Mail the person a link by which they choose a new password."""
    ring_on_commit(tasks.mail_reset_link, person.pk)


def is_live(*, uid: UUID | str, token: str) -> bool:
    """Whether a mailed link still works."""
    return reset_links.holder(User.objects.all(), uid=uid, token=token) is not None


@transaction.atomic
def reset(*, uid: UUID | str, token: str, new_password: str) -> None:
    """Set a new password by a mailed link, once; ends every session and sign-in, and any lock-out.

    Raises InvalidInput naming `token` or `new_password`; a refused password leaves the link as it was.
    """
    locked = User.objects.select_for_update()  # of two at the same moment, one finds the link used
    person = reset_links.holder(locked, uid=uid, token=token)
    if person is None:
        raise InvalidInput("token", DEAD_LINK)
    _set(person, new_password)
    lock_out.forget(person)


def _set(person: User, password: str) -> None:
    check(password, person, attr="new_password")
    person.set_password(password)
    person.save(update_fields=["password"])
    tokens.end_all(person)
