"""One question to many columns: in one query where columns are many, in one for each where they are long."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from ml.tables.duck import literal, long_form, select

Frame = Mapping[str, float | Sequence[float] | None]

# A query costs milliseconds to plan, a row in long form some hundred nanoseconds more than one of a single column.
_LEAST_ROWS_ONE_BY_ONE = 200_000


@dataclass(frozen=True, slots=True)
class Columns:
    """The values of columns of the view `typed`, by place; the expressions in `cells` are all of one type."""

    connection: duckdb.DuckDBPyConnection
    cells: Mapping[int, str]
    rows: int

    def ask(self, question: Callable[[str], str], frames: Mapping[int, Frame] | None = None) -> list[tuple[Any, ...]]:
        """The answers to a query, each of whose rows is about one column.

        `question` is given a FROM clause and makes the query of it. The clause has a row for each value of
        each column and none for NULL: `p` with the column's place (see `duck.PLACE`), `value`, and the numbers
        of that column's frame by their names; every frame has the same ones.
        """
        if not self.cells:
            return []
        if self.rows >= _LEAST_ROWS_ONE_BY_ONE:
            return [row for place in self.cells for row in self._answer(question(self._one(place, frames)))]
        source = long_form(self.cells, "typed")
        if frames is None:
            return self._answer(question(source))
        self.connection.register("frames", _table(frames))
        answer = self._answer(question(f"{source} JOIN frames USING (p)"))
        self.connection.unregister("frames")
        return answer

    def _answer(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def _one(self, place: int, frames: Mapping[int, Frame] | None) -> str:
        values = f"({select([f'{self.cells[place]} AS value'], 'typed')})"
        frame = {} if frames is None else frames[place]
        constants = [f"'p{place}' AS p", *(f"{_constant(number)} AS {name}" for name, number in frame.items())]
        return f"({select([*constants, 'value'], values)} WHERE value IS NOT NULL)"


def _table(frames: Mapping[int, Frame]) -> pa.Table:
    names = next(iter(frames.values())).keys()
    columns = {name: [frame[name] for frame in frames.values()] for name in names}
    types = {
        name: pa.list_(pa.float64()) if isinstance(column[0], Sequence) else pa.float64()
        for name, column in columns.items()
    }
    arrays = {name: pa.array(column, types[name]) for name, column in columns.items()}
    return pa.table({"p": [f"p{place}" for place in frames], **arrays})


def _constant(number: float | Sequence[float] | None) -> str:
    """A number in SQL to its last bit, which a decimal constant may lose."""
    if number is None:
        return "NULL::DOUBLE"
    if isinstance(number, Sequence):
        return f"[{', '.join(map(_constant, number))}]"
    return f"{literal(repr(float(number)))}::DOUBLE"
