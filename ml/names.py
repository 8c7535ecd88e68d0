"""Names of columns, as a table keeps them and as people write them."""

import unicodedata
from collections.abc import Container

MAX_NAME_LENGTH = 200


def tidy_name(text: str) -> str:
    r"""A name in Unicode form NFC, with one blank for each run of blanks and control characters, cut at 200 characters.

    >>> tidy_name(" Age\n(years) ")
    'Age (years)'
    """
    normal = unicodedata.normalize("NFC", text.replace("\ufeff", ""))
    printable = "".join(" " if unicodedata.category(char) in {"Cc", "Cs"} else char for char in normal)
    return " ".join(printable.split())[:MAX_NAME_LENGTH].rstrip()


def known_name(name: object, known: Container[str]) -> str | None:
    """The one of the `known` names that is meant: as it stands, else as the file it came from would write it.

    >>> known_name("Age ", ["Age", "Fare"]), known_name("age", ["Age", "Fare"])
    ('Age', None)
    """
    if not isinstance(name, str):
        return None
    if name in known:
        return name
    tidy = tidy_name(name)
    return tidy if tidy in known else None
