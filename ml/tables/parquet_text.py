"""Someone's Parquet file into columns of text, so that its types are found by the same rules."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ml.errors import UnreadableTable
from ml.tables.duck import batches, copy, one_row, parquet, select
from ml.tables.summary import MEGABYTE, Limits
from ml.tables.text_sink import cell_too_long, too_many_rows

_COLUMNS_AT_ONCE = 100


def parquet_to_text(
    connection: duckdb.DuckDBPyConnection, source: Path, folder: Path, limits: Limits
) -> tuple[Path, list[str]]:
    """A Parquet file with columns c0, c1, … of text, and the names of the source.

    Nested values become JSON text. Raises UnreadableTable `unreadable`, `empty`, `too_many_columns`,
    `too_large` (few bytes may stand for a huge table) and `cell_too_long`.
    """
    try:
        metadata = pq.read_metadata(source)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableTable("unreadable", "The Parquet file is damaged or cut off; write it again.") from error
    names = list(metadata.schema.to_arrow_schema().names)
    _check_size(metadata.num_rows, len(names), limits)
    columns = connection.execute(f"DESCRIBE FROM {parquet([source])}").fetchall()
    if len(columns) != len(names):
        raise UnreadableTable("unreadable", "Two columns of the Parquet file share a name; rename one of them.")
    _check_texts(connection, source, [str(name) for name, *_ in columns], limits)
    path = folder / "text.parquet"
    cells = [f"{_as_text(str(name), str(kind))} AS c{i}" for i, (name, kind, *_) in enumerate(columns)]
    connection.execute(copy(select(cells, parquet([source])), path))
    return path, names


def _check_size(rows: int, columns: int, limits: Limits) -> None:
    if rows == 0 or columns == 0:
        raise UnreadableTable("empty", "The Parquet file has no rows; upload one with at least one row.")
    if columns > limits.max_columns:
        detail = f"There are {columns:,} columns and at most {limits.max_columns:,} are read; leave some out."
        raise UnreadableTable("too_many_columns", detail)
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
