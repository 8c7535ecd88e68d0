"""JSON and JSON lines into rows of text, one object at a time."""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import IO, Any

import orjson
import pyarrow as pa

from ml.errors import UnreadableTable
from ml.tables.bad_rows import BadRows
from ml.tables.json_columns import is_split, rows_of_columns, starts_columnwise
from ml.tables.json_lists import Lists, key_of_table, list_of_rows, names_beside, note_on_rest, says_names
from ml.tables.summary import MEGABYTE, Limits, Progress, silent
from ml.tables.text_sink import TextSink

# By key, or by place where rows are lists.
_Batch = tuple[list[dict[Any, Any]], int]


@dataclass(frozen=True, slots=True)
class JsonTable:
    """What is known of a table in JSON beside its rows: json or jsonl, and whether a first row held the names."""

    format: str
    names: list[str]
    header: bool | None
    notes: list[str]


_CHUNK = MEGABYTE
_ROWS_AT_ONCE = 10_000
_LONGEST_OBJECT = 32 * MEGABYTE
_SPACE = re.compile(r"[ \t\n\r]*")
# Where a row of an array ends and the next one follows; perhaps, as it may stand inside of a value.
_BETWEEN_ROWS = re.compile(r"\}[ \t\n\r]*,[ \t\n\r]*(?=\{)")
_TRIES = 6
_DIGITS_TO_0 = bytes.maketrans(b"123456789", b"0" * 9)
_LONG_NUMBER = b"0" * 19
# Behind a key of an object that wraps the rows.
_ROWS_BEGIN = re.compile(r"[ \t\n\r]*\[[ \t\n\r]*(?=[{\[])")


def objects_to_text(path: Path, sink: TextSink, limits: Limits, bad: BadRows, report: Progress = silent) -> JsonTable:
    """Put each row of the file into `sink` and answer what its columns are called: the keys in order met.

    Numbers keep every digit they have in JSON, nested values become JSON text, null and absent keys are
    missing. In JSON lines, a line that is no object is left out and told to `bad`, unless more lines are none than
    are some. Raises UnreadableTable `broken_json` (with the line), `too_many_columns`, `empty` and what the
    sink raises.
    """
    places: dict[Any, int] = {}
    done, size = 0, path.stat().st_size
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="\n") as file:
        values = _Values(file, bad)
        for rows, characters in _gathered(values.batches()):
            _learn_keys(rows, places, limits)
            sink.width = len(places)
            sink.add_columns([_column(rows, key) for key in places], characters)
            if raw.tell() != done:
                done = raw.tell()
                report("reading", done, size, "bytes")
    if not places:
        raise UnreadableTable("empty", "The JSON holds no rows; it needs at least one object with values.")
    sink.close()
    if values.lists is None:
        return JsonTable(values.format, list(places), None, values.notes)
    has_names = values.lists.names is not None
    return JsonTable(values.format, values.lists.names_of(len(places)), has_names, values.notes)


def _gathered(batches: Iterator[_Batch]) -> Iterator[_Batch]:
    """Fewer and larger batches: rows read one by one are put together."""
    rows: list[dict[str, Any]] = []
    characters = 0
    for more, size in batches:
        rows += more
        characters += size
        if characters > _CHUNK // 2 or len(rows) > _ROWS_AT_ONCE:
            yield rows, characters
            rows, characters = [], 0
    if rows:
        yield rows, characters


def _learn_keys(rows: Sequence[dict[Any, Any]], places: dict[Any, int], limits: Limits) -> None:
    for row in rows:
        if not row.keys() <= places.keys():
            for key in row:
                places.setdefault(key, len(places))
    if len(places) > limits.max_columns:
        raise UnreadableTable(
            "too_many_columns", f"There are more than {limits.max_columns:,} different keys; keep fewer of them."
        )


def _column(rows: Sequence[dict[Any, Any]], key: str | int) -> Sequence[str | None] | pa.Array:
    values = [row.get(key) for row in rows]
    kinds = set(map(type, values))
    if kinds <= {int, NoneType}:
        with suppress(OverflowError):
            return pa.array(values, pa.int64()).cast(pa.string())
    if kinds <= {str, NoneType} and "\0" not in "".join(filter(None, values)):
        return values
    if kinds <= {int, float, NoneType}:
        return [None if value is None else repr(value) for value in values]
    return [_text(value) for value in values]


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


