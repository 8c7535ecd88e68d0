"""The chart of two chosen columns, on the page of relations."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import urlencode

from core.charts import pair_at
from core.errors import InvalidInput
from core.templatetags.format import number, plural
from datasets import exploring
from datasets.models import DatasetVersion
from ml.tables.pictures import is_drawn

MOST_CHOICES = 40  # longer lists are typed into, with suggestions: thrice as choices they would be most of the page

_CLICK = re.compile(r"(?:(?P<version>[0-9]{1,8})@)?\?(?P<x>[0-9]{1,5}),(?P<y>[0-9]{1,5})")
_MEASURES = {
    "spearman": "Spearman’s rank correlation",
    "correlation_ratio": "Correlation ratio",
    "cramers_v": "Cramér’s V",
}


def version_clicked(request: HttpRequest) -> int | None:
    """The version whose map of associations was clicked; None is the newest."""
    click = _CLICK.fullmatch(request.GET.get("pair", ""))
    return int(click["version"]) if click and click["version"] else None


def to_pair(request: HttpRequest, version: DatasetVersion) -> HttpResponseRedirect:
    """From a click in the map of associations to the address of the pair that lies there, or of none."""
    click = _CLICK.fullmatch(request.GET["pair"])
    asked: dict[str, Any] = {}
    if click and version.is_ready:
        names = exploring.exploration_of(version)["associations"]["columns"]
        if places := pair_at(int(click["x"]), int(click["y"]), len(names)):
            asked = {axis: names[place] for axis, place in zip(("x", "y"), places, strict=True)}
    asked |= {"version": click["version"]} if click and click["version"] else {}
    return HttpResponseRedirect(f"{request.path}?{urlencode(asked)}#pair" if asked else request.path)


def pair_context(request: HttpRequest, version: DatasetVersion, *, likely: tuple[str, str] | None) -> dict[str, Any]:
    """What the card of a pair shows: that of `?x=` and `?y=`, or an offer to choose them, from a `likely` one."""
    x, y = request.GET.get("x", ""), request.GET.get("y", "")
    drawn = [column for column in version.schema if is_drawn(column)]
    offered = (x, y) if x or y else likely or tuple(column.name for column in drawn[:2])
    context: dict[str, Any] = {
        "pair_chosen": list(zip(("x", "y"), ("First column", "Second column"), offered, strict=False)),
        "pair_choices": drawn if len(drawn) <= MOST_CHOICES else None,
        "can_pair": len(drawn) > 1,
    }
    if not (x or y):
        return context
    if not (x and y):
        return {**context, "pair_refusal": "Choose a column.", "pair_refused": "y" if x else "x"}
    try:
        found = exploring.pair_of(version, x, y)
    except InvalidInput as error:
        return {**context, "pair_refusal": error.detail, "pair_refused": error.attr}
    return {**context, "pair": found, "pair_facts": _facts(found)}


def _facts(found: dict[str, Any]) -> list[tuple[str, str]]:
    value, looked_at = found["association"]["value"], found["sample_rows"] or found["rows"]
    facts = [
        (
            _MEASURES[found["association"]["measure"]],
            "too few rows to tell" if value is None else number(round(value, 2)),
        ),
        ("Rows with both values", f"{found['used_rows']:,}"),
    ]
    if lacking := looked_at - found["used_rows"]:
        facts.append(("Without one of them", f"{lacking:,}"))
    figures = found[found["kind"]]
    if found["kind"] == "squares" and figures["beyond"]:
        facts.append(("Outliers beyond the picture", plural(figures["beyond"], "row")))
    if found["kind"] == "boxes" and figures["other_count"]:
        words = f"{plural(figures['other_values'], 'value')} in {plural(figures['other_count'], 'row')}"
        facts.append(("Not shown", words))
    return facts
