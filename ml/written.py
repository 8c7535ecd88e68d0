"""A value as a file has it, where a person corrected its column: the ways of `ml/tables/casting.py`, for one value.

What a table's column was read as when a model learned is what a caller's value is read as, to the digit: the tests
hold both against each other. A way that cannot read a value leaves it (None) to the canonical readers.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone

from ml.tables.signs import ANY_SIGN, LONG_MINUS, POWERS, SCALED, amount, number_with_minus_behind
from ml.tables.values import BLANKS
from ml.values import YEAR_MONTH_DAY_SIGNS

Way = Callable[[object], float | str | datetime | None]

_TENS = r"(e[+-]?\d+)?"
_POINT = re.compile(rf"[+-]?(\d+\.?\d*|\.\d+){_TENS}", re.ASCII | re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d{1,2}(,\d{2})+,\d{3})(\.\d*)?", re.ASCII)
_POINTS_AND_COMMA = re.compile(rf"[+-]?(\d{{1,3}}(\.\d{{3}})+|\d+)(,\d+)?{_TENS}", re.ASCII | re.IGNORECASE)
_SPACES = re.compile(r"[+-]?\d{1,3}([ '’\xa0\u202f]\d{3})*([.,]\d+)?", re.ASCII)
_SIGNED = {has_comma: re.compile(amount(ANY_SIGN, comma=has_comma)) for has_comma in (False, True)}
_MINUS_BEHIND = {has_comma: re.compile(number_with_minus_behind(comma=has_comma)) for has_comma in (False, True)}
_SCALED = re.compile(SCALED)
_WHOLE = re.compile(r"[+-]?\d{1,19}(\.0*)?", re.ASCII)

_MOMENT = re.compile(
    r"(?P<date>.+?)"
    r"(?:[T ]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?:(?P<half> ?[AaPp][Mm])|(?P<zone>Z| ?UTC| ?[+-]\d{2}(?::?\d{2})?))?)?",
    re.ASCII,
)
_YEAR_FIRST = re.compile(r"(?P<year>[1-9]\d{3})(?:-|[/.])(?P<month>\d{1,2})(?:-|[/.])(?P<day>\d{1,2})", re.ASCII)
_EIGHT_DIGITS = re.compile(r"(?P<year>[1-9]\d{3})(?P<month>\d{2})(?P<day>\d{2})", re.ASCII)
_NAMED = re.compile(
    r"(?:(?P<name>[a-z]+)\.? (?P<day>\d{1,2}),? (?P<year>[1-9]\d{3})"
    r"|(?P<day_>\d{1,2})[ -](?P<name_>[a-z]+)\.?[ -](?P<year_>[1-9]\d{3}|\d{2}))",
    re.ASCII | re.IGNORECASE,
)
_YEAR_LAST = re.compile(r"(\d{1,2})(?P<mark>[-/.])(\d{1,2})[-/.](?P<year>[1-9]\d{3}|\d{2})", re.ASCII)
_LIKELY_YEAR = "(?P<year>(?:1[5-9]|2[01])[0-9]{2})"
_MONTHS_ALONE = (
    re.compile(rf"{_LIKELY_YEAR}[-/](?P<month>\d{{2}})", re.ASCII),
    re.compile(rf"(?P<month>\d{{2}})/{_LIKELY_YEAR}", re.ASCII),
    re.compile(r"(?P<year>[1-9]\d{3}) ?[年년] ?(?P<month>\d{1,2}) ?[月월]", re.ASCII),
)
_NAMED_MONTH = re.compile(rf"(?P<name>[a-zä]+)\.?,?[ /-]{_LIKELY_YEAR}", re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- canonical dates bear no zone


def thousands(value: object) -> float | None:
    """Read a number with commas between the thousands.

    >>> thousands("1,234.5"), thousands("1.5")
    (1234.5, None)
    """
    text = _text(value)
    return float(text.replace(",", "")) if _THOUSANDS.fullmatch(text) else None


def comma(value: object) -> float | None:
    """Read a number with a decimal comma; points part the thousands.

    >>> comma("1.234,5"), comma("1.234"), comma("1.5")
    (1234.5, 1234.0, None)
    """
    text = _text(value)
    return float(text.replace(".", "").replace(",", ".")) if _POINTS_AND_COMMA.fullmatch(text) else None


def spaces(value: object) -> float | None:
    """Read a number with blanks between the thousands.

    >>> spaces("1 234,5"), spaces("1234.5")
    (1234.5, None)
    """
    text = _text(value)
    return float(re.sub(r"[^0-9.,+-]", "", text).replace(",", ".")) if _SPACES.fullmatch(text) else None


def signed(value: object) -> float | None:
    """Read a number with the sign of a currency or of percent.

    >>> signed("($1,200.50)"), signed("12 %"), signed("1.5")
    (-1200.5, 12.0, None)
    """
    return _amount(value, _SIGNED, has_comma=False)


def signed_comma(value: object) -> float | None:
    """Read a number with such a sign and a decimal comma.

    >>> signed_comma("R$ 1.234,50"), signed_comma("-5 kr.")
    (1234.5, -5.0)
    """
    return _amount(value, _SIGNED, has_comma=True)


def minus_behind(value: object) -> float | None:
    """Read a number with the minus behind it.

    >>> minus_behind("1,234.50-"), minus_behind("1.5")
    (-1234.5, None)
    """
    return _amount(value, _MINUS_BEHIND, has_comma=False)


def minus_behind_comma(value: object) -> float | None:
    """Read a number with the minus behind it and a decimal comma.

    >>> minus_behind_comma("1.234,50-")
    -1234.5
    """
    return _amount(value, _MINUS_BEHIND, has_comma=True)


def scaled(value: object) -> float | None:
    """Read a number with K, M or B for thousands, millions or billions, perhaps with the sign of a currency.

    >>> scaled("€1.5M"), scaled("-20K"), scaled("1.5")
    (1500000.0, -20000.0, 1.5)
    """
    text = _text(value)
    power = POWERS.get(text[-1:], 0)
    return float(f"{re.sub(r'[^0-9.-]', '', text)}e{power}") if _SCALED.fullmatch(text) else None


def day_first(value: object) -> datetime | None:
    """Read a date however it is written, with the day first where both could be meant.

    >>> day_first("3/4/2024 10:30"), day_first("4 Mar 2024")
    (datetime.datetime(2024, 4, 3, 10, 30), datetime.datetime(2024, 3, 4, 0, 0))
    """
    return _moment(value, is_day_first=True)


def month_first(value: object) -> datetime | None:
    """Read a date however it is written, with the month first where both could be meant.

    >>> month_first("3/4/24")
    datetime.datetime(2024, 3, 4, 0, 0)
    """
    return _moment(value, is_day_first=False)


def months(value: object) -> datetime | None:
    """Read a month as its first day.

    >>> months("2024-03"), months("03/2024"), months("Mar 2024") == months("2024年3月") == months("März 2024")
    (datetime.datetime(2024, 3, 1, 0, 0), datetime.datetime(2024, 3, 1, 0, 0), True)
    """
    text = _text(value)
    if found := next((found for pattern in _MONTHS_ALONE if (found := pattern.fullmatch(text))), None):
        return _day(int(found["year"]), int(found["month"]), 1)
    named = _NAMED_MONTH.fullmatch(text)
    return _day(int(named["year"]), _month_alone(named["name"].lower()), 1) if named else None


def yyyymmdd(value: object) -> datetime | None:
    """Read a date of eight digits.

    >>> yyyymmdd(20240131), yyyymmdd("20240131.0"), yyyymmdd(20240132)
    (datetime.datetime(2024, 1, 31, 0, 0), datetime.datetime(2024, 1, 31, 0, 0), None)
    """
    number = _whole(value)
    return _day(number // 10_000, number // 100 % 100, number % 100) if 10_000_101 <= number <= 99_991_231 else None


def year(value: object) -> datetime | None:
    """Read a year as its first moment.

    >>> year("2024")
    datetime.datetime(2024, 1, 1, 0, 0)
    """
    number = _whole(value)
    return _day(number, 1, 1) if 1000 <= number <= 2999 else None


def unix_s(value: object) -> datetime | None:
    """Read seconds since 1970, from 1973 on.

    >>> unix_s(1706659200)
    datetime.datetime(2024, 1, 31, 0, 0)
    """
    number = _whole(value)
    return _EPOCH + timedelta(seconds=number) if 10**8 <= number < 10**10 else None


def unix_ms(value: object) -> datetime | None:
    """Read milliseconds since 1970, from 1973 on.

    >>> unix_ms(1706659200500)
    datetime.datetime(2024, 1, 31, 0, 0, 0, 500000)
    """
    number = _whole(value)
    return _EPOCH + timedelta(milliseconds=number) if 10**11 <= number < 10**13 else None


_WAYS: dict[str, Way] = {
    "thousands": thousands,
    "comma": comma,
    "spaces": spaces,
    "signed": signed,
    "signed_comma": signed_comma,
    "minus_behind": minus_behind,
    "minus_behind_comma": minus_behind_comma,
    "scaled": scaled,
    "day_first": day_first,
    "month_first": month_first,
    "months": months,
    "yyyymmdd": yyyymmdd,
    "year": year,
    "unix_s": unix_s,
    "unix_ms": unix_ms,
}


def reader_of(way: str, canonical: Way) -> Way:
    """The canonical reader, after the file's own way where there is one that reads more than it.

    A value that both can read is read as in the file: `1.234` in a column with a decimal comma is 1234.
    """
    as_in_the_file = _WAYS.get(way)
    if as_in_the_file is None:
        return canonical

    def read(value: object) -> float | str | datetime | None:
        found = as_in_the_file(value)
        # Numbers go through the canonical reader even so, for its bounds.
        return canonical(value) if found is None else canonical(found)

    return read


def as_written(number: str, way: str) -> str:
    """A number in canonical form as text that `reader_of` this way reads as the same number.

    >>> as_written("1.234", "comma"), as_written("1.234", "thousands")
    ('1,234', '1.234')
    """
    return number.replace(".", ",") if way == "comma" else number


def _text(value: object) -> str:
    return value.strip(BLANKS) if isinstance(value, str) else ""


def _amount(value: object, patterns: dict[bool, re.Pattern[str]], *, has_comma: bool) -> float | None:
    """The number from the first digit to the last of a text of this pattern: signs may hold points of their own."""
    text = _text(value)
    if not patterns[has_comma].fullmatch(text):
        return None
    digits = re.sub(r"^[^0-9]+|[^0-9]+$|[^0-9.,]", "", text)
    number = float(digits.replace(".", "").replace(",", ".") if has_comma else digits.replace(",", ""))
    return -number if re.search(f"[({LONG_MINUS}-]", text) else number


def _whole(value: object) -> int:
    """A whole number, 0 for anything else: no way reads that as a date."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = _text(value)
    return int(text.partition(".")[0]) if _WHOLE.fullmatch(text) else 0


