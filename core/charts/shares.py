"""Two columns of categories: how the rows of each value of one are shared among the values of the other."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.charts.drawing import HEAT_LEVELS, nothing
from core.templatetags.format import cell, count, percent, plural

OTHER = "other values"


def shares(figures: Mapping[str, Any], *, x_title: str, y_title: str) -> SafeString:
    """`{"x_values", "y_values", "counts", "totals", "other_count"}` as a table, x down and y across."""
    if not figures["x_values"]:
        return nothing()
    rows = list(zip(figures["x_values"], figures["counts"], figures["totals"], strict=True))
    has_rest = any(total > sum(cells) for _, cells, total in rows)
    names = [cell(value) for value in figures["y_values"]] + ([OTHER] if has_rest else [])
    head = format_html_join("", '<th scope="col"><span class="clip" title="{0}">{0}</span></th>', ((n,) for n in names))
    body = format_html_join(
        "",
        '<tr><th scope="row"><span class="clip" title="{0}">{0}</span></th>{1}<td class="heat__total">{2}</td></tr>',
        (
            (cell(value), _cells([*cells, total - sum(cells)] if has_rest else cells, total), count(total))
            for value, cells, total in rows
        ),
    )
    rest = figures["other_count"]
    left_out = f" {plural(rest, 'row')} with other values of {x_title} {'is' if rest == 1 else 'are'} not shown."
    return format_html(
        '<p class="heat__words">Each row is a value of {x}, each column one of {y}; shares are of the row.{left_out}'
        "</p>"
        '<div class="heat-box" tabindex="0" role="group" aria-label="Shares of {y} by {x}"><table class="heat"><thead>'
        '<tr><td></td>{head}<th scope="col">rows</th></tr></thead><tbody>{body}</tbody></table></div>',
        x=x_title,
        y=y_title,
        left_out=left_out if rest else "",
        head=head,
        body=body,
    )


def _cells(counts: Sequence[int], total: int) -> SafeString:
    return format_html_join(
        "",
        '<td class="heat__cell heat__cell--share heat__cell--{}">{}<span class="heat__share">{}</span></td>',
        ((math.ceil(HEAT_LEVELS * rows / total), percent(rows / total, 0), count(rows)) for rows in counts),
    )
