"""A last row that sums up those above it, as sheets have it."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ml.tables.duck import one_row, select

_LISTED = (
    "total|totals|grand total|sum|overall|gesamt|insgesamt|summe|gesamtsumme|somme|ensemble|total général|"
    "total general|suma|totale|totaal|razem|ogółem|yhteensä|toplam|итого|всего|合計|合计|总计|計"
)
_TOTALS = frozenset(_LISTED.split("|"))
_LEAST_ROWS = 3
# Of the sum: what adding up in another order may change.
_ROUNDED = 1e-6


def notes_on_total(connection: duckdb.DuckDBPyConnection, path: Path, rows: int) -> list[str]:
    """Whether the last row of the stored table, the view `typed`, says that it is a total, and is one."""
    if rows < _LEAST_ROWS or (said := _first_word_of_last_row(path)) is None:
        return []
    if said.lower().rstrip(": ") not in _TOTALS or not _has_sums(connection, path):
        return []
    kept = f"The last row, “{said}”, sums up those above it; it was kept as a row."
    return [f"{kept} Leave it out of the file before training."]


def _last_cells(path: Path, names: list[str]) -> dict[str, object]:
    with pq.ParquetFile(path) as file:
        last = file.read_row_group(file.num_row_groups - 1, columns=names)
    cells: dict[str, object] = last.slice(last.num_rows - 1).to_pylist()[0]
    return cells


def _first_word_of_last_row(path: Path) -> str | None:
    schema = pq.read_schema(path)
    place = next((place for place, kind in enumerate(schema.types) if pa.types.is_string(kind)), None)
    if place is None:
        return None
    *others, word = _last_cells(path, schema.names[: place + 1]).values()
    return word if isinstance(word, str) and all(other is None for other in others) else None


def _has_sums(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Whether the numbers of the last row are the sums of their columns, but for averages and the like."""
    schema = pq.read_schema(path)
    numbers = [field.name for field in schema if pa.types.is_integer(field.type) or pa.types.is_floating(field.type)]
    last = {name: float(str(value)) for name, value in _last_cells(path, numbers).items() if value} if numbers else {}
    if not last:
        return False
    sums = one_row(connection, select([f"sum({name}::DOUBLE)" for name in last], "typed"))
    right = sum(
        1
        for whole, total in zip(sums, last.values(), strict=True)
        if abs(whole - 2 * total) <= _ROUNDED * max(1.0, abs(total))
    )
    return 2 * right >= len(last)
