"""Requests that met a database which cannot be asked: it is away, or its disk has no room for what SQLite writes."""

from django.db import InterfaceError, OperationalError

from core.errors import ProductError, Unavailable


def unavailable(error: BaseException | None) -> ProductError | None:
    """What to tell whoever asked, if that is why it failed; None for any other error."""
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    if getattr(error.__cause__, "sqlite_errorname", "") == "SQLITE_ERROR":  # a mistake in the statement
        return None
    return Unavailable()
