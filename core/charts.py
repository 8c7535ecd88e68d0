"""Charts as SVG and HTML made on the server, coloured by classes, so that themes, print and a strict policy just work.

Horizontal places are percentages and text keeps its size, so a chart fits any width without a script. Every function
returns safe markup: labels are escaped, and what is drawn is also there as a sentence and as numbers.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.sparks import Edge, bin_words, histogram_sentence, track, whole_number
from core.templatetags.format import count, edge, number, percent, short

PLOT_HEIGHT = 176
MOST_POINTS = 240
MOST_CLASSES = 20
MOST_TICKS = 12
MOST_VALUES = 8
HEAT_LEVELS = 8
HEAT_SIDE, HEAT_SIDE_OF_MANY = 28, 18
HEAT_LABELS, HEAT_SLANTED = 132, 104
LONGEST_NAME = 20


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
        return _nothing()
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
    drawing = _plot(
        SafeString(_y_axis(0, most, whole=True) + bars + _bin_axis(edges)),
        histogram_sentence(edges, counts),
        is_linked=bool(links),
    )
    words = (
        [_linked(text, link) for (text, _), link in zip(bins, links, strict=True)] if links else [b[0] for b in bins]
    )
    table = [(text, count(rows)) for text, (_, rows) in zip(words, bins, strict=True)]
    return _figure(drawing, (x_title, y_title), _numbers((x_title or "Range", y_title), table))


def _histogram_bar(x: float, width: float, share: float, words: str, link: str) -> SafeString:
    bar = format_html(
        '<rect class="chart__bar" x="{}%" width="{}%" y="{}" height="{}"><title>{}</title></rect>',
        f"{x:.2f}",
        f"{width:.2f}",
        *_column(share),
        words,
    )
    return format_html('<a href="{}" tabindex="-1">{}</a>', link, bar) if link else bar


def _linked(words: str, link: str) -> SafeString | str:
    return format_html('<a href="{}">{}</a>', link, words) if link else words


def _column(share: float) -> tuple[str, str]:
    height = max(share * PLOT_HEIGHT, 1)
    return f"{PLOT_HEIGHT - height:.1f}", f"{height:.1f}"


def bars(items: Iterable[Mapping[str, Any]], *, whole: float | None = None) -> SafeString:
    """Horizontal bars with their labels and values in words: `[{"label", "value", "text", "lead"}]`.

    `text` is what is shown for the value, `lead` picks one bar out; `whole` is the value of a full bar (the greatest
    by default). Values below zero have no length.
    """
    items = list(items)
    full = whole if whole is not None else max((item["value"] for item in items), default=0)
    if not items:
        return _nothing()
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


def confusion(labels: Sequence[Any], matrix: Sequence[Sequence[int]]) -> SafeString:
    """A confusion matrix, rows actual and columns predicted, as a table shaded by the share of its row."""
    if not labels:
        return _nothing()
    shown = min(len(labels), MOST_CLASSES)
    head = format_html_join(
        "", '<th scope="col"><span class="clip">{}</span></th>', ((name,) for name in labels[:shown])
    )
    body = format_html_join(
        "",
        '<tr><th scope="row"><span class="clip">{}</span></th>{}</tr>',
        ((labels[i], _heat_row(i, matrix[i][:shown], sum(matrix[i]))) for i in range(shown)),
    )
    cut = f" The first {shown} of {len(labels)} classes are shown." if shown < len(labels) else ""
    return format_html(
        '<p class="heat__words">Each row is a true class, each column what the model said; shares are of the row.{}</p>'
        '<div class="heat-box" tabindex="0" role="region" aria-label="Confusion matrix"><table class="heat"><thead>'
        "<tr><td></td>{}</tr></thead><tbody>{}</tbody></table></div>",
        cut,
        head,
        body,
    )


def _heat_row(row: int, cells: Sequence[int], total: int) -> SafeString:
    return format_html_join(
        "",
        '<td class="heat__cell heat__cell--{} {}">{}<span class="heat__share">{}</span></td>',
        (
            (
                math.ceil(HEAT_LEVELS * rows / total) if total else 0,
                "heat__cell--right" if column == row else "heat__cell--wrong",
                count(rows),
                percent(rows / total, 0) if total else "",
            )
            for column, rows in enumerate(cells)
        ),
    )


def associations(names: Sequence[str], values: Sequence[Sequence[float]], *, with_numbers: bool = True) -> SafeString:
    """How closely columns go together in 0..1, each pair once, as squares that are darker the closer they go.

    The squares of one shade are one path: some hundred shapes of their own would make the page heavy, and so do the
    numbers, which a page may leave out and offer one click away.
    """
    if len(names) < 2:
        return _nothing()
    side = HEAT_SIDE if len(names) <= 24 else HEAT_SIDE_OF_MANY
    shades: dict[int, list[str]] = {}
    for row in range(1, len(names)):
        for column in range(row):
            shade = math.ceil(HEAT_LEVELS * values[row][column] - 1e-9)
            shades.setdefault(shade, []).append(f"M{column} {row - 1}h1v1h-1z")
    size = side * (len(names) - 1)
    drawing = format_html(
        '<svg class="pairs" width="{}" height="{}" viewBox="{} -4 {} {}" role="img" aria-label="{}">'
        '<g transform="scale({})">{}</g><g class="chart__tick" text-anchor="end">{}{}</g></svg>',
        *(size + HEAT_LABELS, size + HEAT_SLANTED),
        *(-HEAT_LABELS, size + HEAT_LABELS, size + HEAT_SLANTED),
        _pairs_sentence(names, values),
        side,
        format_html_join(
            "",
            '<path class="pairs__shade pairs__shade--{}" d="{}"/>',
            ((shade, "".join(squares)) for shade, squares in sorted(shades.items())),
        ),
        format_html_join(
            "",
            '<text x="-8" y="{}">{}</text>',
            ((row * side - side // 2 + 4, _short(name)) for row, name in enumerate(names) if row),
        ),
        format_html_join(
            "",
            '<text transform="translate({} {}) rotate(-50)">{}</text>',
            ((column * side + side // 2 + 4, size + 12, _short(name)) for column, name in enumerate(names[:-1])),
        ),
    )
    return format_html(
        '<div class="heat-box" tabindex="0" role="region" aria-label="Associations">{}</div>{}',
        drawing,
        _pairs_table(names, values) if with_numbers else "",
    )


def _pairs_sentence(names: Sequence[str], values: Sequence[Sequence[float]]) -> str:
    closest = max(((values[row][at], at, row) for row in range(len(names)) for at in range(row)), default=(0, 0, 0))
    value, first, second = closest
    return (
        f"Associations of {len(names)} columns; {_short(names[first])} and {_short(names[second])} go together most "
        f"closely, with {number(value, 2)}."
    )


def _pairs_table(names: Sequence[str], values: Sequence[Sequence[float]]) -> SafeString:
    head = format_html_join("", '<th scope="col">{}</th>', ((_short(name),) for name in names))
    body = format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        (
            (_short(name), format_html_join("", "<td>{}</td>", ((f"{value:.2f}",) for value in row)))
            for name, row in zip(names, values, strict=True)
        ),
    )
    return format_html(
        '<div class="heat-box chart__numbers" tabindex="0" role="region" aria-label="Associations in numbers">'
        '<table class="chart__table"><thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table></div>',
        head,
        body,
    )


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def scatter(
    actual: Sequence[float],
    predicted: Sequence[float],
    *,
    x_title: str = "Actual",
    y_title: str = "Predicted",
) -> SafeString:
    """Predicted against actual values with the line on which a perfect model would put them."""
    if not actual or len(actual) != len(predicted):
        return _nothing()
    step = math.ceil(len(actual) / MOST_POINTS)
    points = list(zip(actual, predicted, strict=True))[::step]
    low, high = min(map(min, points)), max(map(max, points))
    dots = format_html_join(
        "",
        '<circle class="chart__dot" cx="{}%" cy="{}" r="2.5"/>',
        ((f"{100 * _place(x, low, high):.1f}", f"{PLOT_HEIGHT * (1 - _place(y, low, high)):.1f}") for x, y in points),
    )
    line = f'<line class="chart__identity" x1="0" y1="{PLOT_HEIGHT}" x2="100%" y2="0"/>'
    note = (
        f"{count(len(points))} of {count(len(actual))} held-out rows"
        if step > 1
        else f"{count(len(points))} held-out rows"
    )
    drawing = _plot(
        SafeString(_y_axis(low, high) + SafeString(line) + dots + _x_axis(low, high)),
        f"Predicted against actual values of {note}, {number(low)} to {number(high)}; nearer to the line is better.",
    )
    table = [(number(x), number(y)) for x, y in points[:50]]
    return _figure(drawing, (f"{x_title} · {note}", y_title), _numbers((x_title, y_title), table))


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


def _place(value: float, low: float, high: float) -> float:
    """Where `value` lies between `low` and `high`, in 0..1; halved first, so that huge spans stay finite."""
    span = high / 2 - low / 2
    return (value / 2 - low / 2) / span if span > 0 else 0.5


def _y_axis(low: float, high: float, *, whole: bool = False) -> SafeString:
    return format_html_join(
        "",
        '<line class="chart__grid" x1="0" x2="100%" y1="{0}" y2="{0}"/>'
        '<text class="chart__tick" x="-8" y="{0}" dy="4" text-anchor="end">{1}</text>',
        (
            (f"{PLOT_HEIGHT * (1 - _place(tick, low, high)):.1f}", short(tick))
            for tick in nice_ticks(low, high, whole=whole)
        ),
    )


def _bin_axis(edges: Sequence[Edge]) -> SafeString:
    """Whole numbers under the middle of their bars; otherwise round numbers, or the first and last day."""
    wholes = [whole_number(low, high) for low, high in pairwise(edges)]
    if None not in wholes:
        step = math.ceil(len(wholes) / MOST_TICKS)
        return _x_ticks(
            (100 * (place + 0.5) / len(wholes), "middle", short(whole))
            for place, whole in list(enumerate(wholes))[::step]
        )
    low, high = edges[0], edges[-1]
    if isinstance(low, str) or isinstance(high, str):
        return _x_ticks([(0, "start", edge(low)), (100, "end", edge(high))])
    return _x_axis(low, high)


def _x_axis(low: float, high: float) -> SafeString:
    places = [(_place(tick, low, high), tick) for tick in nice_ticks(low, high)]
    return _x_ticks(
        (100 * place, "start" if place < 0.04 else "end" if place > 0.96 else "middle", short(tick))
        for place, tick in places
    )


def _x_ticks(ticks: Iterable[tuple[float, str, str]]) -> SafeString:
    return format_html_join(
        "",
        '<text class="chart__tick" x="{}%" y="{}" text-anchor="{}">{}</text>',
        ((f"{x:.1f}", PLOT_HEIGHT + 18, anchor, text) for x, anchor, text in ticks),
    )


def _plot(inner: SafeString, sentence: str, *, is_linked: bool = False) -> SafeString:
    """The drawing with the sentence that says it; an image may hold no links, so with some it is told beside it."""
    return format_html(
        '<div class="chart__plot">{}<svg class="chart__svg" width="100%" height="{}" {}>{}</svg></div>',
        format_html('<span class="visually-hidden">{}</span>', sentence) if is_linked else "",
        PLOT_HEIGHT + 24,
        SafeString('aria-hidden="true"') if is_linked else format_html('role="img" aria-label="{}"', sentence),
        inner,
    )


def _figure(drawing: SafeString, titles: tuple[str, str], table: SafeString) -> SafeString:
    x_title, y_title = titles
    return format_html(
        '<figure class="chart"><div class="chart__title">{}</div>{}<figcaption class="chart__title chart__title--x">{}'
        "</figcaption>{}</figure>",
        y_title,
        drawing,
        x_title,
        table,
    )


def _numbers(head: tuple[str, str], rows: Sequence[tuple[str, str]]) -> SafeString:
    return format_html(
        '<details class="more chart__numbers"><summary>Show the numbers</summary><table class="chart__table">'
        '<thead><tr><th scope="col">{}</th><th scope="col">{}</th></tr></thead><tbody>{}</tbody></table></details>',
        *head,
        format_html_join("", "<tr><td>{}</td><td>{}</td></tr>", rows),
    )


def _nothing() -> SafeString:
    return SafeString('<p class="chart__none">There are no values to draw.</p>')
