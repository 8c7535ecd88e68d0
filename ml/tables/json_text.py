"""JSON and JSON lines into rows of text, one object at a time."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from ml.errors import UnreadableTable
from ml.tables.summary import MEGABYTE, Limits
from ml.tables.text_sink import TextSink

_CHUNK = MEGABYTE
_LONGEST_OBJECT = 32 * MEGABYTE
_SPACE = re.compile(r"[ \t\n\r]*")
# `{"data": [{…`: an object that only wraps the rows.
_WRAPPED_ROWS = re.compile(r'\{\s*"(?:[^"\\]|\\.){0,200}"\s*:\s*\[\s*(?=\{)')


def objects_to_text(path: Path, sink: TextSink, limits: Limits) -> tuple[str, list[str]]:
    """Put each object of the file into `sink` and answer the format (json, jsonl) and the keys in order met.

    Numbers keep every digit they have in JSON, nested values become JSON text, null and absent keys are
    missing. Raises UnreadableTable `broken_json` (with the line), `too_many_columns`, `empty` and what the
    sink raises.
    """
    places: dict[str, int] = {}
    with path.open(encoding="utf-8", newline="\n") as file:
        values = _Values(file)
        for row, characters in values.objects():
            if not row.keys() <= places.keys():
                _learn_keys(row, places, limits)
                sink.width = len(places)
            cells: list[str | None] = [None] * len(places)
            for key, value in row.items():
                cells[places[key]] = _text(value)
            sink.add(cells, characters)
    if not places:
        raise UnreadableTable("empty", "The JSON holds no rows; it needs at least one object with values.")
    sink.close()
    return values.format, list(places)


def _learn_keys(row: dict[str, Any], places: dict[str, int], limits: Limits) -> None:
    for key in row:
        places.setdefault(key, len(places))
    if len(places) > limits.max_columns:
        raise UnreadableTable(
            "too_many_columns", f"There are more than {limits.max_columns:,} different keys; keep fewer of them."
        )


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value.replace("\0", "") if "\0" in value else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False)


class _Values:
    """Walks over the top level of a JSON text with a window that holds one object at a time."""

    def __init__(self, file: IO[str]) -> None:
        self.format = "json"
        self._file = file
        self._text = ""
        self._at = 0
        self._line = 1
        self._ended = False
        self._decoder = json.JSONDecoder()

    def objects(self) -> Iterator[tuple[dict[str, Any], int]]:
        """Each row with its size in characters."""
        opening = self._peek()
        if opening == "":
            raise UnreadableTable("empty", "The file holds only blank lines; upload one with at least one row.")
        if opening == "[":
            self._at += 1
            yield from self._array()
            if self._peek():
                raise self._broken("there is more text after the end of the array")
        elif opening == "{":
            yield from self._top_level_objects()
        else:
            raise self._broken("it starts with neither [ nor {")

    def _array(self) -> Iterator[tuple[dict[str, Any], int]]:
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            yield self._row()
            mark = self._peek()
            self._at += 1
            if mark == "]":
                return
            if mark != ",":
                raise self._broken("a comma or the end of the array is missing" if mark else "it ends too early")

    def _top_level_objects(self) -> Iterator[tuple[dict[str, Any], int]]:
        self._fill(_CHUNK)
        wrapped = _WRAPPED_ROWS.match(self._text, self._at)
        start = self._at
        try:
            first = self._row()
        except UnreadableTable:
            if not wrapped or len(self._text) - start < _LONGEST_OBJECT:
                raise
            self._at = wrapped.end()
            yield from self._array()
            return
        if not self._peek():
            yield from self._rows_inside(first)
            return
        self.format = "jsonl"
        yield first
        while self._peek():
            yield self._row()

    def _rows_inside(self, only: tuple[dict[str, Any], int]) -> Iterator[tuple[dict[str, Any], int]]:
        """The rows of a lone object: those of its one list of objects, those it names, or itself."""
        value, characters = only
        lists = [v for v in value.values() if isinstance(v, list) and v and all(isinstance(r, dict) for r in v)]
        if len(lists) == 1:
            yield from ((row, characters // len(lists[0])) for row in lists[0])
        elif len(value) > 1 and all(isinstance(row, dict) for row in value.values()):
            if all(key.isdigit() for row in value.values() for key in row):
                raise self._broken("it is written column by column; write a list of row objects instead")
            yield from (({"key": key, **row}, characters // len(value)) for key, row in value.items())
        else:
            self.format = "jsonl"
            yield only

    def _row(self) -> tuple[dict[str, Any], int]:
        if self._peek() not in ("{", ""):
            raise self._broken('each row must be an object such as {"name": value}')
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError as error:
                raise self._broken("it is nested too deeply") from error
            except json.JSONDecodeError as error:
                if self._ended or len(self._text) - self._at > _LONGEST_OBJECT:
                    raise self._broken(error.msg.lower(), error.pos) from error
                self._fill(len(self._text) - self._at)
            except ValueError as error:
                raise self._broken("a number has too many digits") from error
            else:
                characters = end - self._at
                self._at = end
                return value, characters

    def _peek(self) -> str:
        """The next character that is no white space, "" at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._fill(_CHUNK)

    def _fill(self, more: int) -> None:
        """Drop what was read and read on, `more` characters or at least a chunk."""
        self._line += self._text.count("\n", 0, self._at)
        read = self._file.read(max(more, _CHUNK))
        self._ended = not read
        self._text = self._text[self._at :] + read
        self._at = 0

    def _broken(self, why: str, position: int | None = None) -> UnreadableTable:
        at = self._at if position is None else position
        line = self._line + self._text.count("\n", 0, at)
        return UnreadableTable(
            "broken_json", f"The JSON cannot be read at line {line:,}: {why}. Write a list of objects, one a row."
        )