def _moment(value: object, *, is_day_first: bool) -> datetime | None:
    parts = _MOMENT.fullmatch(_text(value))
    if parts is None:
        return None
    day = _date_of(parts["date"], is_day_first=is_day_first)
    clock = _time_of(parts)
    if day is None or clock is None or (parts["zone"] and not re.match(r"\d{4}-", parts["date"])):
        return None
    try:
        return datetime.combine(day, clock).replace(tzinfo=_zone(parts["zone"])).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _date_of(text: str, *, is_day_first: bool) -> date | None:
    if found := _YEAR_FIRST.fullmatch(text) or _EIGHT_DIGITS.fullmatch(text) or YEAR_MONTH_DAY_SIGNS.fullmatch(text):
        return _day(int(found["year"]), int(found["month"]), int(found["day"]))
    if found := _NAMED.fullmatch(text):
        month = _month_called(found["name"] or found["name_"])
        return _day(_full_year(found["year"] or found["year_"]), month, int(found["day"] or found["day_"]))
    found = _YEAR_LAST.fullmatch(text)
    if found is None or (len(found["year"]) == 2 and found["mark"] == "-"):
        return None
    first, second, year_ = int(found[1]), int(found[3]), _full_year(found["year"])
    return _day(year_, second, first) if is_day_first else _day(year_, first, second)


