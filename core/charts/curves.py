"""Lines of one amount over another: ROC and its like, and several models over each other."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.charts.axes import position, x_axis, y_axis
from core.charts.drawing import PLOT_HEIGHT, colour, figure, key_letter, legend, nothing, numbers, plot, within
from core.templatetags.format import DASH, number

_WIDTH = 1000
_MOST_ROWS = 50
_STEPS = 20  # of a table of several lines

Range = tuple[float, float]


def curves(
    lines: Sequence[Mapping[str, Any]],
    *,
    x_title: str,
    y_title: str,
    across: Range = (0, 1),
    up: Range = (0, 1),
    diagonal: bool = False,
    mark: Sequence[float] | None = None,
) -> SafeString:
    """Lines `{"name", "points": [(x, y)], "note"}`, x rising, each in the colour of its place and named beneath.

    Several lines bear letters too. `diagonal` draws what chance, or a perfect calibration, would be; `mark` is a point
    picked out.
    """
    drawn = [(place, line) for place, line in enumerate(lines) if line["points"]]
    if not drawn:
        return nothing()
    is_alone = len(lines) == 1
    chance = f'<line class="chart__identity" x1="0" y1="{PLOT_HEIGHT}" x2="100%" y2="0"/>' if diagonal else ""
    shapes = within(
        format_html_join(
            "",
            '<path class="curve key--{}" d="{}"/>',
            ((colour(place), _path(line["points"], across, up)) for place, line in drawn),
        ),
        size=(_WIDTH, PLOT_HEIGHT),
    )
    letters = SafeString("") if is_alone else _letters(drawn, len(lines), across, up)
    drawing = plot(
        SafeString(y_axis(*up) + x_axis(*across) + SafeString(chance) + shapes + letters + _mark(mark)),
        f"{y_title} over {x_title}: " + "; ".join(_said(line) for _, line in drawn) + ".",
    )
    key = legend(((place, line["name"], line.get("note", "")) for place, line in drawn), is_lettered=not is_alone)
    is_named = not is_alone or bool(lines[0].get("note"))
    table = (
        _of_one(lines[0], x_title, y_title) if is_alone else _of_several([line for _, line in drawn], x_title, across)
    )
    return figure(drawing, (x_title, y_title), (key if is_named else SafeString("")) + table)


def _of_one(line: Mapping[str, Any], x_title: str, y_title: str) -> SafeString:
    points = line["points"]
    shown = points[:: -(-len(points) // _MOST_ROWS)]
    return numbers((x_title, y_title), [(number(x), number(y)) for x, y in shown])


def _of_several(lines: Sequence[Mapping[str, Any]], x_title: str, across: Range) -> SafeString:
    """How high each line is at even steps across; nothing where it is not drawn."""
    low, high = across
    steps = [low + (high - low) * step / _STEPS for step in range(_STEPS + 1)]
    rows = [(number(x), *(_height_words(line["points"], x) for line in lines)) for x in steps]
    return numbers((x_title, *(str(line["name"]) for line in lines)), rows)


def _path(points: Sequence[Sequence[float]], across: Range, up: Range) -> str:
    placed = (f"{_WIDTH * position(x, *across):.0f} {PLOT_HEIGHT * (1 - position(y, *up)):.1f}" for x, y in points)
    return "M" + "L".join(placed)


def _letters(drawn: Sequence[tuple[int, Mapping[str, Any]]], of: int, across: Range, up: Range) -> SafeString:
    """The letter of each line upon it, side by side so that lines close together still tell which is which."""
    low, high = across
    placed = []
    for place, line in drawn:
        wanted = low + (high - low) * (place + 1) / (of + 1)
        first, last = line["points"][0][0], line["points"][-1][0]
        x = min(max(wanted, first), last)
        y = PLOT_HEIGHT * (1 - position(_height(line["points"], x) or 0.0, *up))
        placed.append((colour(place), f"{100 * position(x, low, high):.1f}", f"{y:.1f}", key_letter(place)))
    return format_html_join(
        "",
        '<g class="chart__key key--{0}"><circle cx="{1}%" cy="{2}" r="8"/><text x="{1}%" y="{2}" dy="4" '
        'text-anchor="middle">{3}</text></g>',
        placed,
    )


def _height(points: Sequence[Sequence[float]], x: float) -> float | None:
    """How high a line is at x, the upper end where it rises straight up; None beyond its ends.

    >>> _height([(0, 0), (0, 0.5), (1, 1)], 0), _height([(0, 0), (0, 0.5), (1, 1)], 0.5), _height([(0, 0)], 1)
    (0.5, 0.75, None)
    """
    after = bisect_right(points, x, key=lambda point: point[0])
    if after == 0 or (after == len(points) and points[-1][0] < x - 1e-9):
        return None
    x0, y0 = points[after - 1]
    if after == len(points) or x0 == x:
        return y0
    x1, y1 = points[after]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def _height_words(points: Sequence[Sequence[float]], x: float) -> str:
    height = _height(points, x)
    return DASH if height is None else number(height)


def _mark(mark: Sequence[float] | None) -> SafeString:
    if mark is None:
        return SafeString("")
    x, y = 100 * mark[0], PLOT_HEIGHT * (1 - mark[1])
    return format_html('<circle class="chart__mark" cx="{}%" cy="{}" r="5"/>', f"{x:.1f}", f"{y:.1f}")


def _said(line: Mapping[str, Any]) -> str:
    (left, start), (right, end) = line["points"][0], line["points"][-1]
    note = f", {line['note']}" if line.get("note") else ""
    return f"{line['name']}{note}, from {number(start)} at {number(left)} to {number(end)} at {number(right)}"
