"""What can go wrong, with a stable code and words for a person; `core/http/errors.py` alone makes HTTP of it."""

from typing import Self


class ProductError(Exception):
    """Root of every error the product raises on purpose."""

    code = "error"

    def __init__(self, detail: str = "", *, code: str | None = None) -> None:
        self.detail = detail or (self.__doc__ or "").splitlines()[0]
        self.code = code or self.code
        super().__init__(self.detail)


class SignedOut(ProductError):
    """You are signed out: your account was closed, or you signed out elsewhere. Sign in again."""

    code = "not_authenticated"


class NotFound(ProductError):
    """There is nothing here, or nothing you may see."""

    code = "not_found"


class Forbidden(ProductError):
    """You may see this, but not do that."""

    code = "permission_denied"


def key_not_allowed(scope: str = "") -> Forbidden:
    """What an API key is told where it lacks a scope, or where no key may go."""
    detail = f"This key lacks the scope “{scope}”." if scope else "An API key may not do this. Sign in instead."
    return Forbidden(detail, code="key_not_allowed")


class InvalidInput(ProductError):
    """A value that cannot be used; `attr` names the field.

    `rule` is what follows the field's name where the detail is nothing else: what a program calls `validation.cv`
    is to a person whatever its label says.
    """

    code = "invalid"

    def __init__(self, attr: str | None, detail: str, *, code: str | None = None, rule: str = "") -> None:
        super().__init__(detail, code=code)
        self.attr = attr
        self.rule = rule

    def said_of(self, label: str) -> str:
        """The detail for those who know the field by its label.

        >>> InvalidInput("cv", "cv must be 2 or more.", rule="must be 2 or more.").said_of("Folds")
        'Folds must be 2 or more.'
        """
        return f"{label} {self.rule}" if self.rule else self.detail


class InsufficientCredits(ProductError):
    """There are not enough credits for this."""

    code = "insufficient_credits"


class Conflict(ProductError):
    """The thing is in a state that does not allow this; `code` says which."""

    code = "conflict"


class TooManyRequests(ProductError):
    """Too many attempts; wait before the next one."""

    code = "throttled"

    def __init__(self, detail: str = "", *, retry_after_s: int, code: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.retry_after_s = retry_after_s


class LengthRequired(ProductError):
    """A body without its length announced: send a Content-Length header."""

    code = "length_required"


class TooLarge(ProductError):
    """More than the limit allows."""

    code = "too_large"

    @classmethod
    def file(cls, limit_bytes: int) -> Self:
        """A file beyond the limit, in megabytes as operators count them."""
        limit = limit_bytes / 1024**2
        words = f"{limit:,.0f}" if limit >= 100 else f"{limit:.3g}"
        return cls(f"The file is larger than the limit of {words} MB. Send a smaller or gzipped one.")


class OutOfSpace(ProductError):
    """The disk of this server is full, so nothing was kept. Ask its operator to make room, then try again."""

    code = "out_of_space"


class Unavailable(ProductError):
    """The database of this server cannot be reached, or its disk is full; nothing was changed. Try again in a while."""

    code = "unavailable"
