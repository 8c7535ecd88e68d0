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
_NAME, _VALUE, _AGAIN = "name", "value", "again"
_MOSTLY = 0.9


def is_number(text: str, *, decimal_comma: bool) -> bool:
    """Whether a cell reads as a number, written with a point or, when allowed, with a comma."""
    bare = text.strip(BLANKS)
    return bool(_NUMBER.fullmatch(bare) or (decimal_comma and _NUMBER_WITH_COMMA.fullmatch(bare)))


def is_date(text: str) -> bool:
    """Whether a text without blanks around it looks like a date."""
    return _DATE.fullmatch(text) is not None


def has_header(first: Sequence[str], rest: Sequence[Sequence[str]], *, width: int) -> bool:
    """Judge column by column: a word above numbers is a name, a number above numbers is a value.

    A word that comes again below is a value, unless another column shows a name: `text, spam` may well stand above
    spam and ham. Neither does a letter such as y, a name or a yes, count against a name. Where no column tells, the
    first row holds names if it is words that do not come again below. Rows like it tell nothing of a column: where
    tables were put together, the header stands above each of them.
    """
    again = [row for row in rest if row == first]
    rest = [row for row in rest if row != first] if again else rest
    if len(first) < width - 1 and not rest:
        return False
    if _are_years_or_places(first):
        return True
    votes = _votes(first, rest, width)
    names = votes.count(_NAME)
    letters = [cell.strip(BLANKS).lower() in _LETTERS for cell in first]
    values = sum(vote == _VALUE and not (names and letter) for vote, letter in zip(votes, letters, strict=True))
    if names or values:
        return names > values
    if again or _AGAIN in votes:
        return False
    return not any(is_number(cell, decimal_comma=True) or is_date(cell.strip(BLANKS)) for cell in first)


def is_surely_header(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """As `has_header`, but only where numbers or dates below tell, in two rows or more."""
    if any(_is_plain_number(cell.strip(BLANKS)) or is_date(cell.strip(BLANKS)) for cell in first):
        return False
    columns = [[cell.strip(BLANKS) for cell in cells if not is_missing(cell)] for cells in zip(*rest, strict=False)]
    return any(len(cells) > 1 and (all(map(_is_plain_number, cells)) or all(map(is_date, cells))) for cells in columns)


def _votes(first: Sequence[str], rest: Sequence[Sequence[str]], width: int) -> list[str]:
    """What each cell of a first row looks like beside those below it."""
    offset = 1 if len(first) == width - 1 and not all(not row[-1].strip(BLANKS) for row in rest) else 0
    return [
        _vote(cell, [row[place + offset] for row in rest if place + offset < len(row)])
        for place, cell in enumerate(first)
    ]


def _are_years_or_places(first: Sequence[str]) -> bool:
    """Names such as `country, 2001, 2002, 2003`: numbers that count up by one beside a word, none behind them."""
    first = first[: max((place for place, cell in enumerate(first, start=1) if cell.strip(BLANKS)), default=0)]
    numbers = [int(cell) for cell in first if re.fullmatch(r"\s*\d{1,4}\s*", cell, re.ASCII)]
    words = [cell for cell in first if re.match(r"\s*[^\W\d]", cell)]
    counting = all(after == before + 1 for before, after in pairwise(numbers))
    return len(numbers) >= 3 and bool(words) and len(numbers) + len(words) == len(first) and counting


def _vote(cell: str, below: Sequence[str]) -> str:
    """Whether `cell` looks like the name of the column, like one of its values, or is one; "" where nothing tells."""
    present = [value.strip(BLANKS) for value in below if not is_missing(value)]
    name = cell.strip(BLANKS)
    if is_missing(cell) or not present:
        return _VALUE if _is_plain_number(name) else ""
    for looks_alike in (_is_plain_number, is_date, _is_word_of_a_pair):
        if all(looks_alike(value) for value in present):
            return _VALUE if looks_alike(name) else _NAME
    if _is_plain_number(name):
        return _VALUE
    if sum(map(_is_of_words, present)) >= _MOSTLY * len(present):
        return "" if _is_of_words(name) else _NAME
    return _AGAIN if name in present else ""


def _is_plain_number(text: str) -> bool:
    return is_number(text, decimal_comma=True)


def _is_of_words(text: str) -> bool:
    return " " in text


def _is_word_of_a_pair(text: str) -> bool:
    return text.lower() in _WORDS
