"""Whether the first row of a table holds names or values."""

import re
from collections.abc import Sequence
from itertools import pairwise

from ml.tables.values import BLANKS, WORD_PAIRS, is_missing

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_NUMBER_WITH_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}")
_WORDS = frozenset({"true", "false"}.union(*WORD_PAIRS))
_LETTERS = frozenset(word for word in _WORDS if len(word) == 1)


def is_number(text: str, *, decimal_comma: bool) -> bool:
    """Whether a cell reads as a number, written with a point or, when allowed, with a comma."""
    bare = text.strip(BLANKS)
    return bool(_NUMBER.fullmatch(bare) or (decimal_comma and _NUMBER_WITH_COMMA.fullmatch(bare)))


def has_header(first: Sequence[str], rest: Sequence[Sequence[str]], *, width: int) -> bool:
    """Judge column by column: a word above numbers is a name, a number above numbers is a value.

    A letter such as y may be a name or a yes, so it counts only where no other column shows a name. Where no column
    tells, the first row holds names if it is words that do not come again below.
    """
    if len(first) < width - 1 and not rest:
        return False
    if _are_years_or_places(first):
        return True
    offset = 1 if len(first) == width - 1 and not all(not row[-1].strip(BLANKS) for row in rest) else 0
    votes = [
        _vote(cell, [row[place + offset] for row in rest if place + offset < len(row)])
        for place, cell in enumerate(first)
    ]
    names = votes.count(1)
    letters = [cell.strip(BLANKS).lower() in _LETTERS for cell in first]
    values = sum(vote == -1 and not (names and letter) for vote, letter in zip(votes, letters, strict=True))
    if names or values:
        return names > values
    return not any(is_number(cell, decimal_comma=True) or _DATE.fullmatch(cell.strip(BLANKS)) for cell in first)


def _are_years_or_places(first: Sequence[str]) -> bool:
    """Names such as `country, 2001, 2002, 2003`: numbers that count up by one beside a word."""
    numbers = [int(cell) for cell in first if re.fullmatch(r"\s*\d{1,4}\s*", cell, re.ASCII)]
    words = [cell for cell in first if re.match(r"\s*[^\W\d]", cell)]
    counting = all(after == before + 1 for before, after in pairwise(numbers))
    return len(numbers) >= 3 and bool(words) and len(numbers) + len(words) == len(first) and counting


def _vote(cell: str, below: Sequence[str]) -> int:
    """1 when `cell` looks like the name of the column, -1 when like one of its values, else 0."""
    present = [value.strip(BLANKS) for value in below if not is_missing(value)]
    name = cell.strip(BLANKS)
    if is_missing(cell) or not present:
        return -1 if _is_plain_number(name) else 0
    for looks_alike in (_is_plain_number, _is_date, _is_word_of_a_pair):
        if all(looks_alike(value) for value in present):
            return -1 if looks_alike(name) else 1
    if _is_plain_number(name):
        return -1
    return -1 if name in present else 0


def _is_plain_number(text: str) -> bool:
    return is_number(text, decimal_comma=True)


def _is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None


def _is_word_of_a_pair(text: str) -> bool:
    return text.lower() in _WORDS
