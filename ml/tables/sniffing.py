"""Which format a text is in: by what it says first, by its name second."""

import re
from pathlib import Path, PurePath

START_CHARACTERS = 4096

_JSON_SUFFIXES = {".json", ".jsonl", ".ndjson", ".geojson"}
_ROWS_OF_OBJECTS = re.compile(r'\[\s*[{\]]|\{\s*"')
_ANY_JSON = re.compile(r'\[\s*(?:[\[{"\]\d-]|true|false|null)|\{\s*["}]')


def suffix_of(filename: str) -> str:
    """The last ending of a name that says what is inside, in lower case.

    >>> suffix_of("Table.JSON.gz")
    '.json'
    """
    return PurePath(filename.lower().removesuffix(".gz").removesuffix(".gzip")).suffix


def looks_like_json(path: Path, filename: str) -> bool:
    """Whether a UTF-8 text is to be read as JSON or JSON lines rather than as delimited text."""
    with path.open(encoding="utf-8") as file:
        return says_json(file.read(START_CHARACTERS), filename)


def says_json(start: str, filename: str) -> bool:
    """As `looks_like_json`, from the first characters.

    A table whose first cell starts with a bracket is no JSON; a name that promises JSON decides where the
    text leaves it open.

    >>> says_json('[{"a": 1}]', "table.csv"), says_json("[id],[size]", "table.csv")
    (True, False)
    """
    start = start.lstrip()
    if suffix_of(filename) in _JSON_SUFFIXES:
        first_line = start.partition("\n")[0]
        return bool(_ANY_JSON.match(start)) or not re.search(r"[,;\t|]", first_line)
    return _ROWS_OF_OBJECTS.match(start) is not None
