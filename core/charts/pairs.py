"""Two columns against each other, as whichever chart suits them."""

from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString

from core.charts.boxes import boxes
from core.charts.means import means
from core.charts.points import points
from core.charts.shares import shares
from core.charts.squares import squares


def pair(found: Mapping[str, Any]) -> SafeString:
    """`{"x": {"name"}, "y": {"name"}, "kind"}` and the figures of that kind under its name.

    Points and squares have x across, shares have it down; amounts by category and over time lie as suits them best.
    """
    x, y, figures = str(found["x"]["name"]), str(found["y"]["name"]), found[found["kind"]]
    match found["kind"]:
        case "points":
            return points(figures, x_title=x, y_title=y)
        case "squares":
            return squares(figures, x_title=x, y_title=y)
        case "shares":
            return shares(figures, x_title=x, y_title=y)
        case "boxes":
            amounts, words = (x, y) if figures["amounts"] == "x" else (y, x)
            return boxes(figures["groups"], x_title=amounts, y_title=words)
        case _:
            dates, amounts = (x, y) if figures["dates"] == "x" else (y, x)
            return means(figures["periods"], unit=figures["unit"], x_title=dates, y_title=amounts)
