"""A JSON object that holds a table column by column, turned into rows.

Three ways to write one, as pandas calls them: lists (`{"a": [1, 2], "b": [3, 4]}`), "columns"
(`{"a": {"0": 1, "1": 2}, …}`) and "split" (`{"columns": […], "index": […], "data": [[…], …]}`). An index that only
counts the rows is left out; any other is kept as the column `key`.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ml.errors import UnreadableTable

_KEY = "key"
_SPLIT = frozenset({"columns", "index", "data"})
_CELLS_AT_ONCE = 200_000
_LONGEST_NAME = 60
_A_NAME = r'"(?:[^"\\]|\\.){0,200}"\s*:\s*'
_START = re.compile(rf'\{{\s*{_A_NAME}(?:\[\s*(?!\s|\{{)|\{{\s*"\d+"\s*:\s*(?![\s\[{{]))')


def starts_columnwise(text: str, at: int = 0) -> bool:
    """Whether a JSON object that is not whole begins as one that is written column by column.

    >>> starts_columnwise('{"a": [1, 2'), starts_columnwise('{"a": {"0": 1'), starts_columnwise('{"rows": [{"a": 1')
    (True, True, False)
    """
    return _START.match(text, at) is not None


def rows_of_columns(value: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]] | None:
    """The rows of a table that is written column by column, some at a time; None where it is not.

    Raises UnreadableTable `broken_json` when columns differ in length or bear the same name.
    """
    if is_split(value):
        return _rows_of_split(value)
    if len(value) > 1 and all(isinstance(cells, list) for cells in value.values()):
        _require_same_length({name: len(cells) for name, cells in value.items()})
        return _rows(list(value), list(value.values()))
    if len(value) > 1 and all(isinstance(cells, dict) and _is_numbered(cells) for cells in value.values()):
        return _rows_of_numbered(value)
    return None


def is_split(value: Mapping[str, Any]) -> bool:
    """Whether an object is a table in the form that pandas calls "split"."""
    has_columns = isinstance(value.get("columns"), list)
    return value.keys() <= _SPLIT and _is_list_of(list, value.get("data")) and has_columns


def _rows_of_split(value: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
    names, data = [_name(each) for each in value["columns"]], value["data"]
    for place, row in enumerate(data, start=1):
        if len(row) != len(names):
            raise _refused(f"its row {place:,} has {len(row):,} values, and there are {len(names):,} columns")
    index = value.get("index") or []
    if index and len(index) != len(data):
        raise _refused(f"its index has {len(index):,} values, and its data {len(data):,} rows")
    return _rows(*_with_index(names, list(zip(*data, strict=True)), index))


def _rows_of_numbered(value: Mapping[str, dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    _require_same_length({name: len(cells) for name, cells in value.items()})
    first, index = next(iter(value)), list(next(iter(value.values())))
    for name, cells in value.items():
        if strange := next((key for key in index if key not in cells), None):
            raise _refused(f"{_quoted(first)} has a value for row {strange}, and {_quoted(name)} has none")
    columns = [[cells[key] for key in index] for cells in value.values()]
    return _rows(*_with_index(list(value), columns, index))


def _with_index(
    names: list[str], columns: Sequence[Sequence[Any]], index: Sequence[Any]
) -> tuple[list[str], list[Sequence[Any]]]:
    """The columns, and before them the index unless it counts the rows or a column has its name."""
    counts = all(str(label) == str(place) for place, label in enumerate(index))
    return (names, list(columns)) if counts or _KEY in names else ([_KEY, *names], [index, *columns])


def _rows(names: Sequence[str], columns: Sequence[Sequence[Any]]) -> Iterator[list[dict[str, Any]]]:
    name, count = Counter(names).most_common(1)[0] if names else ("", 0)
    if count > 1:
        raise _refused(f"{count:,} of its columns are called {_quoted(name)}")
    return _some_at_a_time(names, columns)


def _some_at_a_time(names: Sequence[str], columns: Sequence[Sequence[Any]]) -> Iterator[list[dict[str, Any]]]:
    size = max(1, _CELLS_AT_ONCE // max(1, len(names)))
    for start in range(0, len(columns[0]) if columns else 0, size):
        parts = [cells[start : start + size] for cells in columns]
        yield [dict(zip(names, row, strict=True)) for row in zip(*parts, strict=True)]


def _require_same_length(lengths: Mapping[str, int]) -> None:
    first = next(iter(lengths))
    for name, length in lengths.items():
        if length != lengths[first]:
            raise _refused(f"{_quoted(first)} has {lengths[first]:,} values and {_quoted(name)} has {length:,}")


def _is_list_of(kind: type, value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, kind) for each in value)


def _is_numbered(cells: Mapping[str, Any]) -> bool:
    return all(key.isdigit() for key in cells)


def _name(label: object) -> str:
    return label if isinstance(label, str) else "" if label is None else json.dumps(label, ensure_ascii=False)


def _quoted(name: str) -> str:
    return f"“{name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + '…'}”"


def _refused(why: str) -> UnreadableTable:
    return UnreadableTable("broken_json", f"The JSON is written column by column, but {why}; make them fit.")
