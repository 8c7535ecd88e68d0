"""Charts of the size of a column head or a table row: they show a shape, and say it in one sentence."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from core.templatetags.format import count, edge, percent

SPARK_HEIGHT = 24
MOST_PARTS = 5

Edge = float | str


def spark_histogram(edges: Sequence[Edge], counts: Sequence[int]) -> SafeString:
    """A histogram of column-head size: `len(edges) == len(counts) + 1`; empty markup when there is nothing to draw."""
    most = max(counts, default=0)
    if most <= 0 or len(edges) != len(counts) + 1:
        return SafeString("")
    bars = "".join(
        f"M{index * 6} {SPARK_HEIGHT}V{_spark_top(rows / most)}h5V{SPARK_HEIGHT}z"
        for index, rows in enumerate(counts)
        if rows
    )
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<path class="spark__bars" d="{}"/></svg>',
        len(counts) * 6 - 1,
        SPARK_HEIGHT,
        histogram_sentence(edges, counts),
        bars,
    )


def _spark_top(share: float) -> str:
    """The upper end of a bar; whatever is there stays visible as one pixel."""
    return f"{SPARK_HEIGHT - max(share * (SPARK_HEIGHT - 1), 1):.1f}".rstrip("0").rstrip(".")


def spark_bars(top_values: Sequence[Mapping[str, Any]], other_count: int = 0) -> SafeString:
    """One bar split by the shares of the most frequent values: `[{"value", "count"}]`; the rest is grey."""
    total = sum(entry["count"] for entry in top_values) + other_count
    if total <= 0:
        return SafeString("")
    rects, start = [], 0.0
    for index, entry in enumerate(top_values[:MOST_PARTS]):
        width = 100 * entry["count"] / total
        rects.append(
            f'<rect class="spark__part spark__part--{index}" x="{start:.2f}%" width="{width:.2f}%" height="8"/>'
        )
        start += width
    sentence = ", ".join(f"{entry['value']}: {percent(entry['count'] / total)}" for entry in top_values[:MOST_PARTS])
    return format_html(
        '<svg class="spark spark--bar" width="100%" height="8" role="img" aria-label="{}">'
        '<rect class="spark__rest" width="100%" height="8"/>{}</svg>',
        f"Most frequent: {sentence}.",
        mark_safe("".join(rects)),  # noqa: S308 -- numbers only
    )


def share_line(share: float) -> SafeString:
    """A thin line filled to `share` in 0..1."""
    return track(share, name="share", height=2)


def signal_bar(share: float) -> SafeString:
    """A short bar filled to `share` in 0..1, with its value spoken."""
    return format_html(
        '{}<span class="visually-hidden">{}</span>', track(share, name="signal-bar", height=6), percent(share, 0)
    )


def track(share: float, *, name: str, height: int) -> SafeString:
    """A bar filled to `share`, cut to 0..1; classes `<name>`, `<name>__rest` and `<name>__part`. Nothing is spoken."""
    return format_html(
        '<svg class="{name}" width="100%" height="{height}" aria-hidden="true">'
        '<rect class="{name}__rest" width="100%" height="{height}"/>'
        '<rect class="{name}__part" width="{width}%" height="{height}"/></svg>',
        name=name,
        height=height,
        width=f"{100 * min(max(share, 0), 1):.1f}",
    )


def column_spark(profile: Mapping[str, Any]) -> SafeString:
    """A column's values at the size of a table row, whichever spark suits them; empty for ids and free text."""
    shape, top = profile.get("histogram"), profile.get("top_values") or []
    if profile.get("dtype") == "id":
        return SafeString("")
    if shape:
        return spark_histogram(shape["edges"], shape["counts"])
    if top and top[0]["count"] > 1:
        return spark_bars(top, profile.get("other_count") or 0)
    return SafeString("")


def column_profile(profile: Mapping[str, Any]) -> SafeString:
    """What a column head shows of a column: its spark, the two words beneath, and the share that is missing."""
    top = profile.get("top_values") or []
    spark = column_spark(profile)
    if spark and profile.get("histogram"):
        left, right = edge(profile.get("min")), edge(profile.get("max"))
    elif spark:
        known = sum(entry["count"] for entry in top) + (profile.get("other_count") or 0)
        left, right = str(top[0]["value"]), percent(top[0]["count"] / known, 0)
    else:
        left, right = f"{count(profile.get('unique'))} distinct", ""
    missing = profile.get("share_missing") or 0.0
    return format_html(
        '<div class="profile"><div class="profile__chart">{}</div>'
        '<div class="profile__ends"><span class="clip">{}</span><span>{}</span></div>{}'
        '<div class="profile__missing">{}</div></div>',
        spark,
        left,
        right,
        share_line(missing),
        f"{percent(missing)} missing" if missing else "none missing",
    )


def bin_words(low: Edge, high: Edge) -> str:
    """What a bin of a histogram holds: its range, or the one whole number in its middle.

    >>> bin_words(20.3, 24.3), bin_words(-0.5, 0.5)
    ('20.3 to 24.3', '0')
    """
    middle = whole_number(low, high)
    return f"{edge(low)} to {edge(high)}" if middle is None else count(middle)


def whole_number(low: Edge, high: Edge) -> int | None:
    """The only whole number of a bin that reaches half a unit to either side of it."""
    if isinstance(low, str) or isinstance(high, str) or high - low != 1 or (low + 0.5) % 1:
        return None
    return round(low + 0.5)


def histogram_sentence(edges: Sequence[Edge], counts: Sequence[int]) -> str:
    """A histogram in words, for those who cannot see it."""
    fullest = max(range(len(counts)), key=counts.__getitem__)
    first, last = whole_number(*edges[:2]), whole_number(*edges[-2:])
    low = edge(edges[0]) if first is None else count(first)
    high = edge(edges[-1]) if last is None else count(last)
    return f"Values from {low} to {high}; the most frequent are {bin_words(edges[fullest], edges[fullest + 1])}."
