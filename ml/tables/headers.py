"""Names of columns: what the file says, made whole and different from each other."""

import unicodedata
from collections.abc import Iterable

MAX_NAME_LENGTH = 200


def clean_names(raw: Iterable[str]) -> list[str]:
    """The names of a header, in its order.

    A name is put into Unicode form NFC, runs of white space and control characters become one blank, the
    ends are stripped, and it is cut at 200 characters. A blank name becomes `col_{i}` (its place from 0); a
    name met before gets `_2`, `_3` …. Names that differ in case only are different names.

    >>> clean_names(["Age ", "", "Age", "age"])
    ['Age', 'col_1', 'Age_2', 'age']
    """
    names: list[str] = []
    taken: set[str] = set()
    for place, text in enumerate(raw):
        name = _unused(_tidy(text) or f"col_{place}", taken)
        taken.add(name)
        names.append(name)
    return names


def _tidy(text: str) -> str:
    normal = unicodedata.normalize("NFC", text.replace("\ufeff", ""))
    printable = "".join(" " if unicodedata.category(char) in {"Cc", "Cs"} else char for char in normal)
    return " ".join(printable.split())[:MAX_NAME_LENGTH].rstrip()


def _unused(name: str, taken: set[str]) -> str:
    candidate, count = name, 1
    while candidate in taken:
        count += 1
        ending = f"_{count}"
        candidate = name[: MAX_NAME_LENGTH - len(ending)] + ending
    return candidate
