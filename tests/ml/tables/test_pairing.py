"""Two chosen columns: which picture suits them, and whether its figures are right."""

import json

import numpy as np
import pytest

from ml.errors import BadInput
from ml.tables.associating import association_matrix
from ml.tables.pairing import pair
from ml.tables.sampling import sample_columns


@pytest.fixture
def paired(read):
    """Call it with the lines of a table, the header first; it pairs the columns `x` and `y`, or those named."""

    def of_lines(lines, x="x", y="y"):
        table = read("\n".join(lines) + "\n")
        found = pair(table.path, table.summary.columns, x, y)
        json.dumps(found, allow_nan=False)
        return found

    return of_lines


def lines(*columns, header="x,y"):
    return [header, *(",".join(str(value) for value in row) for row in zip(*columns, strict=True))]


def test_few_rows_are_points(paired):
    found = paired(["x,y,z", "1.5,4,a", "2.5,3,b", ",9,a", "3.5,1,b"])

    assert (found["kind"], found["points"]) == ("points", [[1.5, 4.0], [2.5, 3.0], [3.5, 1.0]])
    assert (found["rows"], found["exact"], found["sample_rows"], found["used_rows"]) == (4, True, None, 3)
    assert found["association"] == {"measure": "spearman", "value": -1.0}


def test_many_rows_are_counted_in_squares(paired):
    rising = [place % 10 for place in range(1000)]

    found = paired(lines(rising, [3 * value for value in rising]))

    squares = found["squares"]
    assert squares["x_edges"] == [place - 0.5 for place in range(11)]
    assert [sum(step) for step in zip(*squares["counts"], strict=True)] == [100] * 10
    assert (sum(map(sum, squares["counts"])), squares["beyond"]) == (1000, 0)
    assert found["association"]["value"] == 1.0


def test_outliers_do_not_squeeze_the_rest_and_are_counted(paired):
    amounts = [place / 1000 for place in range(1000)]

    found = paired(lines([*amounts, 1e9], [*amounts, 0.5]))

    assert found["squares"]["x_edges"][-1] < 1
    assert found["squares"]["beyond"] == 1001 - sum(map(sum, found["squares"]["counts"])) > 0


def test_wholes_further_apart_than_squares_share_them_evenly(paired):
    found = paired(lines([*range(600)] * 2, [place % 2 for place in range(1200)]))

    edges = found["squares"]["x_edges"]
    assert set(np.diff(edges)) == {15.0}
    assert (edges[0], len(edges)) == (-0.5, 41)


@pytest.mark.parametrize(("x", "y", "amounts"), [("x", "y", "x"), ("y", "x", "y")])
def test_amounts_by_category_are_boxes_whichever_comes_first(paired, x, y, amounts):
    rows = lines([1, 2, 3, 4, 5, 10, 20, 30], ["a"] * 5 + ["b"] * 3)

    found = paired(rows, x, y)

    assert found["boxes"]["amounts"] == amounts
    assert found["boxes"]["groups"] == [
        {"value": "a", "count": 5, "min": 1.0, "q1": 2.0, "median": 3.0, "q3": 4.0, "max": 5.0},
        {"value": "b", "count": 3, "min": 10.0, "q1": 15.0, "median": 20.0, "q3": 25.0, "max": 30.0},
    ]
    assert found["association"]["measure"] == "correlation_ratio"


def test_rare_categories_are_counted_and_not_drawn(paired):
    words = [f"w{place % 15:02d}" for place in range(300)]

    found = paired(lines([*range(150)] * 2, words))["boxes"]

    assert (len(found["groups"]), found["other_values"], found["other_count"]) == (12, 3, 60)


def test_two_categories_are_shares(paired):
    found = paired(lines(["a", "a", "a", "b", ""] * 2, ["u", "u", "v", "v", "v"] * 2))

    assert found["kind"] == "shares"
    assert found["shares"] == {
        "x_values": ["a", "b"],
        "y_values": ["u", "v"],
        "counts": [[4, 2], [0, 2]],
        "totals": [6, 2],
        "other_count": 0,
    }
    assert (found["used_rows"], found["association"]["measure"]) == (8, "cramers_v")


