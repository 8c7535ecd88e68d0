"""Where values stand on a chart, and the round numbers beside it."""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from core.charts.drawing import PLOT_HEIGHT
from core.sparks import Edge, whole_number
from core.templatetags.format import edge, short

MOST_TICKS = 12


def nice_ticks(low: float, high: float, most: int = 5, *, whole: bool = False) -> list[float]:
    """Round numbers within `low..high`, at most `most` of them, evenly spaced by 1, 2 or 5 times a power of ten."""
    span = high / 2 - low / 2
    if not math.isfinite(span) or span <= 0:
        return [low]
    rough = span / max(most - 1, 1) * 2
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    step = max(step, 1.0) if whole else step
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]


def position(value: float, low: float, high: float) -> float:
    """Where `value` lies between `low` and `high`, in 0..1; halved first, so that huge spans stay finite."""
    span = high / 2 - low / 2
    return (value / 2 - low / 2) / span if span > 0 else 0.5


def amount(value: Edge) -> float:
    """A number, or an ISO date as its second, to be placed on an axis.

    >>> amount("1970-01-02T00:00:00"), amount(2.5)
    (86400.0, 2.5)
    """
    return datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp() if isinstance(value, str) else float(value)


def share_between(value: Edge, low: Edge, high: Edge) -> float:
    """Where a number or a date lies between two others, cut to 0..1."""
    return min(max(position(amount(value), amount(low), amount(high)), 0.0), 1.0)


def axis_up(low: Edge, high: Edge) -> SafeString:
    """Round numbers beside the plot, or the first and the last day."""
    if not isinstance(low, str) and not isinstance(high, str):
        return y_axis(low, high)
    return format_html_join(
        "",
        '<text class="chart__tick" x="-8" y="{}" dy="4" text-anchor="end">{}</text>',
        ((PLOT_HEIGHT, edge(low)), (0, edge(high))),
    )


def axis_across(low: Edge, high: Edge, *, height: int = PLOT_HEIGHT) -> SafeString:
    """Round numbers under the plot, or the first and the last day."""
    if isinstance(low, str) or isinstance(high, str):
        return x_ticks([(0, "start", edge(low)), (100, "end", edge(high))], height=height)
    return x_axis(low, high, height=height)


def y_axis(low: float, high: float, *, whole: bool = False) -> SafeString:
    return format_html_join(
        "",
        '<line class="chart__grid" x1="0" x2="100%" y1="{0}" y2="{0}"/>'
        '<text class="chart__tick" x="-8" y="{0}" dy="4" text-anchor="end">{1}</text>',
        (
            (f"{PLOT_HEIGHT * (1 - position(tick, low, high)):.1f}", short(tick))
            for tick in nice_ticks(low, high, whole=whole)
        ),
    )


def bin_axis(edges: Sequence[Edge]) -> SafeString:
    """Whole numbers under the middle of their bars; otherwise round numbers, or the first and last day."""
    wholes = [whole_number(low, high) for low, high in pairwise(edges)]
    if None not in wholes:
        step = math.ceil(len(wholes) / MOST_TICKS)
        return x_ticks(
            (100 * (place + 0.5) / len(wholes), "middle", short(whole))
            for place, whole in list(enumerate(wholes))[::step]
        )
    return axis_across(edges[0], edges[-1])


def x_axis(low: float, high: float, *, height: int = PLOT_HEIGHT) -> SafeString:
    places = [(position(tick, low, high), tick) for tick in nice_ticks(low, high)]
    return x_ticks(
        (
            (100 * place, "start" if place < 0.04 else "end" if place > 0.96 else "middle", short(tick))
            for place, tick in places
        ),
        height=height,
    )


def x_ticks(ticks: Iterable[tuple[float, str, str]], *, height: int = PLOT_HEIGHT) -> SafeString:
    return format_html_join(
        "",
        '<text class="chart__tick" x="{}%" y="{}" text-anchor="{}">{}</text>',
        ((f"{x:.1f}", height + 18, anchor, text) for x, anchor, text in ticks),
    )
