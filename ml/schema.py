"""What a column is: the types pages, checks, pipelines and prediction forms agree on, and the parser of rows.

A table's column and a caller's value go through the same readers (`ml/values.py`) into the same *canonical
frame*, so a row gets the same answer through every door:

| dtype | column of the canonical frame | missing |
| --- | --- | --- |
| integer, number | float64, within ±1e30 | NaN |
| boolean | float64, 1 or 0 | NaN |
| category, id, text | object of str, trimmed; 3 and 3.0 read "3" | "" |
| datetime | datetime64[us], UTC without a zone | NaT |
"""

import difflib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, Self

from ml import values
from ml.errors import BadInput
from ml.names import known_name
from ml.written import reader_of

if TYPE_CHECKING:
    import pandas as pd


class Dtype(StrEnum):
    """How a column's values are read and prepared."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    TEXT = "text"
    DATETIME = "datetime"
    ID = "id"


class Role(StrEnum):
    """Whether a column is offered as an input: ids and constants are left out unless a person asks."""

    FEATURE = "feature"
    ID = "id"
    CONSTANT = "constant"


class Task(StrEnum):
    """What a model answers with: an amount, or one of a few classes."""

    REGRESSION = "regression"
    CLASSIFICATION = "classification"


NUMERIC = frozenset({Dtype.INTEGER, Dtype.NUMBER})
WORDS = frozenset({Dtype.CATEGORY, Dtype.ID})

READERS: dict[Dtype, Callable[[object], float | str | datetime | None]] = {
    Dtype.INTEGER: values.number,
    Dtype.NUMBER: values.number,
    Dtype.BOOLEAN: values.boolean,
    Dtype.CATEGORY: values.word,
    Dtype.ID: values.word,
    Dtype.TEXT: values.word,
    Dtype.DATETIME: values.moment,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table as it was read; its place in the list of columns is its place in the file.

    `missing` and `unique` are counts of rows and of distinct values that are not missing; `reason` says in
    one phrase why the column has this type or why it is no feature. `written` names the way a stored value is
    read as this type (`ml/tables/casting.py`) where a person corrected it, or the way the file wrote what is stored
    as this type already (`ml/written.py`); most columns need neither.
    """

    name: str
    dtype: Dtype
    role: Role
    missing: int
    unique: int
    reason: str = ""
    written: str = ""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        return cls(**{**data, "dtype": Dtype(data["dtype"]), "role": Role(data["role"])})

    def to_json(self) -> dict[str, Any]:
        """Every field, but `written` only where there is something to say."""
        return {key: value for key, value in asdict(self).items() if key != "written" or value}