def _objects(text: str) -> list[dict[str, Any]]:
    """A JSON array of objects, read as the standard library reads it; empty when it is anything else."""
    written = text.encode("utf-8", "surrogatepass")
    rows: Any = []
    with suppress(ValueError, RecursionError):
        # The fast reader rounds whole numbers beyond 64 bits, and knows no NaN and no half characters.
        rows = json.loads(text) if _LONG_NUMBER in written.translate(_DIGITS_TO_0) else _loads(text, written)
    return rows if all(type(row) is dict for row in rows) else []


def _loads(text: str, written: bytes) -> Any:
    try:
        return orjson.loads(written)
    except ValueError:
        return json.loads(text)


def _too_long_to_turn() -> UnreadableTable:
    most = f"{_LONGEST_OBJECT / MEGABYTE:,.0f} MB"
    return UnreadableTable(
        "too_large",
        f"The JSON is written column by column, and of such a file at most {most} are read; write a list of objects, "
        'one a row (in pandas: orient="records").',
    )


class _Values:
    """Walks over the top level of a JSON text with a window that holds some objects at a time."""

    def __init__(self, file: IO[str], bad: BadRows) -> None:
        self.format = "json"
        self.lists: Lists | None = None
        self.notes: list[str] = []
        self._file = file
        self._bad = bad
        self._text = ""
        self._at = 0
        self._line = 1
        self._ended = False
        self._alone = self._wait = 0
        self._decoder = json.JSONDecoder()

    def batches(self) -> Iterator[_Batch]:
        """Some rows at a time, with their size in characters."""
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

    def _array(self, beside: Mapping[str, Any] | None = None) -> Iterator[_Batch]:
        """The rows of an array that is open; what stands `beside` it may say what the columns of lists are called."""
        if self._peek() == "[":
            yield from self._by_place(self._array_of("["), beside or {})
        else:
            yield from self._array_of("{")

    def _by_place(self, batches: Iterator[tuple[list[Any], int]], beside: Mapping[str, Any]) -> Iterator[_Batch]:
        self.lists = Lists(beside)
        yield from self.lists.rows_by_place(batches)

    def _array_of(self, opening: str) -> Iterator[tuple[list[Any], int]]:
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            while opening == "{" and (many := self._many(self._array_up_to)):
                yield many
            yield self._row(opening)
            mark = self._peek()
            self._at += 1
            if mark == "]":
                return
            if mark != ",":
                raise self._broken("a comma or the end of the array is missing" if mark else "it ends too early")

    def _top_level_objects(self) -> Iterator[_Batch]:
        self._fill(_CHUNK)
        start = self._at
        try:
            first = self._row()
        except UnreadableTable:
            if len(self._text) - start < _LONGEST_OBJECT:
                raise
            if starts_columnwise(self._text, start):
                raise _too_long_to_turn() from None
            if (wrapper := self._walk_to_rows()) is None:
                raise
            key, beside = wrapper
            yield from self._array(beside)
            self.notes += note_on_rest(key, list(beside), is_cut=self._peek() == ",")
            return
        is_a_line = "\n" not in self._text[self._at - first[1] : self._at]
        if not self._peek():
            yield from self._rows_inside(first)
            return
        self.format = "jsonl"
        yield first
        read = 1
        while self._peek():
            while many := self._many(self._lines_up_to):
                read += len(many[0])
                yield many
            if not self._peek():
                return
            row = self._line_alone(read) if is_a_line else self._row()
            read += len(row[0])
            yield row

    def _walk_to_rows(self) -> tuple[str, dict[str, Any]] | None:
        """Go to the first row inside of an object too long to hold; the key of the rows, and what stands before it."""
        beside: dict[str, Any] = {}
        at = self._at + 1
        with suppress(ValueError, RecursionError):
            while True:
                key, at = self._decoder.raw_decode(self._text, self._behind_space(at))
                at = self._behind_space(at)
                if not isinstance(key, str) or self._text[at : at + 1] != ":":
                    return None
                begin = None if says_names(key) else _ROWS_BEGIN.match(self._text, at + 1)
                if begin and self._text[begin.end()] == "{":
                    self._at = begin.end()
                    return key, beside
                try:
                    beside[key], at = self._decoder.raw_decode(self._text, self._behind_space(at + 1))
                except ValueError:
                    if begin is None:
                        raise
                    self._at = begin.end()  # a list of lists that ends beyond the window; a short one is no table
                    return key, beside
                at = self._behind_space(at) + 1
        return None

    def _behind_space(self, at: int) -> int:
        space = _SPACE.match(self._text, at)
        return space.end() if space else at

    def _line_alone(self, read: int) -> _Batch:
        """The object of one line; nothing for a line that is none, while fewer are than have been `read`."""
        while (end := self._text.find("\n", self._at)) < 0 and not self._ended:
            if len(self._text) - self._at > _LONGEST_OBJECT:
                raise self._broken("a line is too long")
            self._fill(len(self._text) - self._at)
        line = self._text[self._at : end if end >= 0 else len(self._text)]
        if rows := _objects(f"[{line}]"):
            self._at += len(line)
            return rows, len(line)
        if self._bad.count >= read:
            raise self._broken('each line must be an object such as {"name": value}')
        self._bad.add(self._line_at(self._at), "no JSON object; left out", line)
        self._at += len(line)
        return [], 0

    def _many(self, rows_up_to: Callable[[], _Batch]) -> _Batch | None:
        """Many rows at once, none where that cannot be done safely."""
        if self._alone:
            self._alone -= 1
            return None
        if len(self._text) - self._at < _CHUNK and not self._ended:
            self._fill(_CHUNK)
        rows, end = rows_up_to()
        characters, self._at = end - self._at, end
        # What fails again and again is tried ever more rarely.
        self._alone = self._wait = 0 if rows else max(16, 2 * self._wait)
        return (rows, characters) if rows else None

    def _array_up_to(self) -> _Batch:
        """The rows of an array as far as they are in the window, and where the next one begins."""
        end = len(self._text)
        for _ in range(_TRIES):
            end, after = self._row_end_before(end)
            if end <= self._at:
                break
            # A cut inside of a row leaves a bracket or a quotation open, so that what can be read is whole rows.
            if rows := _objects("[" + self._text[self._at : end] + "]"):
                return rows, after
        return [], self._at

    def _row_end_before(self, end: int) -> tuple[int, int]:
        while (end := self._text.rfind("}", self._at, end)) >= 0:
            if between := _BETWEEN_ROWS.match(self._text, end):
                return end + 1, between.end()
        return -1, -1

    def _lines_up_to(self) -> _Batch:
        """The rows of the whole lines in the window, and where the next one begins."""
        end = len(self._text) if self._ended else self._text.rfind("\n", self._at) + 1
        lines = [line for line in self._text[self._at : end].split("\n") if line and not line.isspace()]
        rows = _objects("[" + ",".join(lines) + "]")
        return (rows, end) if rows and len(rows) == len(lines) else ([], self._at)

    def _rows_inside(self, only: _Batch) -> Iterator[_Batch]:
        """The rows of a lone object: those of its one list or its columns, those it names, or itself."""
        (value,), characters = only
        if key := list_of_rows(value, dict):
            self.notes += note_on_rest(key, [other for other in value if other != key])
            yield value[key], characters
        elif (key := list_of_rows(value, list)) and not is_split(value) and names_beside(value, len(value[key][0])):
            yield from self._lists_inside(value, key, characters)
        elif (turned := rows_of_columns(value)) is not None:
            for rows in turned:
                yield rows, min(characters, _CHUNK)
        elif key:
            yield from self._lists_inside(value, key, characters)
        elif inside := key_of_table(value):
            self.notes += note_on_rest(inside, [other for other in value if other != inside])
            yield from self._rows_inside(([value[inside]], characters))
        elif len(value) > 1 and all(isinstance(row, dict) for row in value.values()):
            yield [{"key": key, **row} for key, row in value.items()], characters
        else:
            self.format = "jsonl"
            yield only

    def _lists_inside(self, value: Mapping[str, Any], key: str, characters: int) -> Iterator[_Batch]:
        self.notes += note_on_rest(key, [other for other in value if other != key and not says_names(other)])
        rows = value[key]
        starts = range(0, len(rows), _ROWS_AT_ONCE)
        parts = ((rows[start : start + _ROWS_AT_ONCE], characters // len(starts)) for start in starts)
        yield from self._by_place(parts, value)

    def _row(self, opening: str = "{") -> tuple[list[Any], int]:
        if self._peek() not in (opening, ""):
            a_row = "a list, as the first is" if opening == "[" else 'an object such as {"name": value}'
            raise self._broken(f"each row must be {a_row}")
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
                return [value], characters

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
        line = self._line_at(self._at if position is None else position)
        return UnreadableTable(
            "broken_json", f"The JSON cannot be read at line {line:,}: {why}. Write a list of objects, one a row."
        )

    def _line_at(self, position: int) -> int:
        return self._line + self._text.count("\n", 0, position)
