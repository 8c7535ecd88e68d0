"""Charts must be well-formed whatever the data, carry their numbers, and never let a label become markup."""

from xml.etree import ElementTree

import pytest
from django.utils.safestring import SafeString

from core import charts, sparks

HOSTILE = "<script>alert(1)</script>"


def parsed(markup: SafeString) -> ElementTree.Element:
    """The markup as a tree; fails unless it is well-formed."""
    return ElementTree.fromstring(f"<div>{markup}</div>")


def words(markup: SafeString) -> str:
    return " ".join(" ".join(parsed(markup).itertext()).split())


def label(markup: SafeString) -> str:
    drawing = next(node for node in parsed(markup).iter("svg") if node.get("role") == "img")
    return drawing.get("aria-label", "")


def test_spark_histogram_says_where_most_values_lie():
    spark = sparks.spark_histogram([0.0, 10.5, 21.0], [1, 3])

    assert label(spark) == "Values from 0 to 21; the most frequent are 10.5 to 21."


def test_spark_histogram_draws_one_bar_a_filled_bin():
    spark = sparks.spark_histogram([0.0, 1.5, 3.0, 4.5], [4, 0, 2])

    assert next(parsed(spark).iter("path")).get("d", "").count("z") == 2


@pytest.mark.parametrize(("edges", "counts"), [([], []), ([1.0], []), ([0.0, 1.0], [0]), ([0.0, 1.0, 2.0], [5])])
def test_spark_histogram_of_nothing_is_empty(edges: list[float], counts: list[int]):
    assert sparks.spark_histogram(edges, counts) == ""


def test_spark_bars_share_the_width_by_counts():
    spark = sparks.spark_bars([{"value": "male", "count": 3}, {"value": "female", "count": 1}])

    parts = [node.get("width") for node in parsed(spark).iter("rect") if "spark__part" in node.get("class", "")]
    assert parts == ["75.00%", "25.00%"]
    assert label(spark) == "Most frequent: male: 75%, female: 25%."


def test_spark_bars_leave_the_rest_grey():
    spark = sparks.spark_bars([{"value": "a", "count": 1}], other_count=3)

    assert "25.00%" in spark
    assert "spark__rest" in spark


@pytest.mark.parametrize("share", [-1.0, 0.0, 0.5, 1.0, 7.0])
def test_track_never_leaves_its_box(share: float):
    part = list(parsed(sparks.share_line(share)).iter("rect"))[1]

    assert 0 <= float(part.get("width", "").rstrip("%")) <= 100


def test_column_profile_of_numbers_shows_both_ends_and_what_is_missing():
    shape = {"edges": [0.0, 40.25, 80.5], "counts": [600, 114]}
    profile = {"dtype": "number", "histogram": shape, "min": 0.42, "max": 80.0, "share_missing": 0.1987}

    assert words(sparks.column_profile(profile)) == "0.42 80 19.9% missing"


def test_column_profile_of_categories_names_the_most_frequent():
    top = [{"value": HOSTILE, "count": 3}, {"value": "b", "count": 1}]
    profile = {"dtype": "category", "histogram": None, "top_values": top, "other_count": 0, "share_missing": 0.0}

    assert words(sparks.column_profile(profile)) == f"{HOSTILE} 75% none missing"


def test_column_profile_of_an_id_draws_nothing():
    shape = {"edges": [0.5, 446.0, 891.5], "counts": [445, 446]}
    profile = {"dtype": "id", "histogram": shape, "unique": 891, "share_missing": 0.0}

    assert words(sparks.column_profile(profile)) == "891 distinct none missing"


def test_histogram_offers_its_numbers():
    chart = charts.histogram([0.0, 2.5, 5.0], [10, 1200], x_title="Age")

    cells = [node.text for node in parsed(chart).iter("td")]
    assert cells == ["0 to 2.5", "10", "2.5 to 5", "1,200"]


def test_histogram_of_few_whole_numbers_names_each():
    chart = charts.histogram([-0.5, 0.5, 1.5], [549, 342])

    ticks = [node.text for node in parsed(chart).iter("text") if node.get("text-anchor") == "middle"]
    assert ticks == ["0", "1"]
    assert label(chart) == "Values from 0 to 1; the most frequent are 0."


def test_histogram_of_dates_shows_first_and_last_day():
    chart = charts.histogram(["2017-12-01T00:00:00", "2018-06-01T12:00:00", "2018-12-01T00:00:00"], [3, 4])

    ticks = [node.text for node in parsed(chart).iter("text") if node.get("y") == "194"]
    assert ticks == ["2017-12-01", "2018-12-01"]


