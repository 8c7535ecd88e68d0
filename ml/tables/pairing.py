"""How two chosen columns go together: what one would draw of them, in figures, and how closely they do."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from scipy.stats import rankdata

from ml.errors import BadInput
from ml.schema import Column, Dtype, unknown_column
from ml.tables import pictures
from ml.tables.associating import association_matrix
from ml.tables.exploring import MOST_SAMPLED_ROWS
from ml.tables.sampling import SampledColumn, sample_columns

MOST_POINTS = 500  # more lie on each other: they are counted in squares

_LEAST_ROWS = 3  # of fewer, any two columns go together


def pair(path: Path, columns: Sequence[Column], x: str, y: str) -> dict[str, Any]:
    """What the columns called `x` and `y` look like together, over the rows in which both have a value.

    Returns JSON-ready `{"x": {"name", "dtype"}, "y": …, "rows", "exact", "sample_rows", "used_rows",
    "association": {"measure", "value"}, "kind"}` and the figures of that `kind`, under its name:

    * points (two columns of amounts or dates, up to 500 rows): a list of [x, y];
    * squares (the same, of more rows): `{"x_edges", "y_edges", "counts", "beyond"}`; `counts` has a row for
      each step of y; where a few outliers would squeeze the rest together, the edges span the middle 99% of
      the values and `beyond` counts the rows outside;
    * boxes (amounts or dates by category): `{"amounts", "groups": [{"value", "count", "min", "q1", "median",
      "q3", "max"}], "other_values", "other_count"}`, the most frequent first; `amounts` says which of x and y
      is measured;
    * shares (two categories): `{"x_values", "y_values", "counts", "totals", "other_count"}`; `counts` has a
      row for each value of x, and `totals` the rows that have it, whatever their y;
    * means (an amount by date): `{"dates", "unit", "periods": [{"start", "count", "mean"}]}`; periods without a
      row are left out, `dates` says which of x and y is the date.

    At most 50,000 of `rows` are looked at, the same every time: then `exact` is false and `sample_rows` says
    how many. The association is the one of `ml.tables.associating`, over the same rows as that of all columns,
    but Spearman's has its sign; its `value` is None when fewer than three rows have both values.

    Raises BadInput naming `x` or `y`: no such column, one that no picture shows, or the same twice.
    """
    places = [_place(columns, name, attr) for name, attr in ((x, "x"), (y, "y"))]
    if places[0] == places[1]:
        raise BadInput("y", "Choose two different columns.")
    sample = sample_columns(path, columns, places, most_rows=MOST_SAMPLED_ROWS)
    one, other = sample.columns
    known = pictures.known(one) & pictures.known(other)
    used = int(known.sum())
    kind, figures = _picture(one, other, known, used)
    return {
        "x": {"name": x, "dtype": one.column.dtype.value},
        "y": {"name": y, "dtype": other.column.dtype.value},
        "rows": pq.read_metadata(path).num_rows,
        "exact": sample.is_whole,
        "sample_rows": sample.size,
        "used_rows": used,
        "association": _association(one, other, known, used),
        "kind": kind,
        kind: figures,
    }


def _place(columns: Sequence[Column], name: str, attr: str) -> int:
    place = next((place for place, column in enumerate(columns) if column.name == name), None)
    if place is None:
        raise BadInput(attr, unknown_column(name, [column.name for column in columns]))
    column = columns[place]
    if not column.unique:
        raise BadInput(attr, f"{name} has no value to draw.")
    if not pictures.is_drawn(column):
        what = "free text" if column.dtype is Dtype.TEXT else "an id"
        raise BadInput(
            attr, f"{name} is {what}, of which there is nothing to draw; choose amounts, dates or categories."
        )
    return place


def _picture(one: SampledColumn, other: SampledColumn, known: Any, used: int) -> tuple[str, Any]:
    """The kind of picture that suits two columns, and its figures."""
    amounts = [column.is_numeric for column in (one, other)]
    if not any(amounts):
        return "shares", pictures.shares(one, other, known)
    if not all(amounts):
        first, second = (one, other) if one.is_numeric else (other, one)
        return "boxes", {"amounts": "x" if first is one else "y", **pictures.boxes(first, second, known)}
    dates = [column for column in (one, other) if column.column.dtype is Dtype.DATETIME]
    if len(dates) == 1:
        first, second = (one, other) if dates[0] is one else (other, one)
        return "means", {"dates": "x" if first is one else "y", **pictures.means(first, second, known)}
    if used <= MOST_POINTS:
        return "points", pictures.points(one, other, known)
    return "squares", pictures.squares(one, other, known)


def _association(one: SampledColumn, other: SampledColumn, known: Any, used: int) -> dict[str, Any]:
    ordered = one.is_numeric + other.is_numeric
    measure = ("cramers_v", "correlation_ratio", "spearman")[ordered]
    if used < _LEAST_ROWS:
        return {"measure": measure, "value": None}
    value = round(float(association_matrix([one, other])[0, 1]), 6)
    falls = ordered == 2 and _falls(one.numbers[known], other.numbers[known])
    return {"measure": measure, "value": -value if falls else value}


def _falls(first: Any, second: Any) -> bool:
    """Whether the second tends to be small where the first is great."""
    ranks = rankdata(first) - (len(first) + 1) / 2
    return bool(ranks @ rankdata(second) < 0)
