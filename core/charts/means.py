"""An amount over time: the line of its means by period."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.charts.axes import amount, axis_across, position, share_between, y_axis
from core.charts.drawing import PLOT_HEIGHT, figure, nothing, numbers, plot, within
from core.templatetags.format import count, edge, number

_WIDTH = 1000
_GAP = 1.6  # of the shortest step: months and years differ by less


def means(periods: Sequence[Mapping[str, Any]], *, unit: str, x_title: str, y_title: str) -> SafeString:
    """The mean of each period, `{"start", "count", "mean"}`; the line breaks where periods have no row."""
    if not periods:
        return nothing()
    first, last = periods[0]["start"], periods[-1]["start"]
    low, high = (end(period["mean"] for period in periods) for end in (min, max))
    places = [
        (_WIDTH * share_between(period["start"], first, last), PLOT_HEIGHT * (1 - position(period["mean"], low, high)))
        for period in periods
    ]
    dots = "".join(f"M{x:.0f} {y:.1f}h0" for x, y in places)
    shapes = format_html(
        '<path class="chart__line" d="{}"/><path class="chart__point chart__point--mean" d="{}"/>',
        _line(periods, places),
        dots,
    )
    axes = y_axis(low, high) + axis_across(first, last)
    drawing = plot(
        SafeString(axes + within(shapes, size=(_WIDTH, PLOT_HEIGHT))),
        f"Mean of {y_title} by {unit}, {edge(first)} to {edge(last)}: from {number(low)} to {number(high)}, "
        f"{number(periods[0]['mean'])} in the first {unit} and {number(periods[-1]['mean'])} in the last.",
    )
    table = [(_start(period["start"]), number(period["mean"]), count(period["count"])) for period in periods]
    titles = (f"{x_title}, by {unit}", f"mean of {y_title}")
    return figure(drawing, titles, numbers((f"{unit} from", titles[1], "rows"), table))


def _line(periods: Sequence[Mapping[str, Any]], places: Sequence[tuple[float, float]]) -> str:
    starts = [amount(period["start"]) for period in periods]
    steps = [later - earlier for earlier, later in pairwise(starts)]
    shortest = min(steps, default=0.0)
    joined = [False, *(step <= _GAP * shortest for step in steps)]
    return "".join(
        f"{'L' if is_joined else 'M'}{x:.0f} {y:.1f}" for is_joined, (x, y) in zip(joined, places, strict=True)
    )


def _start(moment: str) -> str:
    return moment.replace("T", " ")
