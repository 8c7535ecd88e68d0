"""What a mailed link proves: that whoever holds it reads the person's mail. Good once, and for an hour."""

from uuid import UUID

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db.models import QuerySet

from accounts.models import User


class ResetTokens(PasswordResetTokenGenerator):
    """Django's own, dead with the password and address it was made under, but not with a sign-in.

    Else somebody who knows the old password could keep its owner from changing it by signing in again and again.
    """

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{user.pk}{user.password}{timestamp}{user.email}"


reset_tokens = ResetTokens()


def holder(people: QuerySet[User], *, uid: UUID | str, token: str) -> User | None:
    """The one of `people` to whom a link was mailed; None if it has expired, been used or was never made."""
    try:
        person_id = UUID(str(uid))
    except ValueError:
        return None
    person = people.filter(pk=person_id, is_active=True).first()
    return person if reset_tokens.check_token(person, token) else None
