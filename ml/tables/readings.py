"""How each column of text is to be read, decided over every value of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import duckdb

from ml.schema import Dtype
from ml.tables.dates import RIVALS
from ml.tables.duck import PLACE, literal, long_form, select
from ml.tables.kinds import A_DATE, ANY_DIGITS, BOOLEAN, COMMA, DATES, INTEGER, NUMBER, PHONE, THOUSANDS, Kind
from ml.tables.name_words import PHONE_WORDS, words_of
from ml.tables.summary import counted
from ml.tables.values import INFINITE_WORDS, NONE

# A sample has this many cells, but a number of rows within these bounds.
_SAMPLE_CELLS = 400_000
_SAMPLE_ROWS = (200, 2000)
# Among words, "none" is a level of its own when at least this share of the values says so.
_LEAST_SHARE_OF_NONE = 0.05


@dataclass(frozen=True, slots=True)
class Reading:
    """How one column is read: `sql` is the expression to store, `dtype` is None where it stays text.

    `present` counts the values that ought to be there once it is read.
    """

    sql: str
    dtype: Dtype | None
    phrase: str
    present: int
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Counts:
    """Values that are not missing, the words among them, and how many pass the test of each kind."""

    present: int
    nones: int
    words: int
    hits: dict[str, int]

    def may_be(self, kind: Kind) -> bool:
        words = self.words if kind.dtype in {Dtype.INTEGER, Dtype.NUMBER} else 0
        return self.hits.get(kind.name, 0) + self.nones + words >= self.present

    def is_a(self, kind: Kind) -> bool:
        return self.hits.get(kind.name, 0) > 0 and self.may_be(kind)


def find_readings(
    connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], *, decimal_comma: bool
) -> list[Reading]:
    """How to read each column of `table` (cleaned text in c0, c1, …), in order.

    A kind holds only when every value that is not missing is of that kind; a sample merely spares the
    tests that cannot hold.
    """
    waiting = _trials_left_by_a_sample(connection, table, names, decimal_comma=decimal_comma)
    readings: dict[int, Reading] = {}
    while waiting:
        trials = {i: trials[0] if trials else [] for i, trials in waiting.items()}
        for i, counts in _count_all(connection, table, trials).items():
            fitting = [kind for kind in trials[i] if counts.is_a(kind)]
            if fitting or counts.present == 0 or len(waiting[i]) <= 1:
                readings[i] = _reading(i, names[i], counts, fitting)
                del waiting[i]
            else:
                waiting[i] = waiting[i][1:]
    return [readings[i] for i in range(len(names))]


def _trials_left_by_a_sample(
    connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], *, decimal_comma: bool
) -> dict[int, list[list[Kind]]]:
    """The trials each column has to stand, in order; none for what cannot be but text."""
    least, most = _SAMPLE_ROWS
    rows = max(least, min(most, _SAMPLE_CELLS // len(names)))
    connection.execute(f"CREATE TEMP TABLE sampled AS FROM {table} LIMIT {rows}")
    plain = (BOOLEAN, INTEGER, PHONE, NUMBER, ANY_DIGITS, COMMA if decimal_comma else THOUSANDS, A_DATE)
    wished = {
        i: [kind for kind in plain if kind is not PHONE or PHONE_WORDS & words_of(name)] for i, name in enumerate(names)
    }
    for _ in range(2):  # plain kinds first, then the formats of what may be a date
        for i, counts in _count_all(connection, "sampled", wished).items():
            left = [kind for kind in wished[i] if counts.may_be(kind)]
            wished[i] = [each for kind in left for each in (DATES if kind is A_DATE else (kind,))]
    return {i: [list(trial) for _, trial in groupby(kinds, lambda kind: kind.trial)] for i, kinds in wished.items()}


def _count_all(
    connection: duckdb.DuckDBPyConnection, table: str, wished: Mapping[int, Sequence[Kind]]
) -> dict[int, _Counts]:
    """Columns that wish for the same tests are counted together."""
    alike: defaultdict[tuple[Kind, ...], list[int]] = defaultdict(list)
    for i, kinds in wished.items():
        alike[tuple(kinds)].append(i)
    counts = {i: _Counts(0, 0, 0, {}) for i in wished}
    for tests, places in alike.items():
        counts.update(_count(connection, table, places, tests))
    return counts


def _count(
    connection: duckdb.DuckDBPyConnection, table: str, places: Sequence[int], kinds: Sequence[Kind]
) -> dict[int, _Counts]:
    """The counts of those columns that have any value."""
    # The lengths spare most values the lower case.
    none = f"CASE WHEN strlen(value) = {len(NONE)} THEN lower(value) = '{NONE}' END"
    infinite = ", ".join(literal(word) for word in sorted(INFINITE_WORDS))
    word = f"CASE WHEN strlen(value) BETWEEN 3 AND 9 THEN lower(value) IN ({infinite}) END"
    numeric = any(kind.dtype in {Dtype.INTEGER, Dtype.NUMBER} for kind in kinds)
    tests = [none, word if numeric else "false", *(kind.test.replace("{v}", "value") for kind in kinds)]
    parts = [PLACE, "count(*)", *(f"count(*) FILTER ({test})" for test in tests)]
    source = long_form({i: f"c{i}" for i in places}, table)
    answer = connection.execute(f"{select(parts, source)} GROUP BY p").fetchall()
    return {
        place: _Counts(present, nones, words, {kind.name: hits for kind, hits in zip(kinds, all_hits, strict=True)})
        for place, present, nones, words, *all_hits in answer
    }


def _reading(i: int, name: str, counts: _Counts, fitting: Sequence[Kind]) -> Reading:
    if counts.present == 0:
        return Reading(f"NULL::VARCHAR AS c{i}", None, "empty", 0)
    if PHONE in fitting:
        return _as_text(i, name, counts, PHONE.phrase)
    if ANY_DIGITS in fitting:
        return _as_text(i, name, counts, "codes with leading zeros, or numbers too long to calculate with")
    if not fitting:
        return _as_text(i, name, counts, "")
    kind = fitting[0]
    notes = []
    if len(fitting) > 1 and fitting[1].name == RIVALS.get(kind.name):
        notes.append(f"Each date in “{name}” could have day or month first; it was read day first.")
    sql = f"{kind.sql.replace('{v}', f'c{i}')} AS c{i}"
    return Reading(sql, kind.dtype, kind.phrase, counts.present - counts.nones, notes)


def _as_text(i: int, name: str, counts: _Counts, phrase: str) -> Reading:
    cell = f"c{i}"
    if not counts.nones:
        return Reading(cell, None, phrase, counts.present)
    if counts.nones >= _LEAST_SHARE_OF_NONE * counts.present:
        note = f"“None” was kept as a value of “{name}” ({counted(counts.nones, 'row', 'rows')})."
        return Reading(cell, None, phrase, counts.present, [note])
    note = f"“None” counts as missing in “{name}” ({counted(counts.nones, 'row', 'rows')})."
    sql = f"CASE WHEN strlen({cell}) = 4 AND lower({cell}) = '{NONE}' THEN NULL ELSE {cell} END AS {cell}"
    return Reading(sql, None, phrase, counts.present - counts.nones, [note])
