"""Lines on top of a table that only speak of its columns: the names, and units, types or descriptions beside them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ml.tables.disguised import WORDS_FOR_MISSING
from ml.tables.header_row import is_date, is_number
from ml.tables.values import BLANKS, is_missing

_MOST_LINES = 6
_JUDGED_ROWS = 100
_LEAST_ROWS = 2
# As printed tables part the names from the rows.
_OF_A_RULE = frozenset("-=+:_|~ ")
_LINE = re.compile("[-=_]{2}")
_BEGINS_WITH_A_DIGIT = re.compile(r"\W*\d")
_BRACKETS = ("[]", "()", "{}", "<>")
_TYPES_LISTED = (
    "int integer bigint smallint long float double real decimal numeric number num bool boolean logical str string "
    "text char varchar character object category categorical factor enum date datetime time timestamp id uuid"
)
_TYPES = frozenset(_TYPES_LISTED.split())
_FAILED_LISTED = "err error fault fail failed offline absent pending never trace nd dnf dns dsq bdl lod tbd"
_FAILED = WORDS_FOR_MISSING.union(_FAILED_LISTED.split())


@dataclass(frozen=True, slots=True)
class HeaderLines:
    """So many rows on top hold no values; the one at place `names` has the names of the columns."""

    count: int = 1
    names: int = 0


def header_lines(rows: Sequence[Sequence[str]]) -> HeaderLines:
    """Which of the first rows hold no values, the first one being a header if there is any.

    A further line counts only where it leaves no doubt: no cell of it begins with a digit, it has words for at least
    two columns which have numbers or dates alone below (or for one, and nothing else), these are no words for missing,
    and of other columns it says their type at most.

    >>> header_lines([["time", "temp"], ["s", "degC"], ["0", "20.5"], ["1", "20.7"]])
    HeaderLines(count=2, names=0)
    """
    if any(map(_is_typed, rows[0])):
        return HeaderLines()
    further = 0
    for row in rows[1:_MOST_LINES]:
        if any(map(_BEGINS_WITH_A_DIGIT.match, row)):
            break
        further += 1
    for last in range(further, 0, -1):
        below = rows[last + 1 : last + 1 + _JUDGED_ROWS]
        if len(below) >= _LEAST_ROWS and _speak_of_columns(rows[1 : last + 1], below):
            return HeaderLines(last + 1, max(range(last + 1), key=lambda place: _count_said(rows[place])))
    return HeaderLines()


def _speak_of_columns(lines: Sequence[Sequence[str]], below: Sequence[Sequence[str]]) -> bool:
    typed = _typed_columns(below)
    return not _is_blank(lines[-1]) and all(
        _is_blank(line) or _is_rule(line) or _has_words_above(line, typed) for line in lines
    )


def _has_words_above(line: Sequence[str], typed: set[int]) -> bool:
    said = {place: cell.strip(BLANKS).lower() for place, cell in enumerate(line) if not is_missing(cell)}
    words = [word for place, word in said.items() if place in typed]
    others = [word for place, word in said.items() if place not in typed]
    is_enough = len(words) > 1 or (len(words) == len(said) == 1)
    return is_enough and all(map(_says_a_type, others)) and not _FAILED.issuperset(words)


def _says_a_type(word: str) -> bool:
    return word in _TYPES or word[:1] + word[-1:] in _BRACKETS


def _typed_columns(rows: Sequence[Sequence[str]]) -> set[int]:
    """The columns that have nothing but numbers, or nothing but dates, at least two of them."""
    typed = set()
    for place in range(max(map(len, rows))):
        present = [row[place] for row in rows if place < len(row) and not is_missing(row[place])]
        if len(present) >= _LEAST_ROWS and all(map(_is_typed, present)):
            typed.add(place)
    return typed


def _is_typed(cell: str) -> bool:
    return is_number(cell, decimal_comma=True) or is_date(cell.strip(BLANKS))


def _is_blank(row: Sequence[str]) -> bool:
    return all(not cell.strip(BLANKS) for cell in row)


def _is_rule(row: Sequence[str]) -> bool:
    said = [cell.strip(BLANKS) for cell in row if cell.strip(BLANKS)]
    return bool(said) and all(_OF_A_RULE.issuperset(cell) and _LINE.search(cell) for cell in said)


def _count_said(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip(BLANKS))