def _full_year(written: str) -> int:
    """Of two digits, the one from 1969 to 2068."""
    return int(written) + (0 if len(written) == 4 else 2000 if int(written) < 69 else 1900)


def _day(year_: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year_, month, day)  # noqa: DTZ001 -- canonical dates bear no zone
    except ValueError:
        return None


_ENGLISH_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def _month_called(name: str) -> int:
    """The number of a month by its English name or the first three letters of that, 0 for no month."""
    said = name.lower()
    return next((place for place, month in enumerate(_ENGLISH_MONTHS, start=1) if said in (month, month[:3])), 0)


_OTHER_NAMES = {"sept": 9, "januar": 1, "februar": 2, "märz": 3, "mär": 3, "mrz": 3, "mai": 5, "juni": 6, "juli": 7} | {
    "oktober": 10,
    "okt": 10,
    "dezember": 12,
    "dez": 12,
}


def _month_alone(name: str) -> int:
    return _month_called(name) or _OTHER_NAMES.get(name, 0)


def _time_of(parts: re.Match[str]) -> time | None:
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    if parts["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if parts["half"].strip().lower() == "pm" else 0)
    try:
        return time(hour, minute, second, int((parts["fraction"] or "0")[:6].ljust(6, "0")))
    except ValueError:
        return None


def _zone(written: str | None) -> timezone:
    """The zone as written, UTC where none is."""
    bare = (written or "").strip().replace(":", "")
    if bare in ("", "Z", "UTC"):
        return UTC
    offset = timedelta(hours=int(bare[1:3]), minutes=int(bare[3:] or 0))
    return timezone(-offset if bare[0] == "-" else offset)
