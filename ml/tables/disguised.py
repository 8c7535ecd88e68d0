"""Values that may stand for "missing" though they look like values: 999, -1, 1900-01-01, "unknown".

A value is suspected for what it is, and reported only when the rest of its column speaks against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

# Survey codes for "refused", "do not know" and "no answer" are these with as many digits as the answers leave free.
_CODES = [77, 88, 97, 98, 99, 777, 888, 997, 998, 999, 7777, 8888, 9997, 9998, 9999]
_NINES = [10**digits - 1 for digits in range(5, 13)]
_ENDS_OF_32_BITS = [-(2**31), 2**31 - 1]
_NUMBERS = sorted({0, -1, -9, *_CODES, *_NINES, *(-code for code in [*_CODES, *_NINES]), *_ENDS_OF_32_BITS})

_LISTED = (
    "unknown|unknow|unk|unspecified|not specified|undefined|not defined|undetermined|unavailable|not available|"
    "missing|not known|not applicable|no data|no value|no answer|not provided|not given|not recorded|not reported|"
    "n.a.|n.a|n/k|n\\a|na.|nil|none|blank|(blank)|empty|(empty)|(none)|(null)|(missing)|[none]|[null]|\\n|"
    "tbd|to be determined|to be announced|xxx|xxxx|xxxxx|zzz|"
    "--|---|----|_|__|.|..|...|*|**|***|??|???|/|//|#|##|#ref!|#value!|#div/0!|#name?|#null!|#num!|"
    "-1|-9|-99|-999|-9999|-99999|0000-00-00|00/00/0000|"
    "unbekannt|keine angabe|k.a.|inconnu|desconocido|sconosciuto|onbekend"
)
WORDS_FOR_MISSING = frozenset(_LISTED.split("|"))
_MAY_BE_A_LEVEL = frozenset({"none", "nil", "not applicable", "-1"})
LONGEST_WORD = max(map(len, WORDS_FOR_MISSING))

# What systems write for no date: the first day they can count from, or the last.
_DATES = [
    datetime(*day)  # noqa: DTZ001 -- stored dates bear no zone
    for day in [
        *((1, 1, 1), (1600, 1, 1), (1601, 1, 1), (1753, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1)),
        *((1901, 1, 1), (1970, 1, 1), (2099, 12, 31), (2100, 1, 1), (2999, 12, 31), (9999, 12, 31)),
    ]
]

SUSPECTS = {
    "BIGINT": pa.array(_NUMBERS, pa.int64()),
    "DOUBLE": pa.array(map(float, _NUMBERS), pa.float64()),
    "VARCHAR": pa.array(sorted(WORDS_FOR_MISSING), pa.string()),
    "TIMESTAMP": pa.array(_DATES, pa.timestamp("us")),
}

# Once may be chance, whatever the value.
_LEAST_ROWS = 2
# A short scale has reasons of its own to end with -1 or 0.
_LEAST_STEPS_OF_A_SCALE = 5
_LEAST_STEPS_OF_A_MEASUREMENT = 20
# So far from the rest, in widths of the rest, that no long tail reaches it; a sentinel date is suspect enough nearer.
_FAR_NUMBER, _FAR_DATE = 3.0, 1.0
# Nearer than that it has to be far more frequent than the other values, too.
_APART = 0.1
_FREQUENT = 3
_LEAST_ROWS_OF_A_SPIKE = 5
# Zero is suspect where measurements begin far above it, and rare: many zeros mean "none of it".
_ZERO_APART = 0.2
_MOST_ZEROS = 0.05


@dataclass(frozen=True, slots=True)
class Rest:
    """The values of a column that are not suspected: their range, how many different ones, and in how many rows."""

    low: float
    high: float
    unique: int
    rows: int


def disguised_number(value: float, count: int, rest: Rest, *, usual_high: float) -> str | None:
    """Why `value`, in `count` rows, may mean "missing", or None.

    `usual_high` is below what most values stay (the 95th percentile), as one outlier must not hide a gap.

    >>> ages = Rest(low=0, high=80, unique=70, rows=800)
    >>> disguised_number(999, 12, ages, usual_high=60)
    'repeated digits, far beyond the other values'
    >>> disguised_number(99, 1, Rest(low=1, high=98, unique=90, rows=900), usual_high=70) is None
    True
    """
    if count < _LEAST_ROWS or rest.unique < 3:
        return None
    if value == 0:
        width = usual_high - rest.low
        is_apart = rest.low > 0 and rest.low >= _ZERO_APART * width
        is_rare = count <= _MOST_ZEROS * (rest.rows + count)
        return (
            "zero, while the other values begin far above it"
            if is_apart and is_rare and rest.unique >= _LEAST_STEPS_OF_A_MEASUREMENT
            else None
        )
    if value == -1:
        is_scale = rest.unique < _LEAST_STEPS_OF_A_SCALE
        return None if rest.low < 0 or is_scale else "negative, while no other value is"
    if value < 0 <= rest.low:
        return "repeated digits below zero, while no other value is negative"
    if _is_apart(value, count, rest, far=_FAR_NUMBER):
        return "repeated digits, far beyond the other values"
    return None


def disguised_date(count: int, moment_us: float, rest: Rest) -> str | None:
    """Why a date that systems write for "no date" may mean that here, or None; all in microseconds since 1970."""
    if count < _LEAST_ROWS or rest.unique < 3 or not _is_apart(moment_us, count, rest, far=_FAR_DATE):
        return None
    return "a date that systems write for none, far from the other dates"


def disguised_word(word: str, count: int) -> str | None:
    """Why a word of the list may mean "missing", or None.

    >>> disguised_word("unknown", 40)
    'a word for a missing value'
    """
    if count < _LEAST_ROWS:
        return None
    return "a word for a missing value" + (", or a level of its own" if word.lower() in _MAY_BE_A_LEVEL else "")


def _is_apart(value: float, count: int, rest: Rest, *, far: float) -> bool:
    gap = max(value - rest.high, rest.low - value)
    width = rest.high - rest.low
    if gap >= far * width:
        return True
    is_spike = count >= max(_LEAST_ROWS_OF_A_SPIKE, _FREQUENT * rest.rows / rest.unique)
    return gap >= _APART * width and is_spike and rest.unique >= _LEAST_STEPS_OF_A_MEASUREMENT


def disguised_as(
    kind: str, suspected: Sequence[tuple[Any, int]], rest: Rest | None, *, usual_high: float
) -> list[dict[str, Any]]:
    """JSON-ready `{value, count, reason}` of the suspected values of a column stored as `kind`, most frequent first."""
    found = []
    for value, count in suspected:
        if kind == "VARCHAR":
            reason = disguised_word(value, count)
        elif rest is None:
            reason = None
        elif kind == "TIMESTAMP":
            reason = disguised_date(count, microseconds(value), rest)
        else:
            reason = disguised_number(value, count, rest, usual_high=usual_high)
        if reason is not None:
            shown = value.isoformat() if isinstance(value, datetime) else value
            found.append({"value": shown, "count": count, "reason": reason})
    return sorted(found, key=lambda one: -one["count"])


def microseconds(moment: datetime) -> float:
    """A stored date as microseconds since 1970."""
    return (moment - datetime(1970, 1, 1)).total_seconds() * 1e6  # noqa: DTZ001 -- stored dates bear no zone
