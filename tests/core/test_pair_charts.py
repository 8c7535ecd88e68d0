"""Charts of two columns: what each kind draws, says in words, and lists in numbers."""

import pytest

from core import charts
from tests.core.test_charts import HOSTILE, label, parsed, words


def pair(kind, figures, x="x", y="y"):
    return charts.pair({"x": {"name": x}, "y": {"name": y}, "kind": kind, kind: figures})


def box(value, low, high):
    return {"value": value, "count": 4, "min": low, "q1": low + 1, "median": low + 2, "q3": low + 3, "max": high}


SQUARES = {"x_edges": [-0.5, 0.5, 1.5], "y_edges": [0.0, 2.0, 4.0], "counts": [[9, 0], [0, 1]], "beyond": 3}
SHARES = {"x_values": ["a", True], "y_values": ["u"], "counts": [[1], [2]], "totals": [4, 2], "other_count": 7}
PERIODS = [{"start": f"2024-0{month}-01", "count": month, "mean": month / 2} for month in (1, 2, 3, 8)]


def test_points_draw_each_row_and_list_the_first():
    chart = pair("points", [[float(place), "2024-01-02T00:00:00"] for place in range(60)])

    assert sum(path.get("d").count("M") for path in parsed(chart).iter("path")) == 60
    assert len(parsed(chart).findall(".//tbody/tr")) == 50
    assert "The first 50 of 60 rows." in words(chart)
    assert label(chart) == "60 rows as dots: x from 0 to 59 across, y from 2024-01-02 to 2024-01-02 up."


def test_squares_are_darker_the_fuller_and_stand_from_below():
    chart = pair("squares", SQUARES)

    drawn = {path.get("class").split("--")[1]: path.get("d") for path in parsed(chart).iter("path")}
    assert drawn == {"8": "M0 1h.92", "3": "M1 0h.92"}
    assert label(chart).endswith("most rows, 9, are where x is 0 and y is 0 to 2.")
    assert "3 rows of outliers beyond the picture." in words(chart)


def test_boxes_name_their_categories_with_counts_and_quartiles():
    chart = pair("boxes", {"amounts": "x", "groups": [box("a", 1, 9), box(HOSTILE, 3, 8)]})

    assert label(chart) == "x by y, 2 boxes: the median goes from 3 (a) to 5 (<script>alert(1)</s…)."
    assert [cell.text for cell in parsed(chart).findall(".//tbody/tr")[0]] == ["a", "4", "1", "2", "3", "4", "9"]
    assert "<script>" not in chart


def test_a_line_that_outliers_carry_out_of_the_picture_has_no_end():
    whole, cut = (pair("boxes", {"amounts": "y", "groups": [box("a", 1, high)]}) for high in (9, 1000))

    assert [str(chart).count("chart__whisker") for chart in (whole, cut)] == [3, 2]


def test_shares_are_of_their_row_and_keep_what_is_not_shown():
    chart = pair("shares", SHARES)

    cells = [" ".join(cell.itertext()) for cell in parsed(chart).findall(".//tbody/tr/td")]
    assert cells == ["25% 1", "75% 3", "4", "100% 2", "0% 0", "2"]
    assert "7 rows with other values of x are not shown." in words(chart)


def test_the_line_of_means_breaks_where_periods_have_no_row():
    chart = pair("means", {"dates": "y", "unit": "month", "periods": PERIODS})

    line = next(path.get("d") for path in parsed(chart).iter("path") if path.get("class") == "chart__line")
    assert (line.count("M"), line.count("L")) == (2, 2)
    assert label(chart).startswith("Mean of x by month, 2024-01-01 to 2024-08-01: from 0.5 to 4")


@pytest.mark.parametrize(
    ("kind", "figures"),
    [
        ("points", []),
        ("squares", {**SQUARES, "counts": [[0, 0], [0, 0]]}),
        ("boxes", {"amounts": "x", "groups": []}),
        ("shares", {**SHARES, "x_values": []}),
        ("means", {"dates": "x", "unit": "day", "periods": []}),
    ],
)
def test_where_no_row_has_both_values_there_is_nothing_to_draw(kind, figures):
    assert words(pair(kind, figures)) == "There are no values to draw."


@pytest.mark.parametrize(
    ("kind", "figures"),
    [
        ("points", [[1.0, 2.0]]),
        ("squares", SQUARES),
        ("boxes", {"amounts": "x", "groups": [box(HOSTILE, 1, 5)]}),
        ("shares", {**SHARES, "x_values": [HOSTILE, "b"]}),
        ("means", {"dates": "x", "unit": "month", "periods": PERIODS}),
    ],
)
def test_names_never_become_markup(kind, figures):
    chart = pair(kind, figures, x=HOSTILE, y=f'"{HOSTILE}')

    assert "<script>" not in chart
    assert "alert(1)" in words(chart)


def test_the_map_of_all_leads_a_click_to_its_pair():
    chart = charts.associations(["a", "b", "c"], [[1, 0, 0], [0, 1, 0], [0, 0, 1]], link="?pair=")

    link = next(node for node in parsed(chart).iter("a"))
    image = link.find("img")
    assert (link.get("href"), link.get("tabindex"), image.get("width"), "ismap" in image.attrib) == (
        "?pair=", "-1", "56", True
    )  # fmt: skip
    assert [charts.pair_at(x, y, 3) for x, y in ((1, 1), (1, 29), (29, 29), (29, 1), (999, 999))] == [
        (0, 1), (0, 2), (1, 2), None, None
    ]  # fmt: skip
