"""What every chart stands in: the drawing with its sentence, its titles, and its numbers one click away."""

from collections.abc import Iterable, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

PLOT_HEIGHT = 176
LONGEST_NAME = 20
CURVE_COLOURS = 5
HEAT_LEVELS = 8  # shades the style sheet knows, beside none


def plot(
    inner: SafeString, sentence: str, *, is_linked: bool = False, height: int = PLOT_HEIGHT, is_named: bool = False
) -> SafeString:
    """The drawing with the sentence that says it; an image may hold no links, so with some it is told beside it.

    `is_named` leaves room for names or dates where there are numbers otherwise.
    """
    return format_html(
        '<div class="chart__plot{}">{}<svg class="chart__svg" width="100%" height="{}" {}>{}</svg></div>',
        " chart__plot--named" if is_named else "",
        format_html('<span class="visually-hidden">{}</span>', sentence) if is_linked else "",
        height + 24,
        SafeString('aria-hidden="true"') if is_linked else format_html('role="img" aria-label="{}"', sentence),
        inner,
    )


def figure(drawing: SafeString, titles: tuple[str, str], table: SafeString) -> SafeString:
    x_title, y_title = titles
    return format_html(
        '<figure class="chart"><div class="chart__title">{}</div>{}<figcaption class="chart__title chart__title--x">{}'
        "</figcaption>{}</figure>",
        y_title,
        drawing,
        x_title,
        table,
    )


def numbers(head: Sequence[str], rows: Sequence[Sequence[str]], *, note: str = "") -> SafeString:
    """A table one click away, as wide as its head; `note` says what it leaves out."""
    return format_html(
        '<details class="more chart__numbers"><summary>Show the numbers</summary>{}<table class="chart__table">'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></details>",
        format_html('<p class="chart__note">{}</p>', note) if note else "",
        format_html_join("", '<th scope="col">{}</th>', ((each,) for each in head)),
        format_html_join("", f"<tr>{'<td>{}</td>' * len(head)}</tr>", rows),
    )


def within(shapes: SafeString, *, size: tuple[int, int], height: int = PLOT_HEIGHT) -> SafeString:
    """Shapes in units of their own, stretched over the plot: far shorter than a percentage with every shape."""
    return format_html(
        '<svg class="chart__stretched" viewBox="0 0 {} {}" preserveAspectRatio="none" width="100%" height="{}">{}'
        "</svg>",
        *size,
        height,
        shapes,
    )


def legend(lines: Iterable[tuple[int, object, str]], *, is_lettered: bool = False) -> SafeString:
    """The names of lines with the colours of their places, or with their letters too, each with a note behind it."""
    return format_html(
        '<ul class="legend">{}</ul>',
        format_html_join(
            "",
            '<li class="legend__item">{}<span class="clip">{}</span> <span class="soft">{}</span></li>',
            ((key(place) if is_lettered else _dash(place), name, note) for place, name, note in lines),
        ),
    )


def key(place: int) -> SafeString:
    """The letter of the line in this place, in its colour; to stand before its name."""
    return format_html('<span class="key key--{}" aria-hidden="true">{}</span>', colour(place), key_letter(place))


def _dash(place: int) -> SafeString:
    return format_html('<span class="legend__line key--{}"></span>', colour(place))


def colour(place: int) -> int:
    """The number of the colour of the line in this place, as the style sheet counts them."""
    return place % CURVE_COLOURS + 1


def key_letter(place: int) -> str:
    """What tells the line in this place from others without its colour: A, B, C and so on."""
    return chr(ord("A") + place % 26)


def linked(words: str, link: str) -> SafeString | str:
    return format_html('<a href="{}">{}</a>', link, words) if link else words


def shortened(name: str) -> str:
    """A name for the edge of a chart."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def nothing() -> SafeString:
    return SafeString('<p class="chart__none">There are no values to draw.</p>')
