"""The charts of `core.charts` and `core.sparks` as template tags."""

from django import template

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
):
    register.simple_tag(_chart)
