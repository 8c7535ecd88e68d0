"""Which rows somebody asks to see: read from an address, written into one again, and said in words.

One column and one thing asked of it: `equals`, a range `from` (included) and `to` (not included), `missing`, or
`other`, the values beyond the so many most frequent ones.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from core.errors import InvalidInput
from core.templatetags.format import edge
from datasets.models import DatasetVersion
from ml.errors import BadInput
from ml.tables.filtering import Where

_PARAMETERS = {"column": "column", "equals": "equals", "low": "from", "high": "to", "not_among": "other", "": "column"}
_YES = {"1", "true", "yes"}
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class RowFilter:
    """A filter as an address has it: `asked` holds its parameters, `where` what the table is asked."""

    asked: dict[str, str]
    where: Where

    @property
    def query(self) -> str:
        return urlencode(self.asked)

    @property
    def words(self) -> str:
        """What the filter asks for, in words.

        >>> row_filter({"column": "Age", "from": "20", "to": "24"}, []).words
        'Age from 20 to 24'
        """
        name, asked = _cut(self.asked["column"]), self.asked
        if self.where.is_missing:
            return f"{name} missing"
        if "other" in asked:
            return f"{name} beyond its {asked['other']} most frequent values"
        if "equals" in asked:
            return f"{name} is {_cut(asked['equals']) or 'empty'}"
        if "from" in asked and "to" in asked:
            return f"{name} from {_end(asked['from'])} to {_end(asked['to'])}"
        return f"{name} from {_end(asked['from'])}" if "from" in asked else f"{name} below {_end(asked['to'])}"


def row_filter(given: Mapping[str, Any], profile: list[dict[str, Any]]) -> RowFilter | None:
    """The filter of an address, or None where it has none; raises InvalidInput naming the parameter at fault."""
    asked = {name: str(given[name])[:1_000] for name in ("column", "equals", "from", "to") if given.get(name)}
    if given.get("equals") == "":
        asked["equals"] = ""
    if str(given.get("missing", "")).lower() in _YES:
        asked["missing"] = "1"
    if given.get("other"):
        asked["other"] = str(given["other"])[:10]
    if "column" not in asked:
        if asked:
            raise InvalidInput("column", "Name the column to filter by.", code="required")
        return None
    if len(asked) == 1:
        raise InvalidInput("column", "Say what to ask of the column: equals, from and to, or missing.", code="required")
    where = Where(
        column=asked["column"],
        equals=asked.get("equals"),
        low=asked.get("from"),
        high=asked.get("to"),
        is_missing="missing" in asked,
        not_among=_listed(asked, profile) if "other" in asked else None,
    )
    return RowFilter(asked, where)


def bar_filter(profile: Mapping[str, Any], bar: str) -> dict[str, str] | None:
    """The address parameters behind one bar of a column's chart, or None when there is no such bar.

    A bar is the place of a bin or of a frequent value, `m` for the missing, or `o` and how many values are not meant.
    """
    name = {"column": str(profile["name"])}
    if bar == "m":
        return name | {"missing": "1"}
    if bar[:1] == "o" and bar[1:].isdecimal():
        return name | {"other": bar[1:]}
    if not bar.isdecimal() or len(bar) > 3:
        return None
    shape, place = profile.get("histogram"), int(bar)
    if shape is not None:
        return name | bin_filter(shape["edges"], place) if place < len(shape["counts"]) else None
    top = profile.get("top_values") or []
    return name | {"equals": as_text(top[place]["value"])} if place < len(top) else None


def bin_filter(edges: list[Any], place: int) -> dict[str, str]:
    """The range of one bin; the last one has no end, so that the greatest value is in it.

    >>> bin_filter([0.0, 1.5, 3.0], 0), bin_filter([0.0, 1.5, 3.0], 1)
    ({'from': '0.0', 'to': '1.5'}, {'from': '1.5'})
    """
    low = {"from": as_text(edges[place])}
    return low | ({"to": as_text(edges[place + 1])} if place + 2 < len(edges) else {})


@dataclass(frozen=True, slots=True)
class RowLinks:
    """Addresses of the preview of a version that show some rows of one column."""

    version: DatasetVersion
    column: str
    version_query: str = ""

    def to(self, asked: Mapping[str, str]) -> str:
        query = urlencode({"column": self.column, **asked})
        parts = filter(None, [query, self.version_query.lstrip("?")])
        return f"{reverse('datasets:detail', args=[self.version.dataset_id])}?{'&'.join(parts)}#rows"


def outliers_of(profile: Mapping[str, Any], rows: RowLinks) -> dict[str, Any] | None:
    """What a profile says of outliers, with the addresses of the rows on each side that has any; None without one."""
    found = profile.get("outliers")
    if not found or not found["count"]:
        return None
    return {
        **found,
        "below_url": rows.to({"to": as_text(found["low"])}) if profile["min"] < found["low"] else "",
        "above_url": rows.to({"from": as_text(found["high"])}) if profile["max"] > found["high"] else "",
    }


def as_text(value: Any) -> str:
    """A value of a profile as an address holds it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@contextmanager
def refused() -> Iterator[None]:
    """Tell what does not fit the columns by the name of the address's parameter."""
    try:
        yield
    except BadInput as error:
        raise InvalidInput(_PARAMETERS[error.attr.removeprefix("where").lstrip(".")], error.detail) from None


def _listed(asked: Mapping[str, str], profile: list[dict[str, Any]]) -> tuple[Any, ...]:
    if not asked["other"].isdecimal():
        raise InvalidInput("other", "Say how many of the most frequent values are not meant, as a whole number.")
    about = next((about for about in profile if about["name"] == asked["column"]), {})
    return tuple(entry["value"] for entry in about.get("top_values", [])[: int(asked["other"])])


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _end(written: str) -> str:
    """A number in few digits, or a date without midnight."""
    try:
        return edge(float(written))
    except ValueError:
        return _cut(written.replace("T", " ").removesuffix(" 00:00:00"))
