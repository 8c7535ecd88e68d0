"""An amount or a date by category: quartiles as boxes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.charts.axes import amount, axis_across, share_between
from core.charts.drawing import figure, nothing, numbers, plot, shortened
from core.sparks import Edge
from core.templatetags.format import cell, count, edge, plural

ROW_HEIGHT = 36

_FIGURES = ("min", "q1", "median", "q3", "max")
_STRETCHED = 4  # a picture that outliers would stretch to so many times its width ends before them
_FENCE = 1.5  # interquartile ranges beyond the quartiles (Tukey 1977)


def boxes(groups: Sequence[Mapping[str, Any]], *, x_title: str, y_title: str) -> SafeString:
    """A box for each group, `{"value", "count", "min", "q1", "median", "q3", "max"}`, with the amounts across.

    Lines reach from the least value to the greatest; one that outliers carry out of the picture has no end.
    """
    if not groups:
        return nothing()
    low, high = _view(groups)
    height = ROW_HEIGHT * len(groups)
    rows = format_html_join("", "{}", ((_row(place, group, low, high),) for place, group in enumerate(groups)))
    middles = sorted(groups, key=lambda group: amount(group["median"]))
    drawing = plot(
        SafeString(rows + axis_across(low, high, height=height)),
        f"{x_title} by {y_title}, {plural(len(groups), 'box,boxes')}: the median goes from "
        f"{edge(middles[0]['median'])} ({shortened(cell(middles[0]['value']))}) to "
        f"{edge(middles[-1]['median'])} ({shortened(cell(middles[-1]['value']))}).",
        height=height,
        is_named=True,
    )
    table = [
        (cell(group["value"]), count(group["count"]), *(edge(group[name], 5) for name in _FIGURES)) for group in groups
    ]
    head = (y_title, "rows", "least", "a quarter below", "median", "three quarters below", "greatest")
    return figure(drawing, (x_title, y_title), numbers(head, table))


def _row(place: int, group: Mapping[str, Any], low: Edge, high: Edge) -> SafeString:
    middle = ROW_HEIGHT * place + ROW_HEIGHT // 2
    at = {name: f"{100 * share_between(group[name], low, high):.2f}" for name in _FIGURES}
    ends = [at[name] for name, end in (("min", low), ("max", high)) if _is_within(group[name], low, high)]
    return format_html(
        '<g><title>{words}</title><text class="chart__name" x="-8" y="{name_y}" text-anchor="end">{name}</text>'
        '<text class="chart__tick" x="-8" y="{count_y}" text-anchor="end">{rows}</text>'
        '<line class="chart__whisker" x1="{least}%" x2="{greatest}%" y1="{middle}" y2="{middle}"/>{ends}'
        '<rect class="chart__box" x="{q1}%" width="{width}%" y="{top}" height="18"/>'
        '<line class="chart__median" x1="{median}%" x2="{median}%" y1="{top}" y2="{bottom}"/></g>',
        words=f"{cell(group['value'])}: {plural(group['count'], 'row')}, median {edge(group['median'])}",
        name=shortened(cell(group["value"])),
        rows=plural(group["count"], "row"),
        name_y=middle - 1,
        count_y=middle + 12,
        middle=middle,
        top=middle - 9,
        bottom=middle + 9,
        least=at["min"],
        greatest=at["max"],
        q1=at["q1"],
        median=at["median"],
        width=f"{max(float(at['q3']) - float(at['q1']), 0.1):.2f}",
        ends=format_html_join(
            "",
            '<line class="chart__whisker" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}"/>',
            ((end, middle - 4, middle + 4) for end in ends),
        ),
    )


def _is_within(value: Edge, low: Edge, high: Edge) -> bool:
    return amount(low) <= amount(value) <= amount(high)


def _view(groups: Sequence[Mapping[str, Any]]) -> tuple[Edge, Edge]:
    """From where to where the boxes are shown."""
    low = min((group["min"] for group in groups), key=amount)
    high = max((group["max"] for group in groups), key=amount)
    if isinstance(low, str) or isinstance(high, str):
        return low, high
    fences = [(group["q3"] - group["q1"]) * _FENCE for group in groups]
    near = min(group["q1"] - fence for group, fence in zip(groups, fences, strict=True))
    far = max(group["q3"] + fence for group, fence in zip(groups, fences, strict=True))
    if near < far and high - low > _STRETCHED * (far - near):
        return max(low, near), min(high, far)
    return low, high
