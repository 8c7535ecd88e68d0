"""The same expression for many columns, in a query that is planned as fast as one for a few."""

from collections import defaultdict
from collections.abc import Sequence

from ml.tables.duck import select

# An expression for each column takes milliseconds a column to plan, and more the more there are; a list of the
# cells takes a copy of each. So few columns have expressions of their own, and many are worked out as a list.
_LEAST_IN_A_LIST = 50


def each_column(templates: Sequence[str], source: str) -> str:
    """A query that answers c0, c1, … of `source`, each worked out by its template.

    A template is an expression with the cell in its placeholder `{v}` and, where it needs it, the column's place
    in `{p}`. Cells whose templates are alike have to be of one type.

    >>> each_column(["{v}", "lower({v})"], "cells")
    'SELECT c0 AS c0, lower(c1) AS c1 FROM cells'
    """
    lists = {template: places for template, places in _alike(templates).items() if len(places) >= _LEAST_IN_A_LIST}
    if not lists:
        return select((f"{_alone(template, i)} AS c{i}" for i, template in enumerate(templates)), source)
    cells = {i: f"{_alone(template, i)} AS c{i}" for i, template in enumerate(templates) if template not in lists}
    inner = [*cells.values(), *(f"{_list(template, places)} AS l{at}" for at, (template, places) in _numbered(lists))]
    listed = {i: f"l{at}[{n}] AS c{i}" for at, (_, places) in _numbered(lists) for n, i in enumerate(places, start=1)}
    return select((listed.get(i, f"c{i}") for i in range(len(templates))), f"({select(inner, source)})")


def _alike(templates: Sequence[str]) -> dict[str, list[int]]:
    alike: defaultdict[str, list[int]] = defaultdict(list)
    for i, template in enumerate(templates):
        if template != "{v}":
            alike[template].append(i)
    return alike


def _numbered(lists: dict[str, list[int]]) -> list[tuple[int, tuple[str, list[int]]]]:
    return list(enumerate(lists.items()))


def _alone(template: str, place: int) -> str:
    return template.replace("{v}", f"c{place}").replace("{p}", str(place))


def _list(template: str, places: Sequence[int]) -> str:
    cells = ", ".join(f"c{i}" for i in places)
    worked_out = template.replace("{v}", "cell").replace("{p}", f"{list(places)}[nth]")
    return f"list_transform([{cells}], lambda cell, nth: {worked_out})"
