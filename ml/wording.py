"""Words for counts and for columns, as notes and warnings have them."""

from collections.abc import Sequence

from ml.values import LARGEST

_NAMES_SHOWN = 5


def counted(count: int, one: str, many: str) -> str:
    """A number and the right form of what it counts.

    >>> counted(1, "row", "rows"), counted(1200, "row", "rows")
    ('1 row', '1,200 rows')
    """
    return f"{count:,} {one if count == 1 else many}"


def named(names: Sequence[str]) -> str:
    """
    >>> named(["a", "b"])
    '“a” and “b”'
    """
    shown = [f"“{name}”" for name in names[:_NAMES_SHOWN]]
    if len(names) > _NAMES_SHOWN:
        return f"{', '.join(shown)} and {counted(len(names) - _NAMES_SHOWN, 'other', 'others')}"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def verb(names: Sequence[str], one: str, many: str) -> str:
    return one if len(names) == 1 else many


def them(names: Sequence[str]) -> str:
    return verb(names, "it", "them")


def huge_numbers(names: Sequence[str]) -> str:
    """That columns hold numbers which models do not compute with."""
    return (
        f"{named(names)} {verb(names, 'has', 'have')} numbers beyond ±{LARGEST:.0e}. The table keeps them, but "
        f"models compute with ±{LARGEST:.0e} instead: look at those rows, or give the column in another unit."
    )
