"""Charts as SVG and HTML made on the server, coloured by classes, so that themes, print and a strict policy just work.

Horizontal places are percentages and text keeps its size, so a chart fits any width without a script. Every function
returns safe markup: labels are escaped, and what is drawn is also there as a sentence and as numbers.
"""

from core.charts.axes import nice_ticks
from core.charts.confusions import MOST_CLASSES, confusion
from core.charts.curves import curves
from core.charts.drawing import key
from core.charts.histograms import histogram
from core.charts.maps import associations, pair_at
from core.charts.pairs import pair
from core.charts.points import points
from core.charts.rows_of_bars import bars, class_bars, compare_bars, distribution, value_bars
from core.charts.scatters import MOST_POINTS, scatter
from core.charts.spreads import spreads

__all__ = [
    "MOST_CLASSES",
    "MOST_POINTS",
    "associations",
    "bars",
    "class_bars",
    "compare_bars",
    "confusion",
    "curves",
    "distribution",
    "histogram",
    "key",
    "nice_ticks",
    "pair",
    "pair_at",
    "points",
    "scatter",
    "spreads",
    "value_bars",
]
