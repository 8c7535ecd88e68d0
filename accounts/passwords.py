"""Passwords: what makes a good one, changing it, and the mailed link for those who have forgotten it."""

from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from accounts import lock_out, reset_links, tasks, tokens
from accounts.models import PersonManager, User
from core import errands, tally
from core.actor import Actor
from core.errors import InvalidInput, TooManyRequests

GUESS_PERIOD_S = 15 * 60
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


def confirm(person: User, password: str, *, attr: str) -> None:
    """Make sure it is the person who acts. Raises InvalidInput naming `attr`, TooManyRequests after ten guesses."""
    what = f"password:{person.pk}"
    if tally.count(what, period_s=GUESS_PERIOD_S) > settings.AXES_FAILURE_LIMIT:
        raise TooManyRequests(
            "Too many wrong passwords. Wait a while and try again.", retry_after_s=tally.seconds_left(GUESS_PERIOD_S)
        )
    if not person.check_password(password):
        raise InvalidInput(attr, "This is not your current password.")
    tally.uncount(what, period_s=GUESS_PERIOD_S)


def change(*, actor: Actor, current_password: str, new_password: str) -> None:
    """Set a new password; every token and every session made under the old one dies.

    Raises InvalidInput naming `current_password` or `new_password`, TooManyRequests after ten wrong guesses.
    """
    confirm(actor.user, current_password, attr="current_password")
    old, new = actor.user.password, _hashed(new_password, actor.user)
    with transaction.atomic():
        if not User.objects.filter(pk=actor.user.pk, password=old).update(password=new):
            raise InvalidInput("current_password", "Your password has just been changed elsewhere.")
        tokens.end_all(actor.user)
    actor.user.password = new


def request_reset(*, email: str) -> None:
    """Mail a link to whoever has this address, a few times an hour; says nothing of whether anybody has.

    The errand is sent in any case, else the time would tell: one for an id that is nobody's mails nothing.
    """
    email = PersonManager.normalize_email(email)
    person_id = User.objects.filter(email=email, is_active=True).values_list("pk", flat=True).first()
    mails = tally.count(f"reset-mail:{person_id}", period_s=3600)
    if person_id is None or mails > settings.PASSWORD_RESET_MAILS_PER_HOUR:
        person_id = uuid4()
    errands.send(tasks.mail_reset_link, person_id)


def send_reset_link(*, person: User) -> None:
    """Mail the person a link by which they choose a new password."""
    errands.send(tasks.mail_reset_link, person.pk)


def is_live(*, uid: UUID | str, token: str) -> bool:
    """Whether a mailed link still works."""
    return reset_links.holder(User.objects.all(), uid=uid, token=token) is not None


def reset(*, uid: UUID | str, token: str, new_password: str) -> None:
    """Set a new password by a mailed link, once; ends every session and sign-in, and any lock-out.

    Raises InvalidInput naming `token` or `new_password`; a refused password leaves the link as it was.
    """
    password = _hashed(new_password, _holder(User.objects.all(), uid, token))
    with transaction.atomic():
        person = _holder(User.objects.select_for_update(), uid, token)  # of two at once, one finds the link used
        person.password = password
        person.save(update_fields=["password"])
        tokens.end_all(person)
        lock_out.forget(person)


def _holder(people: QuerySet[User], uid: UUID | str, token: str) -> User:
    person = reset_links.holder(people, uid=uid, token=token)
    if person is None:
        raise InvalidInput("token", DEAD_LINK)
    return person


def _hashed(new_password: str, person: User) -> str:
    """The checked password's hash: slow on purpose, so made before a transaction, not in it."""
    check(new_password, person, attr="new_password")
    return make_password(new_password)
