"""A stored table as a file for people to take away: CSV that a spreadsheet opens without harm, or Parquet.

Both come in pieces while the table is read, so the memory taken does not grow with its rows.
"""

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ml.schema import NUMERIC, WORDS, Column, Dtype
from ml.tables.casting import cells, stored_kinds, ways_to_read
from ml.tables.duck import connect, literal, parquet, select

# A text beginning so is a formula to some spreadsheet: the signs also in full width, and behind blanks, which some
# cut off; a tab or a line end at the very front starts a new cell.
_FORMULA = "[\\s\\x{a0}\\x{3000}\\x{feff}\\x{200b}]*[=+@＝＋＠－-]|[\\t\\r\\n]"
_FORMULA_IN_PYTHON = re.compile("[\\s\xa0\u3000\ufeff\u200b]*[=+@＝＋＠－-]|[\t\r\n]")
_PLAIN_NUMBER = "[+-]?[0-9]+([.,][0-9]+)?"
_NEEDS_QUOTES = '[",\\r\\n]'

_CELLS_A_BATCH = 1_000_000
_ROWS_A_BATCH = 50_000


def safe_text(text: str) -> str:
    """A text as a spreadsheet may see it: one that it would take for a formula gets an apostrophe before it.

    Plain numbers stay as they are. Source: OWASP, CSV Injection; the forms in full width and behind blanks are ours.

    >>> safe_text("=1+1"), safe_text(" @SUM(A1)"), safe_text("-5"), safe_text("a=b")
    ("'=1+1", "' @SUM(A1)", '-5', 'a=b')
    """
    is_formula = _FORMULA_IN_PYTHON.match(text) and not re.fullmatch(_PLAIN_NUMBER, text)
    return f"'{text}" if is_formula else text


def csv_line(values: Sequence[str]) -> str:
    r"""Texts as one safe line of CSV, line end included; texts are quoted where they have to be.

    >>> csv_line(["a", "b,c", "=d"])
    'a,"b,c",\'=d\n'
    """
    quoted = [
        '"' + text.replace('"', '""') + '"' if re.search('[",\r\n]', text) else text for text in map(safe_text, values)
    ]
    return (",".join(quoted) if quoted != [""] else '""') + "\n"


def csv_chunks(path: Path, columns: Sequence[Column]) -> Iterator[bytes]:
    """The table as CSV in UTF-8: a header, commas, lines in file order; nothing stands where a value is missing.

    Values are those of the corrected types; dates are written with their time unless all are at midnight. Texts and
    headers are made safe as `safe_text` does it, so a text is not always what the file had: Parquet keeps it.
    """
    yield csv_line([column.name for column in columns]).encode()
    with _table(path, columns) as (connection, kinds):
        fields = _csv_fields(connection, kinds)
        # A line with nothing on it would be no row to whoever reads it.
        line = (
            f"concat_ws(',', {', '.join(fields)})" if len(fields) > 1 else f"coalesce(nullif({fields[0]}, ''), '\"\"')"
        )
        for batch in _batches(connection, select([f"{line} AS line"], "typed"), len(columns)):
            yield ("\n".join(batch.column(0).to_pylist()) + "\n").encode()


def parquet_chunks(path: Path, columns: Sequence[Column]) -> Iterator[bytes]:
    """The table as Parquet under the columns' names, each of its own type, rows in file order.

    integer is int64, number double, boolean bool, datetime timestamp[us]; category, text and id are strings.
    """
    sink = _Sink()
    with _table(path, columns) as (connection, kinds):
        query = select([_as_type(column, kinds[place], place) for place, column in enumerate(columns)], "typed")
        schema = pa.schema([pa.field(column.name, _ARROW[column.dtype]) for column in columns])
        with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
            for batch in _batches(connection, query, len(columns)):
                arrays = [array.cast(field.type) for array, field in zip(batch.columns, schema, strict=True)]
                writer.write_batch(pa.record_batch(arrays, schema=schema))
                yield sink.taken()
        yield sink.taken()


_ARROW = {
    Dtype.INTEGER: pa.int64(),
    Dtype.NUMBER: pa.float64(),
    Dtype.BOOLEAN: pa.bool_(),
    Dtype.DATETIME: pa.timestamp("us"),
    Dtype.CATEGORY: pa.string(),
    Dtype.TEXT: pa.string(),
    Dtype.ID: pa.string(),
}


