"""How closely each two of many columns go together."""

import math
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.charts.drawing import HEAT_LEVELS, nothing, shortened
from core.templatetags.format import number

HEAT_SIDE, HEAT_SIDE_OF_MANY = 28, 18
HEAT_LABELS, HEAT_SLANTED = 132, 104
TRANSPARENT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def associations(
    names: Sequence[str], values: Sequence[Sequence[float]], *, with_numbers: bool = True, link: str = ""
) -> SafeString:
    """How closely columns go together in 0..1, each pair once, as squares that are darker the closer they go.

    The squares of one shade are one path of wide strokes: some hundred shapes of their own would make the page heavy,
    and so do the numbers, which a page may leave out and offer one click away.

    With `link`, a square leads the pointer to that address with `?` and the place of the click in the map at its end,
    as one image does for all of them; `pair_at` tells which columns lie there.
    """
    if len(names) < 2:
        return nothing()
    side = _side(len(names))
    shades: dict[int, list[str]] = {}
    for row in range(1, len(names)):
        for column in range(row):
            shade = math.ceil(HEAT_LEVELS * values[row][column] - 1e-9)
            shades.setdefault(shade, []).append(f"M{column} {row - 1}h.9")
    size = side * (len(names) - 1)
    drawing = format_html(
        '<svg class="pairs" width="{}" height="{}" viewBox="{} -4 {} {}" role="img" aria-label="{}">'
        '<g transform="scale({}) translate(.05 .5)">{}</g><g class="chart__tick" text-anchor="end">{}{}</g></svg>',
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
            ((row * side - side // 2 + 4, shortened(name)) for row, name in enumerate(names) if row),
        ),
        format_html_join(
            "",
            '<text transform="translate({} {}) rotate(-50)">{}</text>',
            ((column * side + side // 2 + 4, size + 12, shortened(name)) for column, name in enumerate(names[:-1])),
        ),
    )
    return format_html(
        '<div class="heat-box" tabindex="0" role="group" aria-label="Associations"><div class="pairs-box">{}{}'
        "</div></div>{}",
        drawing,
        _clicks(link, size) if link else "",
        _pairs_table(names, values) if with_numbers else "",
    )


def pair_at(x: int, y: int, columns: int) -> tuple[int, int] | None:
    """The places of the two columns whose square lies at this point of a map of so many; None outside of it.

    >>> pair_at(0, 0, 3), pair_at(30, 40, 3), pair_at(30, 2, 3), pair_at(0, 99, 3)
    ((0, 1), (1, 2), None, None)
    """
    side = _side(columns)
    column, row = x // side, y // side + 1
    return (column, row) if 0 <= column < row < columns else None


def _side(columns: int) -> int:
    return HEAT_SIDE if columns <= 24 else HEAT_SIDE_OF_MANY


def _clicks(link: str, size: int) -> SafeString:
    """An image over the map that sends where it was clicked; a keyboard finds the pairs in lists instead."""
    return format_html(
        '<a href="{}" tabindex="-1" aria-hidden="true"><img class="pairs-box__clicks" src="{}" alt="" width="{size}" '
        'height="{size}" ismap="ismap"/></a>',
        link,
        TRANSPARENT,
        size=size,
    )


def _pairs_sentence(names: Sequence[str], values: Sequence[Sequence[float]]) -> str:
    closest = max(((values[row][at], at, row) for row in range(len(names)) for at in range(row)), default=(0, 0, 0))
    value, first, second = closest
    return (
        f"Associations of {len(names)} columns; {shortened(names[first])} and {shortened(names[second])} go together "
        f"most closely, with {number(value, 2)}."
    )


def _pairs_table(names: Sequence[str], values: Sequence[Sequence[float]]) -> SafeString:
    head = format_html_join("", '<th scope="col">{}</th>', ((shortened(name),) for name in names[:-1]))
    body = format_html_join(
        "",
        '<tr><th scope="row">{}</th>{}</tr>',
        (
            (
                shortened(names[row]),
                format_html_join(
                    "", "<td>{}</td>", ((f"{value:.2f}".removeprefix("0"),) for value in values[row][:row])
                ),
            )
            for row in range(1, len(names))
        ),
    )
    return format_html(
        '<div class="heat-box chart__numbers" tabindex="0" role="group" aria-label="Associations in numbers">'
        '<table class="chart__table"><thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table></div>',
        head,
        body,
    )
