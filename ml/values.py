"""How one value of a column is read, whichever door it came through: rules the parser and the table share.

Each reader takes what JSON, a form, a CSV cell or a Parquet cell can hold, gives the canonical value (`nan`,
`""` or None when missing) and raises `Unreadable` with words that complete "<column> …".
"""

import math
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from numbers import Integral, Real

from ml.tables.values import BLANKS, is_missing

# What is beyond is held here, as a forest casts to float32 (3.4e38 at most) and a step may multiply before. It is never
# in silence: a table's advice and each prediction's warnings say so.
LARGEST = 1e30
LONGEST = 100_000

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?(0|\d{4,}),\d+|[+-]?\d+,(\d{1,2}|\d{4,})", re.ASCII)
_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ T](.+))?", re.ASCII)
_YEAR_FIRST = re.compile(r"\d{4}[/.]\d{1,2}[/.]\d{1,2}", re.ASCII)
YEAR_MONTH_DAY_SIGNS = re.compile(
    r"(?P<year>[1-9]\d{3}) ?[年년] ?(?P<month>\d{1,2}) ?[月월] ?(?P<day>\d{1,2}) ?[日일]", re.ASCII
)
TRUE_WORDS = frozenset({"true", "yes", "y", "t", "on", "1", "1.0"})
FALSE_WORDS = frozenset({"false", "no", "n", "f", "off", "0", "0.0"})


class Unreadable(ValueError):
    """The value is none this kind of column can hold; the message completes "<column> …"."""


def number(value: object) -> float:
    """Read a number; missing is nan, anything beyond ±1e30 is held at that.

    >>> number(" 1,5 "), number("1e3"), number(7)
    (1.5, 1000.0, 7.0)
    """
    if value is None:
        return math.nan
    if isinstance(value, bool):
        raise Unreadable(f"must be a number, not {str(value).lower()}")
    if isinstance(value, str):
        value = _number_in(value.strip(BLANKS))
        if value is None:
            return math.nan
    if not isinstance(value, Real | Decimal):
        raise Unreadable(f"must be a number, not {_kind(value)}")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if math.isnan(found):
        raise Unreadable("must be a number, and NaN is none; send null where the value is missing")
    if math.isinf(found):
        raise Unreadable("must be a finite number; this one is too large to compute with")
    return max(-LARGEST, min(LARGEST, found))


def boolean(value: object) -> float:
    """Read a yes or no as 1 or 0; missing is nan.

    >>> boolean("Yes"), boolean(False), boolean(1)
    (1.0, 0.0, 1.0)
    """
    if value is None:
        return math.nan
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        if is_missing(_sound(value)):
            return math.nan
        said = value.strip(BLANKS).lower()
        if said in TRUE_WORDS or said in FALSE_WORDS:
            return float(said in TRUE_WORDS)
        raise Unreadable(f"must be yes or no (or true/false, 1/0), not {_quoted(value)}")
    if isinstance(value, Real | Decimal) and value in (0, 1):
        return float(value)
    raise Unreadable(f"must be yes or no (or true/false, 1/0), not {_kind(value)}")


def word(value: object) -> str:
    """Read a category, an id or a text as trimmed text; whole numbers lose their point, missing is "".

    >>> word(3.0), word(" 3 "), word(True), word(0.5), word("N/A")
    ('3', '3', 'true', '0.5', '')
    """
    if isinstance(value, str):
        return "" if is_missing(_sound(value)) else value.strip(BLANKS)
    return _written(value)


def moment(value: object) -> datetime | None:
    """Read a date, with or without a time, as UTC without a zone; missing is None.

    >>> moment("2024-02-29T10:00:00+02:00"), moment("31/12/2017")
    (datetime.datetime(2024, 2, 29, 8, 0), datetime.datetime(2017, 12, 31, 0, 0))
    """
    if value is None:
        return None
    if isinstance(value, str):
        if is_missing(_sound(value)):
            return None
        value = _moment_in(value.strip(BLANKS))
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 -- canonical dates bear no zone
    if not isinstance(value, datetime):
        raise Unreadable(f"must be a date such as 2024-12-31 or 2024-12-31T18:30:00, not {_kind(value)}")
    if value.tzinfo is None:
        return value
    try:
        return value.astimezone(UTC).replace(tzinfo=None)
    except OverflowError as error:
        raise Unreadable("must be a date between the years 1 and 9999") from error


def _number_in(written: str) -> float | None:
    if is_missing(written) and written.lower() != "nan":  # whoever writes NaN has computed something that failed
        return None
    if len(written) <= LONGEST:
        if _PLAIN.fullmatch(written):
            return float(written)
        if _DECIMAL_COMMA.fullmatch(written):
            return float(written.replace(",", "."))
    hint = "; write it with a decimal point and without thousands marks" if re.search(r"\d", written) else ""
    raise Unreadable(f"must be a number, not {_quoted(written)}{hint}")


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Integral):
        if abs(int(value)) >= 10**300:
            raise Unreadable("is a number too large to be a value of this column")
        return str(int(value))
    if isinstance(value, Real | Decimal):
        found = float(value)
        if not math.isfinite(found):
            raise Unreadable("must be a word or a finite number; send null where the value is missing")
        return str(int(found)) if found.is_integer() else repr(found)
    if isinstance(value, date):
        return value.isoformat()
    raise Unreadable(f"must be one value, not {_kind(value)}")


def _moment_in(written: str) -> datetime:
    bare = YEAR_MONTH_DAY_SIGNS.sub(r"\g<year>/\g<month>/\g<day>", written)
    try:
        return datetime.fromisoformat(bare if not _YEAR_FIRST.match(bare) else _dashed(bare))
    except ValueError:
        pass
    parts = _DAY_MONTH_YEAR.fullmatch(written)
    if parts:
        first, second, year = int(parts[1]), int(parts[2]), int(parts[3])
        if first <= 12 and second <= 12 and first != second:
            raise Unreadable(
                f"could mean two days when written {_quoted(written)}; write the year first, as in 2024-12-31"
            )
        day, month = (first, second) if second <= 12 else (second, first)
        try:
            time = f"T{parts[4]}" if parts[4] else ""
            return datetime.fromisoformat(f"{year:04}-{month:02}-{day:02}{time}")
        except ValueError:
            pass
    raise Unreadable(f"must be a date such as 2024-12-31 or 2024-12-31T18:30:00, not {_quoted(written)}")


def _dashed(written: str) -> str:
    day, gap, time = written.partition(" ") if " " in written else written.partition("T")
    year, month, number_of_day = re.split(r"[/.]", day)
    return f"{year}-{month:0>2}-{number_of_day:0>2}{gap}{time}"


def _sound(written: str) -> str:
    if len(written) > LONGEST:
        raise Unreadable(f"is {len(written):,} characters long; at most {LONGEST:,} are read")
    if "\0" in written:
        raise Unreadable("holds a NUL character, which no text has")
    try:
        written.encode()
    except UnicodeEncodeError as error:  # JSON can spell a lone surrogate; no file or database can keep it
        raise Unreadable("holds half a character (a lone surrogate)") from error
    return written


def _quoted(written: str) -> str:
    return repr(written if len(written) <= 40 else written[:39] + "…")


def _kind(value: object) -> str:
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Real | Decimal):
        return "another number"
    return f"a {type(value).__name__}"
