"""The ways a date is written, as tests and conversions in SQL."""

from dataclasses import dataclass

_CLOCK = r"[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?"
_TIME = f"(?:{_CLOCK})?"
_TIME_OR_HALF_DAY = f"(?:{_CLOCK}(?: ?[AaPp][Mm])?)?"
_ZONE = r"(?:Z| ?UTC| ?[+-][0-9]{2}(?::?[0-9]{2})?)"
_YEAR = r"[1-9][0-9]{3}"
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[.]?"
_GERMAN_MONTH = (
    "(?:januar|jan|februar|feb|märz|mär|mrz|april|apr|mai|juni|jun|juli|jul|august|aug|"
    "september|sept|sep|oktober|okt|november|nov|dezember|dez)[.]?"
)
# Names to the letter: a month alone has less around it that tells a date.
_MONTH_ALONE = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    f"nov(?:ember)?|dec(?:ember)?|{_GERMAN_MONTH})[.]?"
)
# Others are the numbers of parts and orders.
_LIKELY_YEAR = "(?:1[5-9]|2[01])[0-9]{2}"
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
    date = rf"(?:{_MONTH} [0-9]{{1,2}},? {_YEAR}|[0-9]{{1,2}}[ -]{_MONTH}[ -](?:{_YEAR}|[0-9]{{2}}))"
    text = "regexp_replace(replace(replace(replace({v}, ',', ''), '.', ''), '-', ' '), ' +', ' ', 'g')"
    # Two digits first, as %Y takes 20 for the year 20.
    dates = ("%d %b %y", "%d %B %y", "%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y")
    times = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
    read = _by_format(text, tuple(date + time for time in times for date in dates))
    return f"CASE WHEN regexp_full_match({{v}}, '(?i){date}{_TIME_OR_HALF_DAY}') THEN {read} END"


def _german_month_name() -> str:
    date = rf"[0-9]{{1,2}}[.]? {_GERMAN_MONTH} {_YEAR}"
    text = "regexp_replace(lower({v}), '^([0-9]+)[.]? ([^0-9]{3})[^0-9]* ', '\\1 \\2 ')"
    times = ("", " %H:%M", " %H:%M:%S")
    read = _by_format(_in_english(text), tuple(f"%d %b %Y{time}" for time in times))
    return f"CASE WHEN regexp_full_match({{v}}, '(?i){date}{_TIME}') THEN {read} END"


def _signs_for_year_month_day() -> str:
    """Dates as in China, Japan and Korea."""
    date = f"({_YEAR}) ?[年년] ?([0-9]{{1,2}}) ?[月월] ?([0-9]{{1,2}}) ?[日일]"
    text = rf"regexp_replace({{v}}, '^{date}', '\1-\2-\3')"
    return f"CASE WHEN regexp_full_match({{v}}, '{date}{_TIME}') THEN try_cast({text} AS TIMESTAMP) END"


def _first_day(pattern: str, iso: str) -> str:
    """The first day of a month that `pattern` matches, its parts put together to yyyy-mm."""
    text = f"regexp_replace({{v}}, '^{pattern}$', '{iso}-01')"
    return f"CASE WHEN regexp_full_match({{v}}, '{pattern}') THEN try_cast({text} AS TIMESTAMP) END"


def _first_day_by_name() -> str:
    pattern = f"{_MONTH_ALONE},?[ /-]{_LIKELY_YEAR}"
    text = "regexp_replace(lower({v}), '^([^0-9]{3})[^0-9]*([0-9]{4})$', '1 \\1 \\2')"
    read = _by_format(_in_english(text), ("%d %b %Y",))
    return f"CASE WHEN regexp_full_match({{v}}, '(?i){pattern}') THEN {read} END"


def _in_english(text: str) -> str:
    """Of three letters each."""
    for german, english in (("mär", "mar"), ("mrz", "mar"), ("mai", "may"), ("okt", "oct"), ("dez", "dec")):
        text = f"replace({text}, '{german}', '{english}')"
    return text


def _by_format(text: str, formats: tuple[str, ...]) -> str:
    return f"try_strptime({text}, [{', '.join(repr(one) for one in formats)}])"


_ISO = rf"{_YEAR}-[0-9]{{1,2}}-[0-9]{{1,2}}{_TIME}"
_DAY_FIRST = "day first (dd/mm/yyyy)"
_MONTH_FIRST = "month first (mm/dd/yyyy)"
_AS_FIRST_DAY = "read as their first day"

# What every date looks like from afar; a column without it need not be tried format by format.
DATE_SHAPE = (
    "[0-9A-Za-z]{1,9}[-/. ]+[0-9A-Za-zäÄ]{1,9}[-/., ]+[0-9].*|[0-9]{4} ?[年년].*|"
    "[0-9]{4}[-/][0-9]{2}|[0-9]{2}/[0-9]{4}|[A-Za-zäÄ]{3,9}[.]?,?[ /-][0-9]{4}"
)

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
    DateFormat("german_month_name", "dates with the month's German name", _german_month_name()),
    DateFormat("day_first_short", f"dates, {_DAY_FIRST}", _ordered("[0-9]{2}", "[/.]", "dmy")),
    DateFormat("month_first_short", f"dates, {_MONTH_FIRST}", _ordered("[0-9]{2}", "[/.]", "mdy")),
    DateFormat("year_month_day_signs", "dates as yyyy年m月d日", _signs_for_year_month_day()),
    DateFormat(
        "year_month", f"months as yyyy-mm, {_AS_FIRST_DAY}", _first_day(f"({_LIKELY_YEAR})[-/]([0-9]{{2}})", r"\1-\2")
    ),
    DateFormat(
        "month_year", f"months as mm/yyyy, {_AS_FIRST_DAY}", _first_day(f"([0-9]{{2}})/({_LIKELY_YEAR})", r"\2-\1")
    ),
    DateFormat("named_month", f"months by name, {_AS_FIRST_DAY}", _first_day_by_name()),
    DateFormat(
        "year_month_signs",
        f"months as yyyy年m月, {_AS_FIRST_DAY}",
        _first_day(f"({_YEAR}) ?[年년] ?([0-9]{{1,2}}) ?[月월]", r"\1-\2"),
    ),
)
# These tell no day.
MONTHS = frozenset({"year_month", "month_year", "named_month", "year_month_signs"})
# `2011-12` may be a year that ends in the next one, as budgets and seasons do.
SURELY_YEAR_MONTH = "bool_or((try_cast(left({v}, 4) AS INTEGER) + 1) % 100 <> try_cast(right({v}, 2) AS INTEGER))"

# Formats that may both fit every value of a column.
RIVALS = {"day_first": "month_first", "day_first_short": "month_first_short"}
