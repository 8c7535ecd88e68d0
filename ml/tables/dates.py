"""The ways a date is written, as tests and conversions in SQL."""

from dataclasses import dataclass

_CLOCK = r"[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?"
_TIME = f"(?:{_CLOCK})?"
_TIME_OR_HALF_DAY = f"(?:{_CLOCK}(?: ?[AaPp][Mm])?)?"
_ZONE = r"(?:Z| ?UTC| ?[+-][0-9]{2}(?::?[0-9]{2})?)"
_YEAR = r"[1-9][0-9]{3}"
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[.]?"
_SHORT_YEAR = ("%y-%m-%d", "%y-%m-%d %H:%M", "%y-%m-%d %H:%M:%S")
_HALF_DAYS = tuple(f"%{year}-%m-%d %I:{rest}" for year in "Yy" for rest in ("%M %p", "%M%p", "%M:%S %p", "%M:%S%p"))


@dataclass(frozen=True, slots=True)
class DateFormat:
    """One way to write a date.

    `sql` gives a TIMESTAMP (UTC where a zone was written) from the text in its placeholder `{v}`, NULL where
    the text is no such date; `phrase` is what a person reads about it.
    """

    name: str
    phrase: str
    sql: str


def _ordered(year: str, separators: str, order: str) -> str:
    """Bring day, month and year into ISO order, then read that with or without a time."""
    fields = {"d": "([0-9]{1,2})", "m": "([0-9]{1,2})", "y": f"({year})"}
    date = separators.join(fields[letter] for letter in order)
    iso = "-".join(rf"\{order.index(letter) + 1}" for letter in "ymd")
    text = rf"regexp_replace({{v}}, '^{date}', '{iso}')"
    read = f"try_cast({text} AS TIMESTAMP)" if year == _YEAR else _by_format(text, _SHORT_YEAR)
    # A cast passes over AM and PM, so these are read by format.
    return (
        f"CASE WHEN regexp_full_match({{v}}, '{date}{_TIME}') THEN {read} "
        f"WHEN regexp_full_match({{v}}, '{date}{_TIME_OR_HALF_DAY}') THEN {_by_format(text, _HALF_DAYS)} END"
    )


def _month_name() -> str:
    date = rf"(?:{_MONTH} [0-9]{{1,2}},? {_YEAR}|[0-9]{{1,2}}[ -]{_MONTH}[ -]{_YEAR})"
    text = "regexp_replace(replace(replace(replace({v}, ',', ''), '.', ''), '-', ' '), ' +', ' ', 'g')"
    dates = ("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y")
    times = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
    read = _by_format(text, tuple(date + time for time in times for date in dates))
    return f"CASE WHEN regexp_full_match({{v}}, '(?i){date}{_TIME_OR_HALF_DAY}') THEN {read} END"


def _by_format(text: str, formats: tuple[str, ...]) -> str:
    return f"try_strptime({text}, [{', '.join(repr(one) for one in formats)}])"


_ISO = rf"{_YEAR}-[0-9]{{1,2}}-[0-9]{{1,2}}{_TIME}"
_DAY_FIRST = "day first (dd/mm/yyyy)"
_MONTH_FIRST = "month first (mm/dd/yyyy)"

# What every date looks like from afar; a column without it need not be tried format by format.
DATE_SHAPE = "[0-9A-Za-z]{1,9}[-/. ]+[0-9A-Za-z]{1,9}[-/., ]+[0-9].*"

# In order of preference where two fit: day first is the custom in most of the world.
DATE_FORMATS = (
    DateFormat(
        "iso",
        "dates as yyyy-mm-dd",
        f"CASE WHEN regexp_full_match({{v}}, '{_ISO}') THEN try_cast({{v}} AS TIMESTAMP) END",
    ),
    DateFormat(
        "zoned",
        "dates with a time zone, kept in UTC",
        # Cast to TIMESTAMP alone would drop the zone, so it goes by way of TIMESTAMPTZ.
        f"CASE WHEN regexp_full_match({{v}}, '{_ISO}{_ZONE}?') THEN "
        r"try_cast(regexp_replace({v}, ' ([+-])', '\1') AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END",
    ),
    DateFormat("year_first", "dates as yyyy/mm/dd", _ordered(_YEAR, "[/.]", "ymd")),
    DateFormat("day_first", f"dates, {_DAY_FIRST}", _ordered(_YEAR, "[-/.]", "dmy")),
    DateFormat("month_first", f"dates, {_MONTH_FIRST}", _ordered(_YEAR, "[-/.]", "mdy")),
    DateFormat("month_name", "dates with the month's name", _month_name()),
    DateFormat("day_first_short", f"dates, {_DAY_FIRST}", _ordered("[0-9]{2}", "[/.]", "dmy")),
    DateFormat("month_first_short", f"dates, {_MONTH_FIRST}", _ordered("[0-9]{2}", "[/.]", "mdy")),
)

# Formats that may both fit every value of a column.
RIVALS = {"day_first": "month_first", "day_first_short": "month_first_short"}
