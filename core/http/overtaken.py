"""Requests that were overtaken: something they rest on was deleted while they were under way, even their own account.

Nothing holds an account or a row in its place for a whole request; whoever writes beside it learns at the commit.
"""

from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, IntegrityError
from django.http import HttpRequest

from core.errors import Conflict, ProductError, SignedOut

FOREIGN_KEY = {"23503", "SQLITE_CONSTRAINT_FOREIGNKEY"}  # as PostgreSQL and SQLite call it


def overtaken(request: HttpRequest | None, error: Exception) -> ProductError | None:
    """What to tell whoever asked, if that is why the database refused; None for any other error."""
    if not isinstance(error, ObjectDoesNotExist | DatabaseError):
        return None
    if _is_account_gone(request):
        return SignedOut()
    if _is_row_gone(error):
        return Conflict("Something this rests on was deleted at this very moment.", code="deleted_meanwhile")
    return None


def _is_account_gone(request: HttpRequest | None) -> bool:
    person = getattr(request, "user", None)
    if person is None or person.pk is None:
        return False
    try:
        return not get_user_model()._base_manager.filter(pk=person.pk).exists()
    except DatabaseError:  # it is away, or broken in the middle of a transaction
        return False


def _is_row_gone(error: Exception) -> bool:
    if isinstance(error, IntegrityError):
        cause = error.__cause__
        return bool(FOREIGN_KEY & {getattr(cause, "pgcode", ""), getattr(cause, "sqlite_errorname", "")})
    return type(error) is DatabaseError  # Django's own words for: saved with `update_fields`, and no row was there
