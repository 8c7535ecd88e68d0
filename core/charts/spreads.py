"""Amounts with how sure they are: a dot and the line of its interval, row by row on one scale."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.charts.axes import position
from core.charts.drawing import colour, key, nothing
from core.templatetags.format import number


def spreads(items: Sequence[Mapping[str, Any]]) -> SafeString:
    """Rows `{"label", "value", "low", "high", "text", "lead", "place"}`; `low` and `high` may be None.

    `text` says the value; `place` gives a row the colour and the letter that its line has in `curves`, beside which
    rows without one are grey.

    The scale reaches from the lowest to the highest, and to zero when that is near; zero is marked.
    """
    if not items:
        return nothing()
    ends = [each[key] for each in items for key in ("value", "low", "high") if each.get(key) is not None]
    low, high = min(ends), max(ends)
    if 0 < low <= high / 2:
        low = 0.0
    return format_html(
        '<ul class="bars">{}</ul>', format_html_join("", "{}", ((_row(each, low, high),) for each in items))
    )


def _row(item: Mapping[str, Any], low: float, high: float) -> SafeString:
    place = item.get("place")
    return format_html(
        '<li class="bars__item{}"><span class="bars__label clip" title="{}">{}{}</span>'
        '<svg class="spread{}" width="100%" height="16" aria-hidden="true">{}{}'
        '<circle class="spread__dot" cx="{}" cy="8" r="4"/></svg><span class="bars__value">{}</span></li>',
        " bars__item--lead" if item.get("lead") else "",
        item["label"],
        SafeString("") if place is None else key(place),
        item["label"],
        "" if place is None else f" key--{colour(place)}",
        _zero(low, high),
        _interval(item, low, high),
        _place(item["value"], low, high),
        item.get("text") or number(item["value"]),
    )


def _zero(low: float, high: float) -> SafeString:
    if not low <= 0 <= high:
        return SafeString("")
    return format_html('<line class="spread__zero" x1="{0}" x2="{0}" y1="0" y2="16"/>', _place(0, low, high))


def _interval(item: Mapping[str, Any], low: float, high: float) -> SafeString:
    if item.get("low") is None or item.get("high") is None:
        return SafeString("")
    ends = (_place(item["low"], low, high), _place(item["high"], low, high))
    return format_html('<line class="spread__interval" x1="{}" x2="{}" y1="8" y2="8"/>', *ends)


def _place(value: float, low: float, high: float) -> str:
    """Within the margins that keep a dot at either end whole."""
    return f"{2 + 96 * position(value, low, high):.1f}%"