@pytest.mark.parametrize(
    ("edges", "counts"),
    [([5.0, 5.0], [10]), ([-1e308, 0.0, 1e308], [1, 2]), ([1e-300, 2e-300], [1]), ([0.0, 1.0], [10**15])],
)
def test_histogram_survives_extreme_numbers(edges: list[float], counts: list[int]):
    chart = charts.histogram(edges, counts)

    assert "nan" not in chart
    assert "inf" not in chart
    assert parsed(chart).find(".//svg") is not None


def test_bars_escape_labels():
    chart = charts.bars([{"label": HOSTILE, "value": 0.87, "text": "87%", "lead": True}], whole=1)

    assert "<script" not in chart
    assert words(chart) == f"{HOSTILE} 87%"


def test_bars_below_zero_have_no_length():
    chart = charts.bars([{"label": "a", "value": -0.5}, {"label": "b", "value": 2.0}])

    lengths = [node.get("width") for node in parsed(chart).iter("rect") if node.get("class") == "track__part"]
    assert lengths == ["0.0%", "100.0%"]


def test_compare_bars_measure_scores_against_one():
    chart = charts.compare_bars([{"label": "This model", "value": 0.82}, {"label": "Baseline", "value": 0.62}])

    lengths = [node.get("width") for node in parsed(chart).iter("rect") if node.get("class") == "track__part"]
    assert lengths == ["82.0%", "62.0%"]


def test_class_bars_gather_rare_values():
    top = [{"value": f"v{place}", "count": 10} for place in range(10)]
    chart = charts.class_bars({"top_values": top, "other_count": 5})

    labels = [node.text for node in parsed(chart).iter("span") if "bars__label" in node.get("class", "")]
    assert labels == [*(f"v{place}" for place in range(8)), "other values"]
    assert "25 · 23.8%" in chart


def test_confusion_marks_right_answers_and_shares_of_each_row():
    chart = charts.confusion(["died", HOSTILE], [[96, 14], [0, 0]])

    cells = [("".join(node.itertext()), node.get("class", "")) for node in parsed(chart).findall(".//tbody/tr/td")]
    assert [text for text, _ in cells] == ["9687%", "1413%", "0", "0"]
    assert ["right" in css for _, css in cells] == [True, False, False, True]


def test_confusion_of_many_classes_is_cut_and_says_so():
    labels = [str(place) for place in range(30)]
    chart = charts.confusion(labels, [[1] * 30 for _ in labels])

    assert len(parsed(chart).findall(".//tbody/tr")) == charts.MOST_CLASSES
    assert "The first 20 of 30 classes are shown." in chart


def test_scatter_draws_at_most_what_a_page_can_carry():
    values = [float(place) for place in range(10_000)]
    chart = charts.scatter(values, values)

    assert len(list(parsed(chart).iter("circle"))) <= charts.MOST_POINTS
    assert "10,000 held-out rows" in chart


def test_scatter_of_one_point_stands_in_the_middle():
    chart = charts.scatter([3.0], [3.0])

    point = next(parsed(chart).iter("circle"))
    assert (point.get("cx"), point.get("cy")) == ("50.0%", "88.0")


@pytest.mark.parametrize(
    "chart",
    [
        charts.histogram([], []),
        charts.bars([]),
        charts.compare_bars([]),
        charts.confusion([], []),
        charts.scatter([], []),
        charts.distribution({"top_values": [], "other_count": 0}),
    ],
)
def test_empty_charts_say_so(chart: SafeString):
    assert words(chart) == "There are no values to draw."


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 549, [0, 200, 400]), (0.42, 80, [20, 40, 60, 80]), (-1, 1, [-1, -0.5, 0, 0.5, 1]), (5, 5, [5])],
)
def test_nice_ticks_are_round_numbers_inside(low: float, high: float, ticks: list[float]):
    assert charts.nice_ticks(low, high) == pytest.approx(ticks)


def test_bars_of_a_column_head_lead_to_their_rows_for_the_pointer():
    spark = sparks.spark_histogram([0.0, 1.5, 3.0, 4.5], [4, 0, 2], "?bar=7.")

    links = [(node.get("href"), node.get("tabindex"), "".join(node.itertext())) for node in parsed(spark).iter("a")]
    assert links == [("?bar=7.0", "-1", "0 to 1.5 · 4"), ("?bar=7.2", "-1", "3 to 4.5 · 2")]
    assert [node.get("aria-hidden") for node in parsed(spark).iter("svg")] == ["true"]
    assert "Values from 0 to 4.5; the most frequent are 0 to 1.5." in words(spark)


def test_values_of_a_column_head_lead_to_their_rows_and_so_does_the_rest():
    top = [{"value": f"{HOSTILE}{place}", "count": 9 - place} for place in range(7)]

    links = [node.get("href") for node in parsed(sparks.spark_bars(top, 3, "?bar=2.")).iter("a")]

    assert links == ["?bar=2.0", "?bar=2.1", "?bar=2.2", "?bar=2.3", "?bar=2.4", "?bar=2.o5"]


