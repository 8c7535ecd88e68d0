"""How stored values are read as the type a column has: the one place that knows, for every query and frame.

A file is never rewritten when a person corrects a type. Words (category, id, text) are the stored values
whatever their type, as `ml.values.word` reads them all; the other types have one way or several for each
stored type. What a way cannot read is NULL, so it counts as missing.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ml.schema import WORDS, Column, Dtype
from ml.tables.amounts import bare_amount, scaled_amount
from ml.tables.dates import DATE_FORMATS, MONTHS
from ml.tables.duck import connect, copy, literal, parquet, select
from ml.tables.signs import ANY_SIGN, SCALED, amount, number_with_minus_behind
from ml.values import FALSE_WORDS, TRUE_WORDS


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read stored values as another type.

    `sql` gives the value of the cell in its placeholder `{v}` or NULL; `phrase` is what a person reads about it.
    """

    name: str
    phrase: str
    sql: str


AS_STORED = Way("", "", "{v}")


def ways_to_read(kind: str, dtype: Dtype) -> tuple[Way, ...]:
    """The ways to read values stored as `kind` (BIGINT, DOUBLE, BOOLEAN, TIMESTAMP, VARCHAR), the likeliest first.

    Empty where no value can be read.
    """
    if dtype in WORDS or dtype is Dtype.TEXT:
        return (AS_STORED,)
    return _WAYS.get((kind, dtype), ())


def cell(column: Column, kind: str, place: int) -> str:
    """The value of a column in SQL, read as its type from `c{place}`, which is stored as `kind`.

    >>> cell(Column(name="x", dtype=Dtype.BOOLEAN, role="feature", missing=0, unique=2), "BOOLEAN", 3)
    'c3'
    """
    stored = f"c{place}"
    ways = ways_to_read(kind, column.dtype)
    if not column.written and kind == "VARCHAR" and column.dtype is Dtype.BOOLEAN:
        return stored  # a pair of words is kept as it was written
    if not ways:
        return f"CAST(NULL AS {_SQL_TYPES[column.dtype]})"
    way = next((way for way in ways if way.name == column.written), ways[0])
    return way.sql.replace("{v}", stored)


def cells(path: Path, columns: Sequence[Column]) -> list[str]:
    """The value of each column in SQL, in order."""
    kinds = stored_kinds(path)
    return [cell(column, kinds[place], place) for place, column in enumerate(columns)]


def stored_kinds(path: Path) -> list[str]:
    """How each column is stored, told from the foot of the file."""
    return [_kind(each.type) for each in pq.read_schema(path)]


def is_corrected(expressions: Sequence[str]) -> bool:
    """Whether any of `cells` is read in another way than it is stored."""
    return any(expression != f"c{place}" for place, expression in enumerate(expressions))


