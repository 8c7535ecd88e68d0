"""How each column of text is to be read, decided over every value of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, groupby
from typing import TypeAlias

import duckdb

from ml.schema import Dtype
from ml.tables.amounts import (
    A_SIGN,
    ANOTHER_MINUS,
    BLANKS_BETWEEN,
    MINUS_BEHIND,
    SCALED_AMOUNTS,
    SURE,
    SURELY_MONEY,
    signed,
)
from ml.tables.dates import MONTHS, RIVALS, SURELY_YEAR_MONTH
from ml.tables.duck import PLACE, batches, columns_at_once, literal, long_form, one_row, select
from ml.tables.kinds import A_DATE, ANY_DIGITS, BOOLEAN, COMMA, DATES, INTEGER, LAKHS, NUMBER, PHONE, THOUSANDS, Kind
from ml.tables.name_words import PHONE_WORDS, words_of
from ml.tables.signs import PERCENT, SIGNS, sign_in
from ml.tables.summary import Progress, silent
from ml.tables.values import DOTS_AND_DASHES, INFINITE_WORDS, NONE
from ml.wording import counted

# A sample has this many cells, but a number of rows within these bounds.
_SAMPLE_CELLS = 400_000
_SAMPLE_ROWS = (200, 2000)
# Among words, "none" is a level of its own when at least this share of the values says so.
_LEAST_SHARE_OF_NONE = 0.05

# What has to hold besides, over all values of a column, by the trial of its kind.
_SURE = SURE | {"year_month": SURELY_YEAR_MONTH}

# Dates whose day and month could change places.
_ORDERED = frozenset(RIVALS).union(RIVALS.values())

# The kinds a column may be of, by column: one trial after the other, until one is passed.
Trials: TypeAlias = Mapping[int, Sequence[Sequence[Kind]]]


@dataclass(frozen=True, slots=True)
class Reading:
    """How one column is read: `sql` gives what is stored of the cell in its placeholder `{v}`; texts have no `dtype`.

    `present` counts the values that ought to be there once it is read, None where all are sure to be. `written` is
    that of the column's kind.
    """

    sql: str
    dtype: Dtype | None
    phrase: str
    present: int | None
    notes: list[str] = field(default_factory=list)
    written: str = ""


@dataclass(frozen=True, slots=True)
class _Counts:
    """Values that are not missing, the words among them, and how many pass the test of each kind."""

    present: int
    nones: int
    dots: int
    words: int
    hits: dict[str, int]

    @property
    def is_plain(self) -> bool:
        return not (self.nones or self.dots or self.words)

    def may_be(self, kind: Kind) -> bool:
        words = self.words if kind.dtype in {Dtype.INTEGER, Dtype.NUMBER} else 0
        return self.hits.get(kind.name, 0) + self.nones + self.dots + words >= self.present

    def is_a(self, kind: Kind) -> bool:
        return self.hits.get(kind.name, 0) > 0 and self.may_be(kind)


def find_readings(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    names: Sequence[str],
    *,
    decimal_comma: bool,
    known: Mapping[int, Reading] | None = None,
    trials: Trials | None = None,
    report: Progress = silent,
) -> list[Reading]:
    """How to read each column of `table` (cleaned text in c0, c1, … but for those `known`), in order.

    A kind holds only when every value that is not missing is of that kind; a sample merely spares the
    tests that cannot hold. `trials` are those that `trials_left_by_a_sample` found, if they are known.
    """
    readings = dict(known or {})
    if trials is None:
        trials = trials_left_by_a_sample(connection, table, names, decimal_comma=decimal_comma)
    kinds = {i: list(chain(*left)) for i, left in trials.items() if i not in readings}
    dates: dict[int, tuple[_Counts, list[Kind]]] = {}
    waiting = dict(_in_trials(_with_signs(connection, table, kinds, decimal_comma=decimal_comma)))
    while waiting:
        report("typing", len(readings), len(names), "columns")
        first = {i: left[0] if left else [] for i, left in waiting.items()}
        for i, counts in count_all(connection, table, first).items():
            fitting = [kind for kind in first[i] if counts.is_a(kind)]
            if fitting and not _is_sure(connection, table, i, names[i], fitting[0]):
                fitting = []
            if fitting or counts.present == 0 or len(waiting[i]) <= 1:
                readings[i] = _reading(names[i], counts, fitting)
                dates |= {i: (counts, fitting)} if fitting and fitting[0].name in _ORDERED else {}
                del waiting[i]
            else:
                waiting[i] = waiting[i][1:]
    readings |= _months_first_as_elsewhere(names, dates)
    return [readings[i] for i in range(len(names))]


def _months_first_as_elsewhere(
    names: Sequence[str], dates: Mapping[int, tuple[_Counts, Sequence[Kind]]]
) -> dict[int, Reading]:
    """Dates that could be of either order, read month first where those of other columns can only be that."""
    sure = {i: fitting[0].name for i, (_, fitting) in dates.items() if not _is_of_either_order(fitting)}
    if not sure or not set(sure.values()) <= set(RIVALS.values()):
        return {}
    like = names[min(sure)]
    readings = {}
    for i, (counts, fitting) in dates.items():
        if _is_of_either_order(fitting):
            note = f"Each date in “{names[i]}” could have day or month first; it was read month first, as “{like}” is."
            reading = _reading(names[i], counts, fitting[1:])
            readings[i] = replace(reading, notes=[note, *reading.notes])
    return readings


def _is_of_either_order(fitting: Sequence[Kind]) -> bool:
    return len(fitting) > 1 and fitting[1].name == RIVALS.get(fitting[0].name)


def _is_sure(connection: duckdb.DuckDBPyConnection, table: str, i: int, name: str, kind: Kind) -> bool:
    """Whether values that could be of this kind by their looks alone are numbers and no codes."""
    if kind in BLANKS_BETWEEN and PHONE_WORDS & words_of(name):
        return False
    test = _SURE.get(kind.trial) or (SURELY_MONEY if kind.trial in SIGNS and kind.trial.isalpha() else None)
    return test is None or one_row(connection, select([test.replace("{v}", f"c{i}")], table))[0] is True


def trials_left_by_a_sample(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    names: Sequence[str],
    *,
    decimal_comma: bool,
) -> Trials:
    """The trials each column has to stand, in order; none for what cannot be but text. Leaves the table `sampled`."""
    least, most = _SAMPLE_ROWS
    rows = max(least, min(most, _SAMPLE_CELLS // len(names)))
    sample = select((f"c{i}" for i in range(len(names))), table)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE sampled AS {sample} LIMIT {rows}")
    commas = (COMMA, THOUSANDS) if decimal_comma else (THOUSANDS,)
    plain = (
        BOOLEAN,
        INTEGER,
        PHONE,
        NUMBER,
        ANY_DIGITS,
        *commas,
        LAKHS,
        *BLANKS_BETWEEN,
        ANOTHER_MINUS[decimal_comma],
        MINUS_BEHIND[decimal_comma],
        A_SIGN,
        SCALED_AMOUNTS,
        A_DATE,
    )
    wished = {
        i: [kind for kind in plain if kind is not PHONE or PHONE_WORDS & words_of(name)] for i, name in enumerate(names)
    }
    for _ in range(2):  # plain kinds first, then the formats of what may be a date or an amount
        counts = count_all(connection, "sampled", wished)
        wished = {
            i: [each for kind in kinds if counts[i].may_be(kind) for each in (DATES if kind is A_DATE else (kind,))]
            for i, kinds in wished.items()
        }
        wished = _with_signs(connection, "sampled", wished, decimal_comma=decimal_comma)
    return _in_trials(wished)


def _in_trials(wished: Mapping[int, Sequence[Kind]]) -> Trials:
    return {i: [list(trial) for _, trial in groupby(kinds, lambda kind: kind.trial)] for i, kinds in wished.items()}


def _with_signs(
    connection: duckdb.DuckDBPyConnection, table: str, wished: Mapping[int, Sequence[Kind]], *, decimal_comma: bool
) -> dict[int, list[Kind]]:
    """The kinds of amounts for what may be amounts, by the sign of one of them; as it was where `table` has none."""
    signs = _signs_met(connection, table, [i for i, kinds in wished.items() if A_SIGN in kinds])
    # With a decimal comma `1.234 €` is more than a thousand, without it is not.
    orders = (decimal_comma, not decimal_comma)
    amounts = {i: [signed(sign, comma=comma) for comma in orders] for i, sign in signs.items()}
    return {
        i: [each for kind in kinds for each in (amounts.get(i, [kind]) if kind is A_SIGN else [kind])]
        for i, kinds in wished.items()
    }


def _signs_met(connection: duckdb.DuckDBPyConnection, table: str, places: Sequence[int]) -> dict[int, str]:
    if not places:
        return {}
    one = f"min(value) FILTER ({A_SIGN.test.replace('{v}', 'value')})"
    source = long_form({i: f"c{i}" for i in places}, table)
    met = connection.execute(f"{select([PLACE, one], source)} GROUP BY p").fetchall()
    return {place: sign for place, text in met if text and (sign := sign_in(text))}


def count_all(
    connection: duckdb.DuckDBPyConnection, table: str, wished: Mapping[int, Sequence[Kind]]
) -> dict[int, _Counts]:
    """Columns that wish for the same tests are counted together."""
    alike: defaultdict[tuple[Kind, ...], list[int]] = defaultdict(list)
    for i, kinds in wished.items():
        alike[tuple(kinds)].append(i)
    counts = {i: _Counts(0, 0, 0, 0, {}) for i in wished}
    rows = int(one_row(connection, select(["count(*)"], table))[0])
    for tests, same in alike.items():
        for places in batches(same, columns_at_once(rows)):
            counts.update(_count(connection, table, places, tests))
    return counts


def _count(
    connection: duckdb.DuckDBPyConnection, table: str, places: Sequence[int], kinds: Sequence[Kind]
) -> dict[int, _Counts]:
    """The counts of those columns that have any value."""
    # The lengths spare most values the lower case.
    none = f"CASE WHEN strlen(value) = {len(NONE)} THEN lower(value) = '{NONE}' END"
    word = f"CASE WHEN strlen(value) BETWEEN 3 AND 9 THEN lower(value) IN ({_listed(INFINITE_WORDS)}) END"
    dot = f"CASE WHEN strlen(value) <= 3 THEN value IN ({_listed(DOTS_AND_DASHES)}) END"
    numeric = any(kind.dtype in {Dtype.INTEGER, Dtype.NUMBER} for kind in kinds)
    tests = [none, dot, word if numeric else "false", *(kind.test.replace("{v}", "value") for kind in kinds)]
    parts = [PLACE, "count(*)", *(f"count(*) FILTER ({test})" for test in tests)]
    source = long_form({i: f"c{i}" for i in places}, table)
    answer = connection.execute(f"{select(parts, source)} GROUP BY p").fetchall()
    return {
        place: _Counts(
            present, nones, dots, words, {kind.name: hits for kind, hits in zip(kinds, all_hits, strict=True)}
        )
        for place, present, nones, dots, words, *all_hits in answer
    }


def _listed(words: Iterable[str]) -> str:
    return ", ".join(literal(word) for word in sorted(words))


def _reading(name: str, counts: _Counts, fitting: Sequence[Kind]) -> Reading:
    if counts.present == 0:
        return Reading("NULL::VARCHAR", None, "empty", 0)
    if PHONE in fitting:
        return _as_text(name, counts, PHONE.phrase)
    if ANY_DIGITS in fitting:
        return _as_text(name, counts, "codes with leading zeros, or numbers too long to calculate with")
    if not fitting:
        return _as_text(name, counts, "")
    kind = fitting[0]
    notes = [*_notes_on(name, kind, fitting)]
    if counts.dots:
        marks = counted(counts.dots, "dot, dash or star counts", "dots, dashes or stars count")
        notes.append(f"{marks} as missing in “{name}”.")
    present = counts.present - counts.nones - counts.dots
    return Reading(kind.sql, kind.dtype, kind.phrase, present, notes, kind.written)


def _notes_on(name: str, kind: Kind, fitting: Sequence[Kind]) -> Iterator[str]:
    """What a person should know of how a column of this kind was read."""
    if _is_of_either_order(fitting):
        yield f"Each date in “{name}” could have day or month first; it was read day first."
    if kind.name in MONTHS:
        yield f"Months of “{name}” were read as their first day."
    if kind.trial == PERCENT:
        yield f"“{name}” is in percent; 12 % was read as 12."
    elif kind.trial in SIGNS:
        yield f"“{name}” is in {kind.trial}; the numbers were read without it."
    elif kind in ANOTHER_MINUS.values():
        yield f"Numbers of “{name}” in parentheses, or with a long minus, were read as negative."
    elif kind is LAKHS:
        yield f"Commas of “{name}” were read as marks between the lakhs."
    elif kind is SCALED_AMOUNTS:
        yield f"K, M and B of “{name}” were read as thousands, millions and billions."
    elif kind in MINUS_BEHIND.values():
        yield f"Numbers of “{name}” with a minus behind were read as negative."


def _as_text(name: str, counts: _Counts, phrase: str) -> Reading:
    if not counts.nones:
        return Reading("{v}", None, phrase, counts.present)
    if counts.nones >= _LEAST_SHARE_OF_NONE * counts.present:
        note = f"“None” was kept as a value of “{name}” ({counted(counts.nones, 'row', 'rows')})."
        return Reading("{v}", None, phrase, counts.present, [note])
    note = f"“None” counts as missing in “{name}” ({counted(counts.nones, 'row', 'rows')})."
    sql = f"CASE WHEN strlen({{v}}) = 4 AND lower({{v}}) = '{NONE}' THEN NULL ELSE {{v}} END"
    return Reading(sql, None, phrase, counts.present - counts.nones, [note])
