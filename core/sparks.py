"""Charts of the size of a column head or a table row: they show a shape, and say it in one sentence."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core.templatetags.format import count, edge, percent

SPARK_HEIGHT = 24
MOST_PARTS = 5
LONGEST_SPOKEN = 40

Edge = float | str


def spark_histogram(edges: Sequence[Edge], counts: Sequence[int], link: str = "") -> SafeString:
    """A histogram of column-head size: `len(edges) == len(counts) + 1`; empty markup when there is nothing to draw.

    With `link`, each bar leads to that address with the bar's place at its end. Such links are for the pointer: there
    may be hundreds on a page, so a keyboard and a screen reader find them on the column's own page.
    """
    most = max(counts, default=0)
    if most <= 0 or len(edges) != len(counts) + 1:
        return SafeString("")
    bars = "".join(
        f"M{index * 6} {SPARK_HEIGHT}V{_spark_top(rows / most)}h5V{SPARK_HEIGHT}z"
        for index, rows in enumerate(counts)
        if rows
    )
    sentence = histogram_sentence(edges, counts)
    spoken, said = _spoken(sentence, is_linked=bool(link))
    links = [
        (f"{link}{index}", bin_words(low, high, 3), rows, f'<rect x="{index * 6}"/>')
        for index, ((low, high), rows) in enumerate(zip(pairwise(edges), counts, strict=True))
        if rows and link
    ]
    return format_html(
        '{}<svg class="spark spark--histogram" viewBox="0 0 {} {}" preserveAspectRatio="none" {}>'
        '<path class="spark__bars" d="{}"/>{}</svg>',
        said,
        len(counts) * 6 - 1,
        SPARK_HEIGHT,
        spoken,
        bars,
        _links(links),
    )


def _spoken(sentence: str, *, is_linked: bool) -> tuple[SafeString, SafeString]:
    """What makes a drawing speak: its attributes, and words before it where it holds links, which no image may."""
    if is_linked:
        return SafeString('aria-hidden="true"'), format_html('<span class="visually-hidden">{}</span>', sentence)
    return format_html('role="img" aria-label="{}"', sentence), SafeString("")


def _links(links: Sequence[tuple[str, str, int, str]]) -> SafeString:
    """Invisible links over a drawing: address, words, rows, shape."""
    return format_html_join(
        "",
        '<a href="{}" tabindex="-1"><title>{} · {}</title>{}</a>',
        ((url, words, count(rows), mark_safe(shape)) for url, words, rows, shape in links),  # noqa: S308 -- numbers only
    )


def _spark_top(share: float) -> str:
    """The upper end of a bar; whatever is there stays visible as one pixel."""
    return str(SPARK_HEIGHT - max(round(share * (SPARK_HEIGHT - 1)), 1))


def spark_bars(top_values: Sequence[Mapping[str, Any]], other_count: int = 0, link: str = "") -> SafeString:
    """One bar split by the shares of the most frequent values: `[{"value", "count"}]`; the rest is grey.

    With `link`, each part leads to that address with the value's place at its end, the rest with `o5`.
    """
    total = sum(entry["count"] for entry in top_values) + other_count
    if total <= 0:
        return SafeString("")
    rects, links, start = [], [], 0.0
    for index, entry in enumerate(top_values[:MOST_PARTS]):
        width = 100 * entry["count"] / total
        place = f'x="{start:.2f}%" width="{width:.2f}%"'
        rects.append(f'<rect class="spark__part spark__part--{index}" {place} height="8"/>')
        links.append((f"{link}{index}", _cut(str(entry["value"])), entry["count"], f'<rect {place} height="8"/>'))
        start += width
    if rest := total - sum(entry["count"] for entry in top_values[:MOST_PARTS]):
        shape = f'<rect x="{start:.2f}%" width="{100 - start:.2f}%" height="8"/>'
        links.append((f"{link}o{MOST_PARTS}", "other values", rest, shape))
    listed = ", ".join(
        f"{_cut(str(entry['value']))}: {percent(entry['count'] / total)}" for entry in top_values[:MOST_PARTS]
    )
    spoken, said = _spoken(f"Most frequent: {listed}.", is_linked=bool(link))
    return format_html(
        '{}<svg class="spark spark--bar" width="100%" height="8" {}>'
        '<rect class="spark__rest" width="100%" height="8"/>{}{}</svg>',
        said,
        spoken,
        mark_safe("".join(rects)),  # noqa: S308 -- numbers only
        _links(links) if link else "",
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SPOKEN else f"{text[: LONGEST_SPOKEN - 1]}…"


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


def column_spark(profile: Mapping[str, Any], link: str = "") -> SafeString:
    """A column's values at the size of a table row, whichever spark suits them; empty for ids and free text."""
    shape, top = profile.get("histogram"), profile.get("top_values") or []
    if profile.get("dtype") == "id":
        return SafeString("")
    if shape:
        return spark_histogram(shape["edges"], shape["counts"], link)
    if top and top[0]["count"] > 1:
        return spark_bars(top, profile.get("other_count") or 0, link)
    return SafeString("")


def column_profile(profile: Mapping[str, Any], link: str = "") -> SafeString:
    """What a column head shows of a column: its spark, the two words beneath, and the share that is missing.

    With `link`, bars lead to their rows, and the missing (`m`) to theirs.
    """
    top = profile.get("top_values") or []
    spark = column_spark(profile, link)
    if spark and profile.get("histogram"):
        left, right = edge(profile.get("min")), edge(profile.get("max"))
    elif spark:
        known = sum(entry["count"] for entry in top) + (profile.get("other_count") or 0)
        left, right = _cut(str(top[0]["value"])), percent(top[0]["count"] / known, 0)
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
        _missing_words(missing, link),
    )


def _missing_words(share: float, link: str) -> SafeString | str:
    if not share:
        return "none missing"
    words = f"{percent(share)} missing"
    return format_html('<a href="{}m">{}</a>', link, words) if link else words


def bin_words(low: Edge, high: Edge, digits: int = 4) -> str:
    """What a bin of a histogram holds: its range, or the one whole number in its middle.

    >>> bin_words(20.3, 24.3), bin_words(-0.5, 0.5)
    ('20.3 to 24.3', '0')
    """
    middle = whole_number(low, high)
    return f"{edge(low, digits)} to {edge(high, digits)}" if middle is None else count(middle)


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
