"""How numbers, sizes, spans and moments are written on pages. English, sentence case, no invented precision."""

import math
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

DASH = "–"
MOST_CELL = 80
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_STEPS = (
    (60, "second"),
    (60, "minute"),
    (24, "hour"),
    (7, "day"),
    (4.35, "week"),
    (12, "month"),
    (math.inf, "year"),
)


def _as_float(value: Any) -> float | None:
    if value is None or isinstance(value, bool) or value == "":
        return None
    try:
        number_ = float(value)
    except (TypeError, ValueError):
        return None
    return number_ if math.isfinite(number_) else None


@register.filter
def count(value: Any) -> str:
    """A whole number with thousands separators; a dash when there is none.

    >>> count(12345)
    '12,345'
    """
    number_ = _as_float(value)
    return DASH if number_ is None else f"{round(number_) if not isinstance(value, int) else value:,}"


@register.filter
def number(value: Any, digits: int = 4) -> str:
    """A measured number with `digits` significant digits and no exponent between 0.0001 and 10 to the 15th.

    >>> number(1234567.891), number(0.000123456), number(2.0)
    ('1,234,568', '0.0001235', '2')
    """
    number_ = _as_float(value)
    if number_ is None:
        return DASH
    if isinstance(value, int):
        number_ = value
    if number_ == 0:
        return "0"
    size_ = math.floor(math.log10(abs(number_)))
    if not -5 < size_ < 15:
        mantissa, exponent = f"{number_:.{max(digits - 1, 0)}e}".split("e")
        return f"{_trimmed(mantissa)} × 10{str(int(exponent)).translate(_RAISED)}"
    return _trimmed(f"{number_:,.{max(digits - 1 - size_, 0)}f}")


def _trimmed(text: str) -> str:
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


@register.filter
def score(value: Any) -> str:
    """A score: four decimals at most, so that what is nothing but rounding reads as 0.

    >>> score(-1.649e-06), score(0.93124), score(28667.2)
    ('0', '0.9312', '28,667')
    """
    number_ = _as_float(value)
    if number_ is None or abs(number_) >= 1:
        return number(value)
    return _trimmed(f"{round(number_, 4) + 0.0:.4f}")


@register.filter
def short(value: Any) -> str:
    """A number for a tight place such as an axis: three digits and k, M, B or T.

    >>> short(1250), short(3_400_000), short(0.25)
    ('1.25k', '3.4M', '0.25')
    """
    number_ = _as_float(value)
    if number_ is None:
        return DASH
    for limit, suffix in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(number_) >= limit and abs(number_) < limit * 1000:
            return number(number_ / limit, 3) + suffix
    return number(number_, 3)


@register.filter
def percent(value: Any, decimals: int = 1) -> str:
    """A share in 0..1 as per cent; what is nearly nothing or nearly all is never rounded to exactly that.

    >>> percent(0.1987), percent(0.00002), percent(0.99999), percent(1)
    ('19.9%', '<0.1%', '>99.9%', '100%')
    """
    share = _as_float(value)
    if share is None:
        return DASH
    smallest = 10.0**-decimals
    if 0 < share * 100 < smallest / 2:
        return f"<{smallest:.{decimals}f}%"
    if 0 < (1 - share) * 100 < smallest / 2:
        return f">{100 - smallest:.{decimals}f}%"
    return f"{_trimmed(f'{share * 100:.{decimals}f}')}%"


@register.filter
def size(value: Any) -> str:
    """Bytes in decimal units.

    >>> size(61904), size(1)
    ('61.9 kB', '1 byte')
    """
    bytes_ = _as_float(value)
    if bytes_ is None:
        return DASH
    if bytes_ < 1000:
        return plural(round(bytes_), "byte")
    for unit in ("kB", "MB", "GB"):
        bytes_ /= 1000
        if bytes_ < 999.5:
            return f"{number(bytes_, 3)} {unit}"
    return f"{number(bytes_ / 1000, 3)} TB"


@register.filter
def limit(value: Any) -> str:
    """A limit in bytes as operators set it, in powers of 1,024, so that 104,857,600 reads as people were told.

    >>> limit(100 * 1024 * 1024)
    '100 MB'
    """
    bytes_ = _as_float(value)
    return DASH if bytes_ is None else f"{number(bytes_ / 1024**2, 3)} MB"


@register.filter
def duration(value: Any) -> str:
    """A span of seconds (or a timedelta) in at most two units.

    >>> duration(0.0042), duration(75), duration(3720)
    ('4.2 ms', '1 min 15 s', '1 h 2 min')
    """
    seconds = value.total_seconds() if isinstance(value, timedelta) else _as_float(value)
    if seconds is None:
        return DASH
    seconds = max(seconds, 0.0)
    if seconds < 1:
        return "0 s" if seconds == 0 else f"{number(seconds * 1000, 2)} ms"
    if seconds < 10:
        return f"{number(seconds, 2)} s"
    whole = round(seconds)
    for (length, unit), (part_length, part_unit) in pairwise(_SPANS):
        if whole >= length:
            rest = whole % length // part_length
            return f"{whole // length} {unit}" + (f" {rest} {part_unit}" if rest else "")
    return f"{whole} s"


@register.filter
def plural(value: Any, noun: str) -> str:
    """A count with its noun, `"column"` or `"entry,entries"`.

    >>> plural(1, "column"), plural(1200, "column"), plural(2, "entry,entries")
    ('1 column', '1,200 columns', '2 entries')
    """
    one, _, many = noun.partition(",")
    return f"{count(value)} {one if value == 1 else many or one + 's'}"


@register.filter
def minus(value: int, other: int) -> int:
    """What is left of a count."""
    return value - other


@register.filter
def signed(value: Any) -> str:
    """A whole change with its sign, as a ledger shows it.

    >>> signed(5), signed(-5)
    ('+5', '−5')
    """
    number_ = _as_float(value)
    if number_ is None:
        return DASH
    return f"+{count(value)}" if number_ > 0 else count(value).replace("-", "−")


@register.filter
def edge(value: Any, digits: int = 4) -> str:
    """The end of a range: a number in few digits, or the day of an ISO date."""
    return value[:10] if isinstance(value, str) else number(value, digits)


@register.filter
def cell(value: Any, dtype: str = "") -> SafeString | str:
    """A value as it stands in a table of data; what is missing is marked as such, never shown as blank text.

    Of a `datetime` only the day is shown at midnight, else day and time.
    """
    if value is None:
        return SafeString('<span class="table__none">missing</span>')
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else str(value)
    text = str(value)
    if dtype == "datetime":
        return text.replace("T", " ").removesuffix(" 00:00:00")
    return f"{text[:MOST_CELL]}…" if len(text) > MOST_CELL else text


@register.filter
def reltime(value: Any) -> SafeString | str:
    """A `<time>` with relative words; the exact moment is its title, and a script keeps both current."""
    if not isinstance(value, date):
        return DASH
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    moment = moment.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{}" data-time>{}</time>',
        moment.isoformat(timespec="seconds"),
        f"{moment.day} {moment:%b %Y, %H:%M} UTC",
        _relative((timezone.now() - moment).total_seconds()),
    )


def _relative(seconds: float) -> str:
    amount = abs(seconds)
    if amount < 10:
        return "just now"
    for step, unit in _STEPS:
        if amount < step:
            words = plural(math.floor(amount), unit)
            return f"{words} ago" if seconds > 0 else f"in {words}"
        amount /= step
    return ""
