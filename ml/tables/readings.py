"""How each column of text is to be read, decided over every value of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby

import duckdb

from ml.schema import Dtype
from ml.tables.amounts import A_SIGN, BLANKS_BETWEEN, SIGNED, SURELY_AMOUNTS
from ml.tables.dates import RIVALS
from ml.tables.duck import PLACE, batches, columns_at_once, literal, long_form, one_row, select
from ml.tables.kinds import A_DATE, ANY_DIGITS, BOOLEAN, COMMA, DATES, INTEGER, NUMBER, PHONE, THOUSANDS, Kind
from ml.tables.name_words import PHONE_WORDS, words_of
from ml.tables.summary import Progress, counted, silent
from ml.tables.values import DOTS_AND_DASHES, INFINITE_WORDS, NONE

# A sample has this many cells, but a number of rows within these bounds.
_SAMPLE_CELLS = 400_000
_SAMPLE_ROWS = (200, 2000)
# Among words, "none" is a level of its own when at least this share of the values says so.
_LEAST_SHARE_OF_NONE = 0.05


@dataclass(frozen=True, slots=True)
class Reading:
    """How one column is read: `sql` gives what is stored of the cell in its placeholder `{v}`; texts have no `dtype`.

    `present` counts the values that ought to be there once it is read, None where all are sure to be.
    """

    sql: str
    dtype: Dtype | None
    phrase: str
    present: int | None
    notes: list[str] = field(default_factory=list)


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
    report: Progress = silent,
) -> list[Reading]:
    """How to read each column of `table` (cleaned text in c0, c1, … but for those `known`), in order.

    A kind holds only when every value that is not missing is of that kind; a sample merely spares the
    tests that cannot hold.
    """
    readings = dict(known or {})
    waiting = trials_left_by_a_sample(connection, table, names, decimal_comma=decimal_comma, without=readings)
    while waiting:
        report("typing", len(readings), len(names), "columns")
        trials = {i: trials[0] if trials else [] for i, trials in waiting.items()}
        for i, counts in count_all(connection, table, trials).items():
            fitting = [kind for kind in trials[i] if counts.is_a(kind)]
            if fitting and fitting[0] in BLANKS_BETWEEN and not _are_amounts(connection, table, i, names[i]):
                fitting = []
            if fitting or counts.present == 0 or len(waiting[i]) <= 1:
                readings[i] = _reading(names[i], counts, fitting)
                del waiting[i]
            else:
                waiting[i] = waiting[i][1:]
    return [readings[i] for i in range(len(names))]


def _are_amounts(connection: duckdb.DuckDBPyConnection, table: str, i: int, name: str) -> bool:
    test = SURELY_AMOUNTS.replace("{v}", f"c{i}")
    return not PHONE_WORDS & words_of(name) and one_row(connection, select([f"bool_or({test})"], table))[0] is True


def trials_left_by_a_sample(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    names: Sequence[str],
    *,
    decimal_comma: bool,
    without: Collection[int] = (),
) -> dict[int, list[list[Kind]]]:
    """The trials each column has to stand, in order; none for what cannot be but text. Leaves the table `sampled`."""
    least, most = _SAMPLE_ROWS
    rows = max(least, min(most, _SAMPLE_CELLS // len(names)))
    places = [i for i in range(len(names)) if i not in without]
    if not places:
        return {}
    sample = select((f"c{i}" for i in places), table)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE sampled AS {sample} LIMIT {rows}")
    commas = (COMMA, THOUSANDS) if decimal_comma else (THOUSANDS,)
    plain = (BOOLEAN, INTEGER, PHONE, NUMBER, ANY_DIGITS, *commas, *BLANKS_BETWEEN, A_SIGN, A_DATE)
    # From afar first, then one by one. With a decimal comma `1.234 €` is more than a thousand, without it is not.
    told_apart = {
        A_DATE: DATES,
        A_SIGN: tuple(chain(*zip(SIGNED[decimal_comma], SIGNED[not decimal_comma], strict=True))),
    }
    wished = {i: [kind for kind in plain if kind is not PHONE or PHONE_WORDS & words_of(names[i])] for i in places}
    for _ in range(2):  # plain kinds first, then the formats of what may be a date or an amount
        for i, counts in count_all(connection, "sampled", wished).items():
            left = [kind for kind in wished[i] if counts.may_be(kind)]
            wished[i] = [each for kind in left for each in told_apart.get(kind, (kind,))]
    return {i: [list(trial) for _, trial in groupby(kinds, lambda kind: kind.trial)] for i, kinds in wished.items()}


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
    notes = []
    if len(fitting) > 1 and fitting[1].name == RIVALS.get(kind.name):
        notes.append(f"Each date in “{name}” could have day or month first; it was read day first.")
    if kind.trial == "%":
        notes.append(f"“{name}” is in percent; 12 % was read as 12.")
    elif kind in SIGNED[True] or kind in SIGNED[False]:
        notes.append(f"“{name}” is in {kind.trial}; the numbers were read without it.")
    if counts.dots:
        marks = counted(counts.dots, "dot or dash counts", "dots or dashes count")
        notes.append(f"{marks} as missing in “{name}”.")
    return Reading(kind.sql, kind.dtype, kind.phrase, counts.present - counts.nones - counts.dots, notes)


def _as_text(name: str, counts: _Counts, phrase: str) -> Reading:
    if not counts.nones:
        return Reading("{v}", None, phrase, counts.present)
    if counts.nones >= _LEAST_SHARE_OF_NONE * counts.present:
        note = f"“None” was kept as a value of “{name}” ({counted(counts.nones, 'row', 'rows')})."
        return Reading("{v}", None, phrase, counts.present, [note])
    note = f"“None” counts as missing in “{name}” ({counted(counts.nones, 'row', 'rows')})."
    sql = f"CASE WHEN strlen({{v}}) = 4 AND lower({{v}}) = '{NONE}' THEN NULL ELSE {{v}} END"
    return Reading(sql, None, phrase, counts.present - counts.nones, [note])