class _Sink:
    """What a writer of files writes to; what has come is taken away piece by piece."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        self._size += len(data)
        return len(data)

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


@contextmanager
def _table(path: Path, columns: Sequence[Column]) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[str]]]:
    """A connection with the view `typed`: c0, c1, … each read as its type while rows come; and how each is kept now."""
    kinds = stored_kinds(path)
    named = [f"{expression} AS c{place}" for place, expression in enumerate(cells(path, columns))]
    kept = [_kept_as(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    with tempfile.TemporaryDirectory() as scratch, connect(Path(scratch)) as connection:
        connection.execute(f"CREATE VIEW typed AS {select(named, parquet([path]))}")
        yield connection, kept


def _kept_as(column: Column, kind: str) -> str:
    """How the values of a column come, once they are read as its type."""
    if column.dtype in WORDS or column.dtype is Dtype.TEXT:
        return kind
    if column.dtype is Dtype.BOOLEAN:
        return "VARCHAR" if kind == "VARCHAR" and column.written != "spellings" else "BOOLEAN"
    return {Dtype.INTEGER: "BIGINT", Dtype.NUMBER: "DOUBLE", Dtype.DATETIME: "TIMESTAMP"}[column.dtype]


def _as_type(column: Column, kind: str, place: int) -> str:
    value = f"c{place}"
    if column.dtype is Dtype.BOOLEAN and kind == "VARCHAR":
        spellings = next(way for way in ways_to_read("VARCHAR", Dtype.BOOLEAN) if way.name == "spellings")
        return f"{spellings.sql.replace('{v}', value)} AS c{place}"
    if column.dtype in NUMERIC or column.dtype in (Dtype.BOOLEAN, Dtype.DATETIME):
        return value
    return f"{_as_word(value, kind)} AS c{place}"


def _as_word(value: str, kind: str) -> str:
    """A value as a text: 3.0 is "3", as everywhere where numbers are words."""
    if kind == "DOUBLE":
        whole = f"{value} = floor({value}) AND abs({value}) < 1e15"
        return f"CASE WHEN {whole} THEN CAST(CAST({value} AS BIGINT) AS VARCHAR) ELSE CAST({value} AS VARCHAR) END"
    return value if kind == "VARCHAR" else f"CAST({value} AS VARCHAR)"


def _csv_fields(connection: duckdb.DuckDBPyConnection, kinds: Sequence[str]) -> list[str]:
    days = _days_only(connection, [place for place, kind in enumerate(kinds) if kind == "TIMESTAMP"])
    return [f"coalesce({_csv_field(f'c{place}', kind, place in days)}, '')" for place, kind in enumerate(kinds)]


def _csv_field(value: str, kind: str, is_day: bool) -> str:
    if kind == "VARCHAR":
        is_formula = f"regexp_matches({value}, {literal(f'^({_FORMULA})')})"
        is_number = f"regexp_full_match({value}, {literal(_PLAIN_NUMBER)})"
        safe = f"CASE WHEN {is_formula} AND NOT {is_number} THEN '''' || {value} ELSE {value} END"
        quoted = f"""'"' || replace({safe}, '"', '""') || '"'"""
        return f"CASE WHEN regexp_matches({value}, {literal(_NEEDS_QUOTES)}) THEN {quoted} ELSE {safe} END"
    if is_day:
        return f"CAST(CAST({value} AS DATE) AS VARCHAR)"
    return f"CAST({value} AS VARCHAR)"


def _days_only(connection: duckdb.DuckDBPyConnection, places: Sequence[int]) -> set[int]:
    """The columns of dates whose values are all at midnight."""
    if not places:
        return set()
    asked = [f"coalesce(bool_and(c{place} = date_trunc('day', c{place})), true)" for place in places]
    ((*answers,),) = connection.execute(select(asked, "typed")).fetchall()
    return {place for place, only in zip(places, answers, strict=True) if only}


def _batches(connection: duckdb.DuckDBPyConnection, query: str, width: int) -> Iterator[pa.RecordBatch]:
    rows = max(1, min(_ROWS_A_BATCH, _CELLS_A_BATCH // width))
    yield from connection.sql(query).to_arrow_reader(rows)
