"""What can be wrong with a table, a wish or a row, said in words a person can act on."""

from typing import Self


class MLError(Exception):
    """Root of what this package raises on purpose; `detail` is fit to show to a person."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class UnreadableTable(MLError):
    """A file that is no table, or one beyond the limits; nothing was written.

    `code` is one of `empty`, `binary`, `broken_json`, `one_column`, `too_many_columns`, `cell_too_long`,
    `too_large`, `unreadable`.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code

    @property
    def is_too_large(self) -> bool:
        """Whether the file may be a table, but goes beyond a limit."""
        return self.code in {"too_large", "too_many_columns", "cell_too_long"}


class BadInput(MLError):
    """A value the caller gave that cannot be used; `attr` names the field (`target`, `features.Age` …).

    `rule` is what follows the field's name where the detail is nothing else, so that a form can say it of the label.
    """

    def __init__(self, attr: str, detail: str, *, rule: str = "") -> None:
        super().__init__(detail)
        self.attr = attr
        self.rule = rule

    @classmethod
    def breaks(cls, attr: str, rule: str, *, name: str = "") -> Self:
        """A field, called `name` where that is shorter than `attr`, that breaks a rule ("must be …")."""
        return cls(attr, f"{name or attr} {rule}", rule=rule)


class CannotFit(MLError):
    """The data and the wish do not make a model (one class left after dropping empty targets …)."""


class UntrustedArtifact(MLError):
    """A model file whose bytes or contents are not what the platform wrote; it was not opened."""