@dataclass(frozen=True, slots=True, kw_only=True)
class InputField:
    """One input of a model, as its training rows showed it; everything is a natural JSON value.

    `typical` is the median or the most frequent value, `minimum` and `maximum` the range (numbers and dates),
    `categories` the most frequent values (at most 50, most frequent first; yes-or-no columns too) and
    `other_categories` how many distinct values that list leaves out. `share_missing` is in 0..1 and `example`
    a value that occurs. `written` is the column's own, so that values are read as its table has them, too.
    """

    name: str
    dtype: Dtype
    typical: Any = None
    minimum: float | str | None = None
    maximum: float | str | None = None
    categories: tuple[Any, ...] = ()
    other_categories: int = 0
    share_missing: float = 0.0
    example: Any = None
    written: str = ""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{**data, "dtype": Dtype(data["dtype"]), "categories": tuple(data.get("categories", ()))})

    def to_json(self) -> dict[str, Any]:
        """Every field, but `written` only where there is something to say."""
        told = {key: value for key, value in asdict(self).items() if key != "written" or value}
        return {**told, "categories": list(self.categories)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """Rows read by `parse_rows`: one row of `frame` and one list of `warnings` for each row given, in order.

    A warning is `{"code": "unseen_category"|"out_of_range"|"imputed"|"unused_column", "column", "detail"}`. `bad`
    holds the rows that could not be read, by position, and is empty unless the caller asked to keep going; their row
    of the frame is blank.
    """

    frame: "pd.DataFrame"
    warnings: list[list[dict[str, str]]]
    bad: dict[int, BadInput]


class Named(Protocol):
    """Whatever has a column's name and type: a `Column` or an `InputField`."""

    @property
    def name(self) -> str: ...
    @property
    def dtype(self) -> Dtype: ...


def parse_rows(
    rows: Sequence[Mapping[str, Any]],
    fields: Sequence[InputField],
    *,
    unused: Collection[str] = (),
    prefix: str = "features",
    keep_going: bool = False,
) -> Parsed:
    """Read rows as people and programs write them into the canonical frame a model answers.

    Absent, null and blank values are missing, with a warning; columns of the table that are `unused` are left out,
    with a warning. `prefix` begins the `attr` of every error; in it `{row}` stands for the row's position, as in
    `instances.{row}`. Raises BadInput for the first row that cannot be read (an unknown column, a value of the wrong
    kind, no column that is used); with `keep_going` such rows are collected in `bad` instead.
    """
    readings = [_Reading.of(field) for field in fields]
    known = {field.name for field in fields}
    warnings: list[list[dict[str, str]]] = []
    bad: dict[int, BadInput] = {}
    for position, row in enumerate(rows):
        where = prefix.replace("{row}", str(position))
        try:
            meant = _by_known_names(row, known, unused)
            left_out = _left_out(meant, known, unused, fields, where)
            found = [reading.read(meant.get(reading.name), where) for reading in readings]
        except BadInput as error:
            if not keep_going:
                raise
            bad[position] = error
            left_out = []
            found = [reading.blank for reading in readings]
        for reading, value in zip(readings, found, strict=True):
            reading.column.append(value)
        warnings.append([] if position in bad else _warnings_of(readings, found, left_out))
    arrays = {reading.name: _array(reading.column, reading.dtype) for reading in readings}
    return Parsed(frame=frame_of(arrays, len(rows)), warnings=warnings, bad=bad)


def canonical_frame(raw: "pd.DataFrame", columns: Sequence[Named]) -> "pd.DataFrame":
    """Turn columns as a table stores them into the canonical frame, keeping the order of rows.

    What `parse_rows` would refuse (an infinity, a word where the column's type was corrected to number)
    counts as missing here: a table is used as it is. Needs every column named; leaves `raw` alone.
    """
    return frame_of({column.name: _canonical(raw[column.name], column.dtype) for column in columns}, len(raw))


@dataclass(slots=True)
class _Reading:
    """How one field is read and checked, and the values read so far."""

    name: str
    dtype: Dtype
    reader: Callable[[object], Any]
    blank: Any
    low: Any
    high: Any
    seen: frozenset[Any] | None
    column: list[Any]

    @classmethod
    def of(cls, field: InputField) -> Self:
        canonical = READERS[field.dtype]
        whole = field.categories and not field.other_categories
        seen = frozenset(map(canonical, field.categories)) if whole else None
        low, high = (None if bound is None else canonical(bound) for bound in (field.minimum, field.maximum))
        reader = reader_of(field.written, canonical)
        return cls(field.name, field.dtype, reader, canonical(None), low, high, seen, [])

    def read(self, value: object, where: str) -> Any:
        try:
            return self.reader(value)
        except values.Unreadable as error:
            raise BadInput(f"{where}.{self.name}", f"{self.name} {error}.") from error

    def warning(self, value: Any) -> dict[str, str] | None:
        if value is None or value == "" or value != value:  # noqa: PLR0124 -- NaN
            detail = f"{self.name} has no value; the model answers as for rows where it was missing."
            return {"code": "imputed", "column": self.name, "detail": detail}
        if self.seen is not None and value not in self.seen:
            detail = f"The model was not trained on any row with this value of {self.name}."
            return {"code": "unseen_category", "column": self.name, "detail": detail}
        if self.low is not None and not self.low <= value <= self.high:
            detail = f"The model was trained on {self.name} from {_shown(self.low)} to {_shown(self.high)}."
            return {"code": "out_of_range", "column": self.name, "detail": detail}
        if isinstance(value, float) and abs(value) >= values.LARGEST:
            detail = f"Numbers beyond ±{values.LARGEST:.0e}, as this one of {self.name} may be, count as that."
            return {"code": "held_number", "column": self.name, "detail": detail}
        return None


def _warnings_of(readings: Sequence[_Reading], found: Sequence[Any], left_out: Sequence[str]) -> list[dict[str, str]]:
    pairs = zip(readings, found, strict=True)
    warnings = [warning for reading, value in pairs if (warning := reading.warning(value)) is not None]
    return [*warnings, *map(_unused, left_out)]


def _unused(name: str) -> dict[str, str]:
    detail = f"The model does not use {name}; its value was left out."
    return {"code": "unused_column", "column": name, "detail": detail}


def _shown(bound: float | datetime) -> str:
    return bound.isoformat(" ") if isinstance(bound, datetime) else f"{bound:,.10g}"


def _by_known_names(row: Any, known: Set[str], unused: Collection[str]) -> Any:
    """A row with its values under the names that are meant, where those stand in it only once."""
    if not isinstance(row, Mapping) or row.keys() <= known:
        return row
    meant = {name: known_name(name, known) or known_name(name, unused) or name for name in row}
    times = Counter(meant.values())
    return {meant[name] if times[meant[name]] == 1 else name: value for name, value in row.items()}


def _left_out(
    row: object, known: set[str], unused: Collection[str], fields: Sequence[InputField], where: str
) -> list[str]:
    """The columns of a row that are not used, in its order; raises BadInput unless it has one that is."""
    if not isinstance(row, Mapping):
        raise BadInput(where, "A row must be an object of column names and values.")
    if not row:
        raise BadInput(where, f"The row is empty. {_listed(fields)}")
    others = [name for name in row if name not in known]
    unknown = next((name for name in others if name not in unused), None)
    if unknown is not None:
        raise BadInput(f"{where}.{str(unknown)[:100]}", f"{unknown_column(unknown, known)} {_listed(fields)}")
    if len(others) == len(row):
        raise BadInput(where, f"The row has none of the columns that the model uses. {_listed(fields)}")
    return others


def unknown_column(name: object, known: Sequence[str] | set[str]) -> str:
    """Say that a column does not exist, with the nearest one that does.

    >>> unknown_column("age", ["Age", "Fare"])
    "There is no column 'age'; did you mean 'Age'?"
    """
    by_lower = {each.lower(): each for each in sorted(known)}
    near = difflib.get_close_matches(str(name)[:100].lower(), by_lower, n=1)
    advice = f"; did you mean {by_lower[near[0]]!r}?" if near else "."
    return f"There is no column {str(name)[:100]!r}{advice}"


def _listed(fields: Sequence[InputField]) -> str:
    names = ", ".join(field.name for field in fields[:30])
    return f"The model's columns are: {names}{' …' if len(fields) > 30 else ''}."


def _canonical(series: "pd.Series[Any]", dtype: Dtype) -> Any:
    """Read one stored column: by machine types at once, anything else by its distinct values."""
    import numpy as np  # noqa: PLC0415 -- slow import
    import pandas as pd  # noqa: PLC0415 -- slow import

    if dtype in NUMERIC and (pd.api.types.is_numeric_dtype(series) or pd.api.types.is_bool_dtype(series)):
        numbers = series.to_numpy(np.float64, na_value=np.nan)
        return np.where(np.isfinite(numbers), np.clip(numbers, -values.LARGEST, values.LARGEST), np.nan)
    if dtype is Dtype.DATETIME and pd.api.types.is_datetime64_any_dtype(series):
        if series.dt.tz is not None:
            series = series.dt.tz_convert("UTC").dt.tz_localize(None)
        return series.to_numpy("datetime64[us]")
    codes, distinct = pd.factorize(series)
    reader = READERS[dtype]
    read = _array([_lenient(reader, value) for value in distinct.tolist()] + [reader(None)], dtype)
    return read[codes]  # code -1, missing, picks the last


def _lenient(reader: Callable[[object], Any], value: object) -> Any:
    try:
        return reader(value)
    except values.Unreadable:
        return reader(None)


def _array(column: list[Any], dtype: Dtype) -> Any:
    import numpy as np  # noqa: PLC0415 -- slow import

    if dtype is Dtype.DATETIME:
        return np.array(column, dtype="datetime64[us]")
    return np.array(column, dtype=object if dtype in WORDS or dtype is Dtype.TEXT else np.float64)


def frame_of(arrays: Mapping[str, Any], rows: int) -> "pd.DataFrame":
    """Make a canonical frame of its columns, arrays of shape (rows,) by name, at least one.

    They are put together by kind: one by one, pandas reads words as its own string type, and slowly.
    """
    import numpy as np  # noqa: PLC0415 -- slow import
    import pandas as pd  # noqa: PLC0415 -- slow import

    blocks = []
    for kind in sorted({array.dtype for array in arrays.values()}, key=str):
        names = [name for name, array in arrays.items() if array.dtype == kind]
        block = np.empty((len(names), rows), dtype=kind)
        for place, name in enumerate(names):
            block[place] = arrays[name]
        blocks.append(pd.DataFrame(block.T, columns=pd.Index(names, dtype=object), dtype=kind, copy=False))
    whole = pd.concat(blocks, axis=1) if len(blocks) > 1 else blocks[0]
    return whole if list(whole.columns) == list(arrays) else whole[list(arrays)]
