"""How the values of one column are spread."""

from collections.abc import Sequence
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.charts.axes import bin_axis, y_axis
from core.charts.drawing import PLOT_HEIGHT, figure, linked, nothing, numbers, plot
from core.sparks import Edge, bin_words, histogram_sentence
from core.templatetags.format import count


def histogram(
    edges: Sequence[Edge],
    counts: Sequence[int],
    *,
    x_title: str = "",
    y_title: str = "rows",
    links: Sequence[str] = (),
) -> SafeString:
    """A full-size histogram with axis titles and its numbers one click away.

    With `links`, an address a bin, the bars lead there for the pointer and the words among the numbers for everybody.
    """
    most = max(counts, default=0)
    if most <= 0 or len(edges) != len(counts) + 1:
        return nothing()
    bins = [(bin_words(low, high), rows) for (low, high), rows in zip(pairwise(edges), counts, strict=True)]
    width = 100 / len(bins)
    bars = format_html_join(
        "",
        "{}",
        (
            (_histogram_bar(place * width, width, rows / most, f"{words}: {count(rows)} {y_title}", link),)
            for place, ((words, rows), link) in enumerate(zip(bins, links or [""] * len(bins), strict=True))
            if rows
        ),
    )
    drawing = plot(
        SafeString(y_axis(0, most, whole=True) + bars + bin_axis(edges)),
        histogram_sentence(edges, counts),
        is_linked=bool(links),
    )
    words = [linked(text, link) for (text, _), link in zip(bins, links, strict=True)] if links else [b[0] for b in bins]
    table = [(text, count(rows)) for text, (_, rows) in zip(words, bins, strict=True)]
    return figure(drawing, (x_title, y_title), numbers((x_title or "Range", y_title), table))


def _histogram_bar(x: float, width: float, share: float, words: str, link: str) -> SafeString:
    bar = format_html(
        '<rect class="chart__bar" x="{}%" width="{}%" y="{}" height="{}"><title>{}</title></rect>',
        f"{x:.2f}",
        f"{width:.2f}",
        *_column(share),
        words,
    )
    return format_html('<a href="{}" tabindex="-1">{}</a>', link, bar) if link else bar


def _column(share: float) -> tuple[str, str]:
    height = max(share * PLOT_HEIGHT, 1)
    return f"{PLOT_HEIGHT - height:.1f}", f"{height:.1f}"
