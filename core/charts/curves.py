"""Lines of one share over another: ROC and its like, and several models over each other."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.charts.axes import x_axis, y_axis
from core.charts.drawing import PLOT_HEIGHT, colour, figure, legend, nothing, numbers, plot, within
from core.templatetags.format import number

_WIDTH = 1000
_MOST_ROWS = 50


def curves(
    lines: Sequence[Mapping[str, Any]],
    *,
    x_title: str,
    y_title: str,
    diagonal: bool = False,
    mark: Sequence[float] | None = None,
) -> SafeString:
    """Lines `{"name", "points": [(x, y)], "note"}`, each in a colour of its own and named beneath; all in 0..1.

    `diagonal` draws what chance, or a perfect calibration, would be; `mark` is a point picked out.
    """
    drawn = [line for line in lines if line["points"]]
    if not drawn:
        return nothing()
    chance = f'<line class="chart__identity" x1="0" y1="{PLOT_HEIGHT}" x2="100%" y2="0"/>' if diagonal else ""
    paths = format_html_join("", '<path class="curve curve--{}" d="{}"/>', _paths(drawn))
    shapes = within(paths, size=(_WIDTH, PLOT_HEIGHT))
    axes = y_axis(0, 1) + x_axis(0, 1)
    drawing = plot(
        SafeString(axes + SafeString(chance) + shapes + _mark(mark)),
        f"{y_title} over {x_title}: " + "; ".join(_said(line) for line in drawn) + ".",
    )
    table = [
        (str(line["name"]), number(x), number(y))
        for line in drawn
        for x, y in line["points"][:: -(-len(line["points"]) // _MOST_ROWS)]
    ]
    key = legend((line["name"], line.get("note", "")) for line in drawn) if _is_named(drawn) else SafeString("")
    return figure(drawing, (x_title, y_title), key + numbers(("", x_title, y_title), table))


def _is_named(lines: Sequence[Mapping[str, Any]]) -> bool:
    return len(lines) > 1 or bool(lines[0].get("note"))


def _paths(lines: Sequence[Mapping[str, Any]]) -> list[tuple[int, str]]:
    return [
        (
            colour(place),
            "".join(f"{'L' if at else 'M'}{x:.0f} {y:.1f}" for at, (x, y) in enumerate(_placed(line))),
        )
        for place, line in enumerate(lines)
    ]


def _placed(line: Mapping[str, Any]) -> list[tuple[float, float]]:
    return [(_WIDTH * x, PLOT_HEIGHT * (1 - y)) for x, y in line["points"]]


def _mark(mark: Sequence[float] | None) -> SafeString:
    if mark is None:
        return SafeString("")
    x, y = 100 * mark[0], PLOT_HEIGHT * (1 - mark[1])
    return format_html('<circle class="chart__mark" cx="{}%" cy="{}" r="5"/>', f"{x:.1f}", f"{y:.1f}")


def _said(line: Mapping[str, Any]) -> str:
    note = f", {line['note']}" if line.get("note") else ""
    return f"{line['name']}{note}, {len(line['points'])} points"
