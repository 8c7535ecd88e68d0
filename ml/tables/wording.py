"""A look at columns of words, and of true and false, by the database: it groups what does not fit into memory."""

from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from ml.tables.disguised import LONGEST_WORD, SUSPECTS
from ml.tables.duck import PLACE, batches, columns_at_once, long_form, select
from ml.tables.looks import TOP_VALUES, Look, Texts

_WORD = f"CASE WHEN strlen(value) <= {LONGEST_WORD} THEN lower(value) END"
# Words are counted by the blanks between them; that is near enough, and far cheaper than a pattern.
_WORDS = "strlen(value) - strlen(replace(value, ' ', '')) + 1"
_OF_TEXTS = [
    "list({'value': value, 'n': n} ORDER BY n DESC, value) FILTER (suspected)",
    *("min(length(value))", "sum(n * length(value)) / sum(n)", "max(length(value))"),
    f"sum(n * ({_WORDS})) / sum(n)",
    "count(*) FILTER (contains(value, ' '))",
]


def worded(connection: duckdb.DuckDBPyConnection, kind: str, places: Sequence[int], rows: int) -> dict[int, Look]:
    """The looks of those columns of the view `typed`, all stored as `kind` (VARCHAR, BOOLEAN), that have any value."""
    # The least of (-n, value) are the most frequent, ties in order of value.
    parts = [PLACE, "sum(n)::BIGINT", "count(*)", "min(value)", "max(value)"]
    parts += [f"min({{'n': -n, 'value': value}}, {TOP_VALUES})"]
    counted = ["p", "value", "n"]
    if kind == "VARCHAR":
        connection.register("suspects", pa.table({"value": SUSPECTS[kind]}))
        counted.append(f"coalesce({_WORD} IN (FROM suspects), false) AS suspected")
        parts += _OF_TEXTS
    looks: dict[int, Look] = {}
    for some in batches(places, columns_at_once(rows)):
        source = long_form({i: f"c{i}" for i in some}, "typed")
        distinct = f"({select(['p', 'value', 'count(*) AS n'], source)} GROUP BY ALL)"
        answer = connection.execute(f"{select(parts, f'({select(counted, distinct)})')} GROUP BY p").fetchall()
        looks |= {place: _look(kind, *facts) for place, *facts in answer}
    if kind == "VARCHAR":
        connection.unregister("suspects")
    return looks


def _look(
    kind: str,
    present: int,
    unique: int,
    low: Any,
    high: Any,
    top: list[Any],
    suspected: list[Any] | None = None,
    *lengths: Any,
) -> Look:
    return Look(
        kind=kind,
        present=present,
        unique=unique,
        low=low,
        high=high,
        most_frequent=[(one["value"], -one["n"]) for one in top],
        suspected=[(one["value"], one["n"]) for one in suspected or []],
        texts=Texts(*lengths) if lengths else None,
    )
