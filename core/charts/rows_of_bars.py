"""Horizontal bars with their words: values, classes, scores."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.charts.drawing import nothing
from core.charts.histograms import histogram
from core.sparks import track
from core.templatetags.format import count, number, percent

MOST_VALUES = 8


def bars(items: Iterable[Mapping[str, Any]], *, whole: float | None = None) -> SafeString:
    """Horizontal bars with their labels and values in words: `[{"label", "value", "text", "lead"}]`.

    `text` is what is shown for the value, `lead` picks one bar out; `whole` is the value of a full bar (the greatest
    by default). Values below zero have no length.
    """
    items = list(items)
    full = whole if whole is not None else max((item["value"] for item in items), default=0)
    if not items:
        return nothing()
    return format_html('<ul class="bars">{}</ul>', format_html_join("", "{}", ((_bar(item, full),) for item in items)))


def _bar(item: Mapping[str, Any], full: float) -> SafeString:
    return format_html(
        '<li class="bars__item{}"><span class="bars__label clip" title="{}">{}</span>{}'
        '<span class="bars__value">{}</span></li>',
        " bars__item--lead" if item.get("lead") else "",
        item["label"],
        item["label"],
        track(item["value"] / full if full > 0 else 0, name="track", height=8),
        item.get("text") or number(item["value"]),
    )


def value_bars(top_values: Sequence[Mapping[str, Any]], other_count: int = 0) -> SafeString:
    """The most frequent values of a column as bars with their shares of all rows that have one."""
    total = sum(entry["count"] for entry in top_values) + other_count
    items = [_value_bar(str(entry["value"]), entry["count"], total) for entry in top_values]
    if other_count:
        items.append(_value_bar("other values", other_count, total))
    return bars(items, whole=total)


def _value_bar(label: str, rows: int, total: int) -> dict[str, Any]:
    return {"label": label, "value": rows, "text": f"{count(rows)} · {percent(rows / total)}"}


def compare_bars(items: Iterable[Mapping[str, Any]]) -> SafeString:
    """A score beside its baseline: like `bars`, where a full bar is 1 if no score exceeds it."""
    items = list(items)
    return bars(items, whole=max(1.0, *(item["value"] for item in items)) if items else None)


def distribution(profile: Mapping[str, Any]) -> SafeString:
    """A column's values at full size, whichever chart suits them."""
    if profile.get("histogram"):
        shape = profile["histogram"]
        return histogram(shape["edges"], shape["counts"], x_title=str(profile.get("name", "")))
    return class_bars(profile)


def class_bars(profile: Mapping[str, Any]) -> SafeString:
    """A column's most frequent values as classes, whatever their type."""
    return value_bars((profile.get("top_values") or [])[:MOST_VALUES], _beyond(profile, MOST_VALUES))


def _beyond(profile: Mapping[str, Any], shown: int) -> int:
    hidden = sum(int(entry["count"]) for entry in (profile.get("top_values") or [])[shown:])
    return hidden + int(profile.get("other_count") or 0)
