"""Someone's Parquet file into columns of text, so that its types are found by the same rules."""

import io
import re
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ml.errors import UnreadableTable
from ml.tables.delimited import too_many_columns
from ml.tables.duck import batches, copy, execute, one_row, parquet, select
from ml.tables.summary import MEGABYTE, Limits, Progress, silent
from ml.tables.text_sink import cell_too_long, too_many_rows

_COLUMNS_AT_ONCE = 100
# How Thrift's compact protocol begins the foot of a file: its version, then a list of more than 14 structures.
_FOOT = re.compile(rb"\x15[\x80-\xff]*[\x00-\x7f]\x19\xfc([\x80-\xff]*[\x00-\x7f])", re.DOTALL)
_PARTS_A_COLUMN = 50


def parquet_to_text(
    connection: duckdb.DuckDBPyConnection, source: Path, folder: Path, limits: Limits, report: Progress = silent
) -> tuple[Path, list[str]]:
    """A Parquet file with columns c0, c1, … of text, and the names of the source.

    Nested values become JSON text. Raises UnreadableTable `unreadable`, `empty`, `too_many_columns`,
    `too_large` (few bytes may stand for a huge table) and `cell_too_long`.
    """
    names = check_foot(source, limits)
    columns = connection.execute(f"DESCRIBE FROM {parquet([source])}").fetchall()
    if len(columns) != len(names):
        raise UnreadableTable("unreadable", "Two columns of the Parquet file share a name; rename one of them.")
    _check_texts(connection, source, [str(name) for name, *_ in columns], limits)
    path = folder / "text.parquet"
    cells = [f"{_as_text(str(name), str(kind))} AS c{i}" for i, (name, kind, *_) in enumerate(columns)]
    statement = copy(select(cells, parquet([source])), path)
    execute(connection, statement, lambda percent: report("reading", percent, 100, "percent"))
    return path, names


def check_foot(source: Path, limits: Limits) -> list[str]:
    """The names of the columns, when the foot of the file tells of nothing beyond the limits.

    Raises UnreadableTable `unreadable`, `empty`, `too_many_columns` and `too_large`.
    """
    _refuse_endless_schema(source, limits)
    try:
        metadata = pq.read_metadata(source)
        names = list(metadata.schema.to_arrow_schema().names)
    except (pa.ArrowException, OSError) as error:
        raise _damaged() from error
    _check_size(metadata.num_rows, len(names), limits)
    return names


def _damaged() -> UnreadableTable:
    return UnreadableTable("unreadable", "The Parquet file is damaged or cut off; write it again.")


def _refuse_endless_schema(source: Path, limits: Limits) -> None:
    """Look at how many columns the foot announces before it is read: a million take seconds and much memory."""
    with source.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - 8))
        length = int.from_bytes(file.read(4), "little")
        if length + 12 > size:
            raise _damaged()
        file.seek(size - 8 - length)
        announced = _FOOT.match(file.read(32))
    # Nested columns have entries of their own for their parts.
    if announced and _varint(announced[1]) > _PARTS_A_COLUMN * limits.max_columns:
        raise too_many_columns(_varint(announced[1]), limits)


def _varint(written: bytes) -> int:
    return sum((byte & 0x7F) << (7 * place) for place, byte in enumerate(written))


def _check_size(rows: int, columns: int, limits: Limits) -> None:
    if rows == 0 or columns == 0:
        raise UnreadableTable("empty", "The Parquet file has no rows; upload one with at least one row.")
    if columns > limits.max_columns:
        raise too_many_columns(columns, limits)
    if limits.max_rows is not None and rows > limits.max_rows:
        raise too_many_rows(limits)
    # As text every cell takes a byte at least, if only for its delimiter.
    if rows * columns > limits.max_bytes:
        raise _too_large(limits)


def _check_texts(connection: duckdb.DuckDBPyConnection, source: Path, names: list[str], limits: Limits) -> None:
    total = 0
    for places in batches(range(len(names)), _COLUMNS_AT_ONCE):
        lengths = [f"strlen({_quoted(names[i])}::VARCHAR) AS s{i}" for i in places]
        sizes = [f"sum(s{i}), max(s{i})" for i in places]
        answer = one_row(connection, select(sizes, f"({select(lengths, parquet([source]))})"))
        total += sum(int(size or 0) for size in answer[0::2])
        if max(int(size or 0) for size in answer[1::2]) > limits.max_cell_bytes:
            raise cell_too_long(limits, "in the Parquet file")
        # Numbers take more room as text than in Parquet, hence the allowance.
        if total > 4 * limits.max_bytes:
            raise _too_large(limits)


def _too_large(limits: Limits) -> UnreadableTable:
    size = f"{limits.max_bytes / MEGABYTE:,.0f} MB"
    return UnreadableTable("too_large", f"Written out, the table holds more than {size}; upload fewer rows.")


def _as_text(name: str, kind: str) -> str:
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
        return f"to_json({_quoted(name)})::VARCHAR"
    return f"{_quoted(name)}::VARCHAR"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
