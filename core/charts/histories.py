"""How a number went, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.charts.axes import nice_ticks, position, x_ticks, y_axis
from core.charts.drawing import PLOT_HEIGHT, colour, figure, legend, nothing, numbers, plot, within
from core.templatetags.format import count, number, score

MOST_LINES = 4
LISTED = 30

_WIDTH = 1000
_MOST_POINTS = 250  # of a line; more are not seen at this size

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A number after each of some steps, in order; `dots` are values that lie around it, each by itself."""

    label: str
    points: Sequence[Point]
    dots: Sequence[Point] = ()


@dataclass(frozen=True, slots=True)
class _Box:
    """What the drawing spans."""

    left: float
    right: float
    low: float
    high: float

    def place(self, point: Point) -> str:
        across = _WIDTH * position(point[0], self.left, self.right)
        return f"{across:.0f} {self.up(point[1]):.1f}"

    def up(self, value: float) -> float:
        return PLOT_HEIGHT * (1 - position(value, self.low, self.high))


def history(lines: Sequence[Line], *, step: str, y_title: str) -> SafeString:
    """Each line over the steps with its label beneath, and its numbers one click away; the first few lines only.

    `step` is what is counted: "epoch".
    """
    shown = [line for line in lines if line.points][:MOST_LINES]
    if not shown:
        return nothing()
    every = [point for line in shown for point in (*line.points, *line.dots)]
    across, up = [x for x, _ in every], [y for _, y in every]
    box = _Box(min(across), max(across), min(up), max(up))
    drawn = format_html_join("", "{}", ((_drawn(place, line, box),) for place, line in enumerate(shown)))
    drawing = plot(
        SafeString(
            y_axis(box.low, box.high) + within(drawn, size=(_WIDTH, PLOT_HEIGHT)) + x_ticks(_ticks(box.left, box.right))
        ),
        " ".join(_sentence(line, step) for line in shown),
    )
    key = legend((place, line.label, score(line.points[-1][1])) for place, line in enumerate(shown))
    rows = _rows(shown)
    note = f"The last {LISTED} of {count(len(rows))}." if len(rows) > LISTED else ""
    table = numbers((step.capitalize(), *(line.label for line in shown)), rows[-LISTED:], note=note)
    return figure(drawing, (step, y_title), key + table)


def _drawn(place: int, line: Line, box: _Box) -> SafeString:
    """The dots of a line and the line itself; a single point is a dot too."""
    points = _thinned(line.points)
    dots = "".join(f"M{box.place(dot)}h0" for dot in (*_thinned(line.dots), *(points if len(points) == 1 else ())))
    path = "L".join(box.place(point) for point in points)
    return format_html(
        '<path class="chart__dots" d="{}"/><path class="curve key--{}" d="M{}"/>', dots, colour(place), path
    )


def _thinned(points: Sequence[Point]) -> list[Point]:
    """At most so many of them, always with the last."""
    every = max(1, -(-len(points) // _MOST_POINTS))
    return [*points[:-1:every], points[-1]] if points else []


def _ticks(left: float, right: float) -> list[tuple[float, str, str]]:
    places = [(position(tick, left, right), tick) for tick in nice_ticks(left, right, whole=True)]
    return [
        (100 * place, "start" if place < 0.04 else "end" if place > 0.96 else "middle", count(round(tick)))
        for place, tick in places
    ]


def _sentence(line: Line, step: str) -> str:
    (first, start), (last, now) = line.points[0], line.points[-1]
    return f"{line.label}: {number(start)} at {step} {first:g}, {number(now)} at {step} {last:g}."


def _rows(lines: Sequence[Line]) -> list[tuple[str, ...]]:
    by_step = [dict(line.points) for line in lines]
    steps = sorted({step for values in by_step for step in values})
    return [(f"{step:g}", *(number(values.get(step)) for values in by_step)) for step in steps]
