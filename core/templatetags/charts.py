"""The charts of `core.charts` and `core.sparks` as template tags."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString

from core import charts, sparks

register = template.Library()

for _chart in (
    sparks.spark_histogram,
    sparks.spark_bars,
    sparks.share_line,
    sparks.signal_bar,
    sparks.column_spark,
    sparks.column_profile,
    charts.histogram,
    charts.bars,
    charts.value_bars,
    charts.compare_bars,
    charts.distribution,
    charts.class_bars,
    charts.confusion,
    charts.scatter,
    charts.curves,
    charts.points,
    charts.spreads,
):
    register.simple_tag(_chart)

register.simple_tag(charts.associations, name="associations_map")
register.simple_tag(charts.pair, name="pair_chart")
register.simple_tag(charts.key, name="chart_key")


@register.simple_tag
def share_track(share: float) -> SafeString:
    """A bar of a table's cell filled to `share` in 0..1; the number stands beside it."""
    return sparks.track(share, name="track", height=8)


@register.simple_tag
def linked_histogram(profile: Mapping[str, Any], bins: Sequence[Mapping[str, Any]]) -> SafeString:
    """A column's histogram at full size, each bin a way to its `url`."""
    shape = profile["histogram"]
    links = [each["url"] for each in bins]
    return charts.histogram(shape["edges"], shape["counts"], x_title=str(profile.get("name", "")), links=links)
