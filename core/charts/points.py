"""Rows of two columns of amounts or dates, each row a dot."""

from collections.abc import Sequence

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from core.charts.axes import amount, axis_across, axis_up, share_between
from core.charts.drawing import PLOT_HEIGHT, figure, nothing, numbers, plot, within
from core.sparks import Edge
from core.templatetags.format import count, edge

LISTED = 50

_WIDTH = 1000
_LAYERS = 4  # dots of one path do not show through each other; those of several do


def points(rows: Sequence[tuple[Edge, Edge]], *, x_title: str, y_title: str) -> SafeString:
    """A dot for each row, `(across, up)`; numbers, or dates as ISO strings."""
    if not rows:
        return nothing()
    (left, right), (bottom, top) = (_ends([row[place] for row in rows]) for place in (0, 1))
    dots = [
        f"M{_WIDTH * share_between(x, left, right):.0f} {PLOT_HEIGHT * (1 - share_between(y, bottom, top)):.0f}h0"
        for x, y in rows
    ]
    layers = format_html_join(
        "", '<path class="chart__point" d="{}"/>', (("".join(dots[layer::_LAYERS]),) for layer in range(_LAYERS))
    )
    drawing = plot(
        SafeString(axis_up(bottom, top) + within(layers, size=(_WIDTH, PLOT_HEIGHT)) + axis_across(left, right)),
        f"{count(len(rows))} rows as dots: {x_title} from {edge(left)} to {edge(right)} across, "
        f"{y_title} from {edge(bottom)} to {edge(top)} up.",
        is_named=isinstance(bottom, str),
    )
    table = [(edge(x, 6), edge(y, 6)) for x, y in rows[:LISTED]]
    note = f"The first {LISTED} of {count(len(rows))} rows." if len(rows) > LISTED else ""
    return figure(drawing, (x_title, y_title), numbers((x_title, y_title), table, note=note))


def _ends(values: Sequence[Edge]) -> tuple[Edge, Edge]:
    return min(values, key=amount), max(values, key=amount)
