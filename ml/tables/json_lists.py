"""Rows that JSON writes as lists: `[["a", "b"], [1, 2]]`, alone or inside an object that says more of them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from ml.tables.header_row import has_header
from ml.tables.summary import MEGABYTE
from ml.wording import counted

# Some rows, and their size in characters.
_Batch: TypeAlias = tuple[list[list[Any]], int]

_JUDGED_ROWS = 100
_MOST_SHOWN = 3
_DEPTH = 4
# Two numbers are rather a place, or a range.
_LEAST_ROWS_OF_COLUMNS = 3
# Where an object says what the columns of its rows are called.
_CALLED = frozenset({"columns", "column_names", "fields", "header", "headers", "names", "cols", "schema"})


class Lists:
    """Rows that are lists, and the `names` of their columns: told beside them or in the first row, None if nowhere."""

    def __init__(self, beside: Mapping[str, Any]) -> None:
        self.names: list[str] | None = None
        self._beside = beside

    def rows_by_place(self, batches: Iterable[_Batch]) -> Iterator[tuple[list[dict[int, Any]], int]]:
        """Each row by the places of its cells, without the row that holds the names."""
        batches = iter(batches)
        head, characters = _first_rows(batches)
        self.names = names_beside(self._beside, len(head[0])) if head else None
        if self.names is None and _is_header(head):
            self.names = head.pop(0)
        named = dict.fromkeys(range(len(self.names or [])))
        yield [named | _by_place(row) for row in head], characters
        for rows, size in batches:
            yield list(map(_by_place, rows)), size

    def names_of(self, width: int) -> list[str]:
        """A name for each of so many columns, blank where there is none."""
        names = self.names or []
        return [names[place] if place < len(names) else "" for place in range(max(width, len(names)))]


def list_of_rows(value: Mapping[str, Any], kind: type) -> str | None:
    """The one key of an object whose value is a list of rows of this kind (dict, list) and not of names."""
    keys = [key for key, rows in value.items() if not says_names(key) and _is_list_of(kind, rows)]
    return keys[0] if len(keys) == 1 else None


def key_of_table(value: Mapping[str, Any], depth: int = _DEPTH) -> str | None:
    """The one key of an object under which another object holds a table, as answers of services wrap theirs.

    Objects that share a key with it, or hold lists as well, are rows beside a row that has a list.

    >>> key_of_table({"success": True, "result": {"total": 2, "records": [{"a": 1}, {"a": 2}]}})
    'result'
    """
    objects = {key: inner for key, inner in value.items() if isinstance(inner, dict)}
    keys = [key for key, inner in objects.items() if _holds_table(inner, depth - 1)]
    if len(keys) != 1:
        return None
    table = objects.pop(keys[0])
    return None if any(_is_row_as(table, other) for other in objects.values()) else keys[0]


def says_names(key: str) -> bool:
    """Whether such a key of an object says what the columns of its rows are called."""
    return key.lower() in _CALLED


def names_beside(value: Mapping[str, Any], width: int, depth: int = _DEPTH) -> list[str] | None:
    """The names of so many columns that an object says beside its rows, perhaps deeper inside.

    >>> names_beside({"meta": {"view": {"columns": [{"name": "a"}, {"name": "b"}]}}}, 2)
    ['a', 'b']
    """
    for key, inner in value.items():
        if says_names(key) and isinstance(inner, list) and len(inner) == width:
            names = [each.get("name") if isinstance(each, dict) else each for each in inner]
            if len(texts := [name for name in names if isinstance(name, str)]) == width:
                return texts
    deeper = (inner for inner in value.values() if isinstance(inner, dict) and depth > 1)
    return next((found for inner in deeper if (found := names_beside(inner, width, depth - 1))), None)


def note_on_rest(rows: str, others: Sequence[str], *, is_cut: bool = False) -> list[str]:
    """What a person reads of the keys beside that of the rows.

    >>> note_on_rest("data", ["meta"])
    ['Only the rows in “data” of the JSON were read; “meta” was left out.']
    """
    shown = [f"“{_short(key)}”" for key in others[:_MOST_SHOWN]]
    more = len(others) - len(shown)
    shown += [counted(more, "more key", "more keys")] if more else []
    shown += ["what follows the rows"] if is_cut else []
    if not shown:
        return []
    which = f"{', '.join(shown[:-1])} and {shown[-1]} were" if len(shown) > 1 else f"{shown[0]} was"
    return [f"Only the rows in “{_short(rows)}” of the JSON were read; {which} left out."]


def _holds_table(value: Mapping[str, Any], depth: int) -> bool:
    """Whether an object has one list of several objects, or only columns of one length, perhaps deeper inside."""
    key = list_of_rows(value, dict)
    return (
        (key is not None and len(value[key]) > 1)
        or _is_columnwise(value)
        or (depth > 1 and key_of_table(value, depth) is not None)
    )


def _is_columnwise(value: Mapping[str, Any]) -> bool:
    lengths = {len(cells) if isinstance(cells, list) else 0 for cells in value.values()}
    return len(value) > 1 and len(lengths) == 1 and min(lengths) >= _LEAST_ROWS_OF_COLUMNS


def _is_row_as(table: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Columns may have their units beside them, under the same keys."""
    shares_keys = not _is_columnwise(table) and not table.keys().isdisjoint(other)
    return shares_keys or any(isinstance(cells, list) for cells in other.values())


def _is_list_of(kind: type, value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, kind) for row in value)


def _first_rows(batches: Iterator[_Batch]) -> _Batch:
    head: list[list[Any]] = []
    characters = 0
    for rows, size in batches:
        head += rows
        characters += size
        if len(head) >= _JUDGED_ROWS or characters >= MEGABYTE:
            break
    return head, characters


def _short(key: str) -> str:
    return key if len(key) <= 60 else key[:59] + "…"


def _by_place(row: list[Any]) -> dict[int, Any]:
    return dict(enumerate(row))


def _is_header(rows: Sequence[list[Any]]) -> bool:
    """Whether the first row is of texts and stands above values as a header does."""
    if len(rows) < 2 or not rows[0] or not all(isinstance(cell, str) and cell.strip() for cell in rows[0]):
        return False
    width = len(rows[0])
    if any(_are_no_texts([row[place] for row in rows[1:] if place < len(row)]) for place in range(width)):
        return True
    first, *rest = ([_as_text(cell) for cell in row] for row in rows[:_JUDGED_ROWS] if len(row) == width)
    return has_header(first, rest, width=width)


def _are_no_texts(cells: Sequence[Any]) -> bool:
    present = [cell for cell in cells if cell is not None]
    return bool(present) and not any(isinstance(cell, str) for cell in present)


def _as_text(cell: Any) -> str:
    return cell if isinstance(cell, str) else "" if cell is None else json.dumps(cell)