@pytest.mark.parametrize(("step", "rows", "unit"), [("D", 60, "day"), ("M", 70, "month"), ("D", 900, "month")])
def test_an_amount_over_time_is_a_line_of_means(paired, step, rows, unit):
    days = np.arange(np.datetime64("2020-01-01", step), rows + np.datetime64("2020-01-01", step)).astype(
        "datetime64[D]"
    )

    found = paired(lines(days, [place + 0.5 for place in range(rows)]))

    assert (found["kind"], found["means"]["dates"], found["means"]["unit"]) == ("means", "x", unit)
    assert found["means"]["periods"][0]["start"] == "2020-01-01"
    assert sum(period["count"] for period in found["means"]["periods"]) == rows


def test_weeks_begin_on_monday_and_empty_ones_are_left_out(paired):
    days = np.datetime64("2024-01-03") + np.array([0, 1, 2, 3, 5, 6, 300, 301])

    means = paired(lines(days, [1.5, 3.5, 2, 2, 4, 6, 8, 9]))["means"]

    assert means["unit"] == "week"
    assert [(period["start"], period["mean"]) for period in means["periods"]] == [
        ("2024-01-01", 2.25),
        ("2024-01-08", 5.0),
        ("2024-10-28", 8.5),
    ]


def test_dates_against_dates_are_drawn_as_dates(paired):
    found = paired(["x,y", "2024-01-01,2024-02-01", "2024-01-03,2024-02-02", "2024-01-09,2024-02-09"])

    assert found["points"][0] == ["2024-01-01T00:00:00", "2024-02-01T00:00:00"]


@pytest.mark.parametrize(
    ("x", "y", "attr", "words"),
    [
        ("X", "b", "x", "did you mean 'x'"),
        ("x", "x", "y", "Choose two different columns."),
        ("x", "note", "y", "note is free text"),
        ("key", "x", "x", "key is an id"),
        ("x", "none", "y", "none has no value to draw."),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(read, x, y, attr, words):
    notes = ["a", "of", "words", "nobody", "has", "written", "before"]
    rows = [f"{place % 7},b{place % 2},K{place:05d},{' '.join(notes)} {place} times over,," for place in range(60)]
    table = read("\n".join(["x,b,key,note,none,", *rows]) + "\n")

    with pytest.raises(BadInput, match=words) as refusal:
        pair(table.path, table.summary.columns, x, y)

    assert refusal.value.attr == attr


def test_a_long_table_is_sampled_and_says_so_as_the_map_of_all_does(read):
    random = np.random.default_rng(3)
    x = random.normal(size=60_000).round(3)
    table = read("\n".join(lines(x, (-x + random.normal(size=60_000)).round(3))) + "\n")

    found = pair(table.path, table.summary.columns, "x", "y")

    sample = sample_columns(table.path, table.summary.columns, [0, 1], most_rows=50_000)
    assert (found["rows"], found["exact"], found["sample_rows"]) == (60_000, False, sample.rows)
    assert -found["association"]["value"] == pytest.approx(association_matrix(sample.columns)[0, 1], abs=1e-6)


@pytest.mark.parametrize("values", [[-1e300, 0.5, 1e300], [7.0, 7.0, 7.0], [1e-300, 2e-300, 0.0]])
def test_extreme_amounts_have_figures_too(paired, values):
    found = paired(lines(values * 200, [place % 3 + 0.5 for place in range(600)]))

    assert sum(map(sum, found["squares"]["counts"])) + found["squares"]["beyond"] == 600


def test_one_row_has_a_picture_and_no_association(paired):
    found = paired(["x,y", "1.5,2.5"])

    assert (found["points"], found["association"]["value"]) == ([[1.5, 2.5]], None)