def test_missing_of_a_column_head_lead_to_their_rows():
    profile = {"dtype": "text", "histogram": None, "top_values": [], "unique": 3, "share_missing": 0.25}

    assert [node.get("href") for node in parsed(sparks.column_profile(profile, "?bar=1.")).iter("a")] == ["?bar=1.m"]
    assert list(parsed(sparks.column_profile(profile)).iter("a")) == []


def test_histogram_with_links_has_them_among_its_numbers():
    chart = charts.histogram([0.0, 1.5, 3.0], [4, 0], x_title=HOSTILE, links=["/a?x=1&y=2", "/b"])

    links = [(node.get("href"), node.get("tabindex")) for node in parsed(chart).iter("a")]
    assert links == [("/a?x=1&y=2", "-1"), ("/a?x=1&y=2", None), ("/b", None)]


def test_associations_draw_each_pair_once_and_name_the_closest():
    values = [[1.0, 0.2, 0.9], [0.2, 1.0, 0.0], [0.9, 0.0, 1.0]]

    chart = charts.associations(["a", HOSTILE, "c"], values)

    assert sum(node.get("d", "").count("M") for node in parsed(chart).iter("path")) == 3
    assert label(chart) == "Associations of 3 columns; a and c go together most closely, with 0.9."
    assert [cell.text for cell in parsed(chart).iter("td")][1:] == [".20", ".90", ".00"]
    assert list(parsed(charts.associations(["a", "b"], [[1, 0], [0, 1]], with_numbers=False)).iter("td")) == []


def test_associations_of_one_column_are_nothing():
    assert "no values to draw" in charts.associations(["a"], [[1.0]])


def test_curves_name_each_line_and_mark_a_point():
    lines = [
        {"name": "<b>one</b>", "points": [(0, 0), (1, 1)], "note": "area 0.5"},
        {"name": "two", "points": [(0, 1)]},
    ]

    drawn = charts.curves(lines, x_title="across", y_title="up", diagonal=True, mark=(0.25, 0.5))

    assert drawn.count('<path class="curve') == 2
    assert "&lt;b&gt;one&lt;/b&gt;" in drawn
    assert "<b>" not in drawn
    assert 'class="chart__mark" cx="25.0%" cy="88.0"' in drawn


def test_a_line_keeps_its_colour_and_letter_where_another_has_no_points():
    lines = [{"name": "one", "points": []}, {"name": "two", "points": [(0, 0), (1, 1)], "note": "area 0.5"}]

    drawn = charts.curves(lines, x_title="across", y_title="up")

    assert 'class="curve key--2"' in drawn
    assert '<span class="key key--2" aria-hidden="true">B</span>' in drawn
    assert "key--1" not in drawn
    assert label(drawn) == "up over across: two, area 0.5, from 0 at 0 to 1 at 1."


def test_several_lines_stand_side_by_side_among_the_numbers():
    lines = [{"name": "one", "points": [(0, 0), (0, 20), (40, 40)]}, {"name": "two", "points": [(20, 10), (40, 30)]}]

    drawn = charts.curves(lines, x_title="kg", y_title="rows", across=(0, 40), up=(0, 40))

    assert [cell.text for cell in parsed(drawn).iter("th")] == ["kg", "one", "two"]
    cells = [cell.text for cell in parsed(drawn).iter("td")]
    assert (len(cells), cells[:3], cells[-3:]) == (21 * 3, ["0", "20", "–"], ["40", "40", "30"])
    assert 'd="M0 176.0L0 88.0L1000 0.0"' in drawn


def test_curves_without_a_point_say_so():
    assert "no values" in charts.curves([{"name": "one", "points": []}], x_title="across", y_title="up")


def test_spreads_place_the_dot_within_its_interval():
    drawn = charts.spreads([{"label": "<i>a</i>", "value": 0.5, "low": 0.0, "high": 1.0, "text": "0.5 ± 0.5"}])

    assert 'cx="50.0%"' in drawn
    assert 'x1="2.0%" x2="98.0%"' in drawn
    assert "&lt;i&gt;a&lt;/i&gt;" in drawn


def test_spreads_do_without_an_interval():
    drawn = charts.spreads([{"label": "a", "value": -1.0, "low": None, "high": None}, {"label": "b", "value": 1.0}])

    assert "spread__interval" not in drawn
    assert drawn.count("spread__zero") == 2


def test_spreads_bear_the_colour_and_letter_of_their_lines():
    rows = [{"label": "one", "value": 0.5, "place": 1}, {"label": "Baseline", "value": 0.4}]

    drawn = charts.spreads(rows)

    assert drawn.count('<span class="key key--2" aria-hidden="true">B</span>one') == 1
    assert 'class="spread key--2"' in drawn
    assert 'class="spread"' in drawn