@contextmanager
def typed_table(path: Path, columns: Sequence[Column]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the table as the view `typed`: c0, c1, … in the order of `columns`, each read as its type.

    Corrected columns are read once, into a file that goes with the connection: every pass would read them anew.
    """
    expressions = cells(path, columns)
    named = [f"{expression} AS c{place}" for place, expression in enumerate(expressions)]
    with tempfile.TemporaryDirectory() as scratch, connect(Path(scratch)) as connection:
        source = path
        if is_corrected(expressions):
            source = Path(scratch) / "typed.parquet"
            connection.execute(copy(select(named, parquet([path])), source))
        connection.execute(f"CREATE VIEW typed AS FROM {parquet([source])}")
        yield connection


def _kind(stored: pa.DataType) -> str:
    for is_a, kind in _KINDS:
        if is_a(stored):
            return kind
    return "VARCHAR"


_KINDS = (
    (pa.types.is_boolean, "BOOLEAN"),
    (pa.types.is_integer, "BIGINT"),
    (pa.types.is_floating, "DOUBLE"),
    (pa.types.is_temporal, "TIMESTAMP"),
)
_SQL_TYPES = {
    Dtype.INTEGER: "BIGINT",
    Dtype.NUMBER: "DOUBLE",
    Dtype.BOOLEAN: "BOOLEAN",
    Dtype.DATETIME: "TIMESTAMP",
}


def _matches(pattern: str) -> str:
    return f"regexp_full_match({{v}}, {literal(pattern)})"


def _finite(text: str) -> str:
    return f"CASE WHEN isfinite(try_cast({text} AS DOUBLE)) THEN try_cast({text} AS DOUBLE) END"


_SIGN = "[+-]?"
_TENS = "([eE][+-]?[0-9]+)?"
# The first two are the patterns of `ml.values.number`, so that a row typed in a form reads the same.
_POINT = rf"{_SIGN}([0-9]+[.]?[0-9]*|[.][0-9]+){_TENS}"
_DECIMAL_COMMA = rf"{_SIGN}(0|[0-9]{{4,}}),[0-9]+|{_SIGN}[0-9]+,([0-9]{{1,2}}|[0-9]{{4,}})"
_THOUSANDS = rf"{_SIGN}([0-9]{{1,3}}(,[0-9]{{3}})+|[0-9]{{1,2}}(,[0-9]{{2}})+,[0-9]{{3}})([.][0-9]*)?"
_POINTS_AND_COMMA = rf"{_SIGN}([0-9]{{1,3}}([.][0-9]{{3}})+|[0-9]+)(,[0-9]+)?{_TENS}"
_SPACES = rf"{_SIGN}[0-9]{{1,3}}([ '’\x{{a0}}\x{{202f}}][0-9]{{3}})*([.,][0-9]+)?"

_WITHOUT_COMMAS = _finite("replace({v}, ',', '')")
_WITH_POINT_FOR_COMMA = _finite("replace({v}, ',', '.')")
_WITHOUT_POINTS = _finite("replace(replace({v}, '.', ''), ',', '.')")
_WITHOUT_BLANKS = _finite("replace(regexp_replace({v}, '[^0-9.,+-]', '', 'g'), ',', '.')")

_PLAIN = (
    f"CASE WHEN {_matches(_POINT)} THEN {_finite('{v}')} "
    f"WHEN {_matches(_DECIMAL_COMMA)} THEN {_WITH_POINT_FOR_COMMA} END"
)


def _amounts(name: str, phrase: str, pattern: str, *, comma: bool) -> Way:
    return Way(name, phrase, f"CASE WHEN {_matches(pattern)} THEN {bare_amount(comma=comma)} ELSE {_PLAIN} END")


_SIGNED = "numbers with the sign of a currency or of percent, read without it"
_MINUS_BEHIND = "numbers with the minus behind"
_WITH_COMMA = ", and with a decimal comma"

_NUMBERS = (
    Way("plain", "numbers", _PLAIN),
    Way(
        "thousands",
        "numbers with commas between the thousands",
        f"CASE WHEN {_matches(f'{_THOUSANDS}|{_POINT}')} THEN {_WITHOUT_COMMAS} END",
    ),
    Way(
        "comma",
        "numbers with a decimal comma",
        f"CASE WHEN {_matches(_POINTS_AND_COMMA)} THEN {_WITHOUT_POINTS} "
        # A point that parts no thousands can only be a decimal one.
        f"WHEN {_matches(_POINT)} THEN {_finite('{v}')} END",
    ),
    Way(
        "spaces",
        "numbers with blanks between the thousands",
        f"CASE WHEN {_matches(_SPACES)} THEN {_WITHOUT_BLANKS} END",
    ),
    _amounts("signed", _SIGNED, amount(ANY_SIGN, comma=False), comma=False),
    _amounts("signed_comma", _SIGNED + _WITH_COMMA, amount(ANY_SIGN, comma=True), comma=True),
    _amounts("minus_behind", _MINUS_BEHIND, number_with_minus_behind(comma=False), comma=False),
    _amounts("minus_behind_comma", _MINUS_BEHIND + _WITH_COMMA, number_with_minus_behind(comma=True), comma=True),
    Way(
        "scaled",
        "numbers with K, M or B for thousands, millions or billions",
        f"CASE WHEN {_matches(SCALED)} THEN {scaled_amount()} ELSE {_PLAIN} END",
    ),
)


def _whole(number: str) -> str:
    # Beyond this a double has no place in 64 bits.
    return f"CASE WHEN {number} = floor({number}) AND abs({number}) < 9.2e18 THEN CAST({number} AS BIGINT) END"


def _whole_text(way: Way) -> Way:
    # Digits alone go straight to 64 bits: a double would round the last ones.
    digits = _matches("[+-]?[0-9]{1,19}")
    return Way(way.name, way.phrase, f"CASE WHEN {digits} THEN try_cast({{v}} AS BIGINT) ELSE {_whole(way.sql)} END")


_WHOLE = Way("whole", "whole numbers", _whole("{v}"))


def _one_of(words: frozenset[str]) -> str:
    return f"lower({{v}}) IN ({', '.join(literal(word) for word in sorted(words))})"


_PAIRS = (
    Way("words", "yes and no", f"CASE WHEN {_one_of(TRUE_WORDS | FALSE_WORDS)} THEN {{v}} END"),
    Way(
        "spellings",
        "yes and no",
        f"CASE WHEN {_one_of(TRUE_WORDS)} THEN true WHEN {_one_of(FALSE_WORDS)} THEN false END",
    ),
)
_ONE_OR_ZERO = Way("one_or_zero", "1 and 0", "CASE WHEN {v} IN (0, 1) THEN {v} = 1 END")

_DATES = {each.name: each.sql for each in DATE_FORMATS}
_EIGHT_DIGITS = f"CASE WHEN {_matches('[1-9][0-9]{7}')} THEN try_strptime({{v}}, '%Y%m%d') END"


def _dates_in_text(order: str, phrase: str) -> Way:
    """Every format that can be told from one value alone, and one order of day and month for the rest."""
    names = ("zoned", "year_first", order, "month_name", f"{order}_short", "year_month_day_signs")
    return Way(order, phrase, f"coalesce({', '.join([*(_DATES[name] for name in names), _EIGHT_DIGITS])})")


_DATES_IN_TEXT = (
    _dates_in_text("day_first", "dates, day first where both could be meant"),
    _dates_in_text("month_first", "dates, month first where both could be meant"),
    Way("months", "months, read as their first day", f"coalesce({', '.join(_DATES[name] for name in sorted(MONTHS))})"),
)


def _dates_in_numbers(number: str) -> tuple[Way, ...]:
    """Ranges keep small counts from being taken for moments: seconds begin in 1973, years end with 2999."""
    day = f"try_strptime(CAST({number} AS VARCHAR), '%Y%m%d')"
    seconds = f"make_timestamp({number} * 1000000)"
    milliseconds = f"make_timestamp({number} * 1000)"
    year = f"make_timestamp({number}, 1, 1, 0, 0, 0)"
    return (
        Way("yyyymmdd", "dates as yyyymmdd", f"CASE WHEN {number} BETWEEN 10000101 AND 99991231 THEN {day} END"),
        Way("year", "years", f"CASE WHEN {number} BETWEEN 1000 AND 2999 THEN {year} END"),
        Way(
            "unix_s",
            "seconds since 1970",
            f"CASE WHEN {number} BETWEEN 100000000 AND 9999999999 THEN {seconds} END",
        ),
        Way(
            "unix_ms",
            "milliseconds since 1970",
            f"CASE WHEN {number} BETWEEN 100000000000 AND 9999999999999 THEN {milliseconds} END",
        ),
    )


_WAYS: dict[tuple[str, Dtype], tuple[Way, ...]] = {
    ("VARCHAR", Dtype.NUMBER): _NUMBERS,
    ("VARCHAR", Dtype.INTEGER): tuple(map(_whole_text, _NUMBERS)),
    ("VARCHAR", Dtype.BOOLEAN): _PAIRS,
    ("VARCHAR", Dtype.DATETIME): _DATES_IN_TEXT,
    ("BIGINT", Dtype.INTEGER): (AS_STORED,),
    ("BIGINT", Dtype.NUMBER): (AS_STORED,),
    ("BIGINT", Dtype.BOOLEAN): (_ONE_OR_ZERO,),
    ("BIGINT", Dtype.DATETIME): _dates_in_numbers("{v}"),
    ("DOUBLE", Dtype.NUMBER): (AS_STORED,),
    ("DOUBLE", Dtype.INTEGER): (_WHOLE,),
    ("DOUBLE", Dtype.BOOLEAN): (_ONE_OR_ZERO,),
    ("DOUBLE", Dtype.DATETIME): _dates_in_numbers(f"({_whole('{v}')})"),
    ("BOOLEAN", Dtype.BOOLEAN): (AS_STORED,),
    ("BOOLEAN", Dtype.INTEGER): (Way("one_or_zero", "1 and 0", "CAST({v} AS BIGINT)"),),
    ("BOOLEAN", Dtype.NUMBER): (Way("one_or_zero", "1 and 0", "CAST({v} AS DOUBLE)"),),
    ("TIMESTAMP", Dtype.DATETIME): (AS_STORED,),
}
