"""Predicted against actual values."""

import math
from collections.abc import Sequence

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from core.charts.axes import position, x_axis, y_axis
from core.charts.drawing import PLOT_HEIGHT, figure, nothing, numbers, plot
from core.templatetags.format import count, number

MOST_POINTS = 240


def scatter(
    actual: Sequence[float],
    predicted: Sequence[float],
    *,
    x_title: str = "Actual",
    y_title: str = "Predicted",
) -> SafeString:
    """Predicted against actual values with the line on which a perfect model would put them."""
    if not actual or len(actual) != len(predicted):
        return nothing()
    step = math.ceil(len(actual) / MOST_POINTS)
    points = list(zip(actual, predicted, strict=True))[::step]
    low, high = min(map(min, points)), max(map(max, points))
    dots = format_html_join(
        "",
        '<circle class="chart__dot" cx="{}%" cy="{}" r="2.5"/>',
        (
            (f"{100 * position(x, low, high):.1f}", f"{PLOT_HEIGHT * (1 - position(y, low, high)):.1f}")
            for x, y in points
        ),
    )
    line = f'<line class="chart__identity" x1="0" y1="{PLOT_HEIGHT}" x2="100%" y2="0"/>'
    note = (
        f"{count(len(points))} of {count(len(actual))} held-out rows"
        if step > 1
        else f"{count(len(points))} held-out rows"
    )
    drawing = plot(
        SafeString(y_axis(low, high) + SafeString(line) + dots + x_axis(low, high)),
        f"Predicted against actual values of {note}, {number(low)} to {number(high)}; nearer to the line is better.",
    )
    table = [(number(x), number(y)) for x, y in points[:50]]
    return figure(drawing, (f"{x_title} · {note}", y_title), numbers((x_title, y_title), table))
