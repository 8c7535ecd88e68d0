"""Many rows of two columns of amounts or dates, counted in squares."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from core.charts.axes import axis_across, axis_up
from core.charts.drawing import HEAT_LEVELS, figure, nothing, numbers, plot, within
from core.sparks import Edge, bin_words
from core.templatetags.format import count, edge, plural

LISTED = 30


def squares(figures: Mapping[str, Any], *, x_title: str, y_title: str) -> SafeString:
    """Squares that are darker the more rows lie in them: `{"x_edges", "y_edges", "counts", "beyond"}`, from below.

    Shades go by the root of the counts, so that sparse squares show beside full ones.
    """
    x_edges, y_edges, counts = figures["x_edges"], figures["y_edges"], figures["counts"]
    filled = [(rows, x, y) for y, row in enumerate(counts) for x, rows in enumerate(row) if rows]
    if not filled:
        return nothing()
    most, x, y = max(filled)
    shades: dict[int, list[str]] = {}
    for rows, across, up in filled:
        shade = math.ceil(HEAT_LEVELS * math.sqrt(rows / most))
        shades.setdefault(shade, []).append(f"M{across} {len(counts) - 1 - up}h.92")
    shapes = format_html_join(
        "",
        '<path class="pairs__shade pairs__shade--{}" transform="translate(.04 .5)" d="{}"/>',
        ((shade, "".join(each)) for shade, each in sorted(shades.items())),
    )
    drawing = plot(
        SafeString(
            axis_up(y_edges[0], y_edges[-1])
            + within(shapes, size=(len(x_edges) - 1, len(counts)))
            + axis_across(x_edges[0], x_edges[-1])
        ),
        f"Rows counted in squares: {x_title} from {edge(x_edges[0])} to {edge(x_edges[-1])} across, {y_title} from "
        f"{edge(y_edges[0])} to {edge(y_edges[-1])} up; most rows, {count(most)}, are where {x_title} is "
        f"{_step(x_edges, x)} and {y_title} is {_step(y_edges, y)}.",
        is_named=isinstance(y_edges[0], str),
    )
    listed = sorted(filled, reverse=True)[:LISTED]
    table = [(_step(x_edges, x), _step(y_edges, y), count(rows)) for rows, x, y in listed]
    left_out = [f"The fullest {LISTED} of {count(len(filled))} squares."] if len(filled) > LISTED else []
    left_out += [f"{plural(figures['beyond'], 'row')} of outliers beyond the picture."] if figures["beyond"] else []
    return figure(drawing, (x_title, y_title), numbers((x_title, y_title, "rows"), table, note=" ".join(left_out)))


def _step(edges: Sequence[Edge], place: int) -> str:
    return bin_words(edges[place], edges[place + 1])
