"""What a text may stand for, as tests and conversions in SQL."""

from dataclasses import dataclass

from ml.schema import Dtype
from ml.tables.dates import DATE_FORMATS, DATE_SHAPE, MONTHS, RIVALS


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing a text may stand for.

    `sql` gives the value of the text in its placeholder `{v}` or NULL; `test` says whether the text is one.
    Kinds of one `trial` are told apart by testing them together. `written` names the way (`ml/written.py`) in which
    one value is read as such a column's values are, where the canonical reader does not take it.
    """

    name: str
    dtype: Dtype
    phrase: str
    test: str
    sql: str
    trial: str
    written: str = ""


def _matches(pattern: str) -> str:
    return f"regexp_full_match({{v}}, '{pattern}')"


def _finite(number: str) -> str:
    return f"CASE WHEN isfinite(try_cast({number} AS DOUBLE)) THEN try_cast({number} AS DOUBLE) END"


_DIGITS = "(0|[1-9][0-9]*)"
# More digits than a double keeps are a code, unless a point or a power of ten says that they are measured.
_WHOLE = "-?(0|[1-9][0-9]{0,14})"
# Behind a plus; what is longer is a telephone number.
_FEW_DIGITS = "(0|[1-9][0-9]{0,5})"
_POWER = "[eE][+-]?[0-9]{1,4}"

BOOLEAN = Kind(
    "boolean",
    Dtype.BOOLEAN,
    "true and false",
    "lower({v}) IN ('true', 'false')",
    "try_cast({v} AS BOOLEAN)",
    "boolean",
)
# A leading zero or a long number after a plus is a code or a telephone number, and stays text. A cast alone takes
# '0.125' for 0 and '1_000' for 1000; what it gives is quickly seen to be right where it is written in the same way.
_WHOLE_NUMBER = (
    "CASE WHEN CAST(try_cast({v} AS BIGINT) AS VARCHAR) = {v} THEN try_cast({v} AS BIGINT) "
    f"WHEN {_matches('-?(0|[1-9][0-9]{0,18})|[+](0|[1-9][0-9]{0,5})')} THEN try_cast({{v}} AS BIGINT) END"
)
INTEGER = Kind("integer", Dtype.INTEGER, "whole numbers", f"({_WHOLE_NUMBER}) IS NOT NULL", _WHOLE_NUMBER, "integer")
PHONE = Kind("phone", Dtype.ID, "telephone or postal codes", _matches("[0-9]{5,15}"), "{v}", "integer")
NUMBER = Kind(
    "number",
    Dtype.NUMBER,
    "numbers",
    _matches(
        rf"{_WHOLE}|-?{_DIGITS}({_POWER}|[.][0-9]*({_POWER})?)|"
        rf"[+]{_FEW_DIGITS}([.][0-9]*)?({_POWER})?|[+-]?[.][0-9]+({_POWER})?"
    ),
    _finite("{v}"),
    "number",
)
# Whole numbers of any length: tells codes and numbers beyond 64 bits from measurements.
ANY_DIGITS = Kind("digits", Dtype.ID, "digits", _matches("[+-]?[0-9]+"), "{v}", "number")
COMMA = Kind(
    "comma",
    Dtype.NUMBER,
    "numbers with a decimal comma",
    _matches(
        rf"{_WHOLE}|-?{_DIGITS}({_POWER}|,[0-9]+({_POWER})?)|"
        rf"[+]{_FEW_DIGITS}(,[0-9]+)?({_POWER})?|[+-]?[1-9][0-9]{{0,2}}([.][0-9]{{3}})+(,[0-9]+)?"
    ),
    _finite("replace(replace({v}, '.', ''), ',', '.')"),
    "comma",
)
THOUSANDS = Kind(
    "thousands",
    Dtype.NUMBER,
    "numbers with commas between the thousands",
    _matches(
        rf"{_WHOLE}|-?{_DIGITS}[.][0-9]*|"
        rf"[+]{_FEW_DIGITS}([.][0-9]*)?|[+-]?[1-9][0-9]{{0,2}}(,[0-9]{{3}})+([.][0-9]*)?"
    ),
    _finite("replace({v}, ',', '')"),
    "comma",
    "thousands",
)
# As in India: lakhs and crores, commas between groups of two before the last three.
LAKHS = Kind(
    "lakhs",
    Dtype.NUMBER,
    "numbers with commas between the lakhs",
    _matches(r"-?([1-9][0-9]?(,[0-9]{2})*,[0-9]{3}|0|[1-9][0-9]{0,2})([.][0-9]*)?"),
    _finite("replace({v}, ',', '')"),
    "lakhs",
    "thousands",
)
_FIRST_OF_PAIR = {second: first for first, second in RIVALS.items()}
DATES = tuple(
    Kind(
        date.name,
        Dtype.DATETIME,
        date.phrase,
        f"({date.sql}) IS NOT NULL",
        date.sql,
        _FIRST_OF_PAIR.get(date.name, date.name),
        "months" if date.name in MONTHS else "",
    )
    for date in DATE_FORMATS
)
A_DATE = Kind("date shape", Dtype.DATETIME, "dates", _matches(DATE_SHAPE), "{v}", "date shape")
