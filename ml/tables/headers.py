"""Names of columns: what the file says, made whole and different from each other."""

from collections.abc import Iterable, Iterator, Sequence

from ml.names import MAX_NAME_LENGTH, tidy_name
from ml.wording import counted, named


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
        name = _unused(tidy_name(text) or f"col_{place}", taken)
        taken.add(name)
        names.append(name)
    return names


def notes_on_names(raw: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """What `clean_names` had to make up.

    >>> list(notes_on_names(["a", "", "a"], ["a", "col_1", "a_2"]))
    ['1 column without a name is called “col_1”.', '1 column with the name of another is called “a_2”.']
    """
    tidied = list(map(tidy_name, raw))
    nameless = [name for tidy, name in zip(tidied, names, strict=True) if not tidy]
    doubled = [name for tidy, name in zip(tidied, names, strict=True) if tidy and name != tidy]
    for made_up, what in ((nameless, "without a name"), (doubled, "with the name of another")):
        if made_up:
            which = counted(len(made_up), f"column {what} is", f"columns {what} are")
            yield f"{which} called {named(made_up)}."


def _unused(name: str, taken: set[str]) -> str:
    candidate, count = name, 1
    while candidate in taken:
        count += 1
        ending = f"_{count}"
        candidate = name[: MAX_NAME_LENGTH - len(ending)] + ending
    return candidate
