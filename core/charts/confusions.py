"""What was true against what a model said."""

import math
from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.charts.drawing import HEAT_LEVELS, nothing
from core.templatetags.format import count, percent

MOST_CLASSES = 20


def confusion(labels: Sequence[Any], matrix: Sequence[Sequence[int]]) -> SafeString:
    """A confusion matrix, rows actual and columns predicted, as a table shaded by the share of its row."""
    if not labels:
        return nothing()
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
        '<div class="heat-box" tabindex="0" role="group" aria-label="Confusion matrix"><table class="heat"><thead>'
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
