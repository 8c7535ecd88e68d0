"""Statistics of columns: those of pandas, exact, ready for JSON."""

import json
import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ml.schema import Column, Dtype, Role
from ml.tables.frames import load_frame
from ml.tables.profiling import profile_table


def profile_of(table):
    profile = profile_table(table.path, table.summary.columns)
    json.dumps(profile, allow_nan=False)
    return {column["name"]: column for column in profile}


@pytest.fixture
def profile_numbers(tmp_path):
    """Call it with the numbers of one stored column."""

    def profile(numbers):
        pq.write_table(pa.table({"c0": pa.array(numbers, pa.float64())}), tmp_path / "t.parquet")
        column = Column(name="x", dtype=Dtype.NUMBER, role=Role.FEATURE, missing=0, unique=0)
        found = profile_table(tmp_path / "t.parquet", [column])[0]
        json.dumps(found, allow_nan=False)
        return found

    return profile


def test_profile_of_numbers_equals_pandas_and_numpy(read):
    random = np.random.default_rng(7)
    values = pd.Series(np.where(random.random(5000) < 0.1, np.nan, random.normal(1e6, 3, 5000)))
    table = read("x,i\n" + "".join(f"{'' if math.isnan(v) else repr(v)},{i % 321}\n" for i, v in enumerate(values)))

    found = profile_of(table)["x"]

    assert [found[key] for key in ("mean", "std", "min", "max")] == pytest.approx(
        [values.mean(), values.std(), values.min(), values.max()], rel=1e-9
    )
    assert list(found["quantiles"].values()) == pytest.approx(
        values.quantile([0.05, 0.25, 0.5, 0.75, 0.95]).tolist(), rel=1e-9
    )
    counts, edges = np.histogram(values.dropna(), bins=20)
    assert found["histogram"] == {"edges": pytest.approx(edges.tolist()), "counts": counts.tolist()}
    assert (found["missing"], found["unique"]) == (values.isna().sum(), values.nunique())
    assert found["share_missing"] == pytest.approx(values.isna().mean())


def test_profile_of_few_integers_has_one_bin_each(read):
    found = profile_of(read("x,y\n3,a\n1,b\n3,a\n,a\n"))["x"]

    assert found["histogram"] == {"edges": [0.5, 1.5, 2.5, 3.5], "counts": [1, 0, 2]}
    assert found["top_values"] == [{"value": 3, "count": 2}, {"value": 1, "count": 1}]
    assert (found["min"], found["max"], found["quantiles"]["0.5"]) == (1, 3, 3.0)


def test_profile_of_words_counts_the_most_frequent(read):
    words = [*["b"] * 5, *["a"] * 5, *[f"w{i:02d}" for i in range(15)]]

    found = profile_of(read("x,y\n" + "".join(f"{word},{i % 2}\n" for i, word in enumerate(words))))["x"]

    assert found["top_values"][:3] == [
        {"value": "a", "count": 5},
        {"value": "b", "count": 5},
        {"value": "w00", "count": 1},
    ]
    assert (len(found["top_values"]), found["other_count"], found["unique"]) == (10, 7, 17)
    assert [found[key] for key in ("mean", "std", "min", "max", "quantiles", "histogram")] == [None] * 6


def test_profile_of_dates_speaks_iso(read):
    found = profile_of(read("x,y\n2020-01-01,a\n2020-01-03,b\n2020-01-21,a\n"))["x"]

    assert (found["min"], found["max"]) == ("2020-01-01T00:00:00", "2020-01-21T00:00:00")
    assert found["quantiles"]["0.25"] == "2020-01-02T00:00:00"
    assert found["histogram"]["edges"][:2] == ["2020-01-01T00:00:00", "2020-01-02T00:00:00"]
    assert found["histogram"]["counts"] == [1, 0, 1, *[0] * 16, 1]
    assert found["top_values"][0] == {"value": "2020-01-01T00:00:00", "count": 1}
    assert found["mean"] is None


def test_profile_of_booleans_and_ids(read):
    table = read("flag,n\n" + "".join(f"{str(i % 3 == 0).lower()},{i}\n" for i in range(30)))

    found = profile_of(table)

    assert found["flag"]["top_values"] == [{"value": False, "count": 20}, {"value": True, "count": 10}]
    assert (found["n"]["dtype"], found["n"]["min"], found["n"]["max"]) == ("id", 0, 29)


def test_profile_of_two_rows_empty_and_constant_columns(read):
    found = profile_of(read("a,none,same,n\nx,,5,1\ny,,5,2\n"))

    assert (found["none"]["missing"], found["none"]["unique"], found["none"]["top_values"]) == (2, 0, [])
    assert found["none"]["histogram"] is None
    assert found["same"]["histogram"] == {"edges": [4.5, 5.5], "counts": [2]}
    assert (found["same"]["mean"], found["same"]["std"]) == (5.0, 0.0)
    assert found["n"]["std"] == pytest.approx(math.sqrt(0.5))


def test_profile_of_one_number_has_no_deviation(profile_numbers):
    found = profile_numbers([2.5, None])

    assert (found["mean"], found["std"], found["quantiles"]["0.95"]) == (2.5, None, 2.5)
    assert found["histogram"] == {"edges": [2.0, 3.0], "counts": [1]}


def test_profile_of_the_largest_numbers_stays_finite(profile_numbers):
    found = profile_numbers([1.7e308, -1.7e308, 1.6e308, 0.0])

    assert found["mean"] == pytest.approx(4e307)
    assert found["std"] == pytest.approx(float(np.std(np.array([1.7, -1.7, 1.6, 0.0]), ddof=1)) * 1e308)
    assert sum(found["histogram"]["counts"]) == 4


@pytest.mark.parametrize(
    "numbers", [[1e16, 1e16 + 2, 1e16 + 4], [1e20, 1e20], [0.0, 5e-324], [-1e300] * 3, [1e-300, 1e300]]
)
def test_profile_of_numbers_at_the_end_of_precision_has_all_counts(profile_numbers, numbers):
    assert sum(profile_numbers(numbers)["histogram"]["counts"]) == len(numbers)


def test_profile_of_the_largest_integers_has_all_counts(read):
    found = profile_of(read(f"x,y\n{2**63 - 1},a\n{2**63 - 2},b\n{2**63 - 2},b\n"))["x"]

    assert (found["min"], found["max"]) == (2**63 - 2, 2**63 - 1)
    assert sum(found["histogram"]["counts"]) == 3


def test_profile_counts_every_value_at_its_edge(profile_numbers):
    values = [i / 10 for i in range(21)]

    found = profile_numbers(values)

    assert found["histogram"]["counts"] == np.histogram(values, bins=20)[0].tolist()


def test_profile_cuts_long_texts(read):
    found = profile_of(read(f"a,b\n{'x' * 500},1\ny,2\n"))["a"]

    assert max(len(one["value"]) for one in found["top_values"]) == 200


def test_profile_takes_many_columns_a_few_at_a_time(read):
    width = 130
    rows = [",".join(str(i * j % 17) for j in range(width)) for i in range(50)]
    table = read(",".join(f"x{j}" for j in range(width)) + "\n" + "\n".join(rows) + "\n")

    found = profile_table(table.path, table.summary.columns)

    frame = load_frame(table.path, table.summary.columns, table.names)
    assert [column["name"] for column in found] == table.names
    assert [column["mean"] for column in found] == pytest.approx(frame.mean().tolist())


def test_profile_of_texts_tells_their_length(read):
    texts = ["one two three four", "fünf sechs sieben acht", "nine ten eleven twelve", "a very long text of words"]
    found = profile_of(read("x,y\n" + "".join(f"{text},{i % 2}\n" for i, text in enumerate(texts))))

    assert found["x"]["length"] == {"min": 18, "mean": 21.75, "max": 25}
    assert found["y"]["length"] is None


def test_profile_of_dates_tells_their_gaps(read):
    days = ["2020-01-01", "2020-01-01", "2020-01-02", "2020-01-03", "2020-01-10", "2020-01-17", "2020-01-18"]
    found = profile_of(read("x,y\n" + "".join(f"{day},{i % 2}\n" for i, day in enumerate(days))))

    assert found["x"]["range_days"] == 17
    assert found["x"]["gaps"] == {
        "longest_days": 7,
        "start": "2020-01-03T00:00:00",
        "end": "2020-01-10T00:00:00",
        "usual_step_days": 1,
        "usual_share": 0.6,
    }
    assert (found["y"]["gaps"], found["y"]["range_days"]) == (None, None)


def test_profile_of_one_date_has_no_gaps(read):
    found = profile_of(read("x,y\n2020-01-01,a\n2020-01-01,b\n"))["x"]

    assert (found["gaps"], found["range_days"]) == (None, 0)


def test_profile_counts_outliers_beyond_the_fences_of_tukey(profile_numbers):
    values = [*np.random.default_rng(1).normal(50, 5, 1000).tolist(), 500.0, -60.0, 72.5]
    first, third = np.quantile(values, [0.25, 0.75])

    found = profile_numbers(values)["outliers"]

    near = [first - 1.5 * (third - first), third + 1.5 * (third - first)]
    far = [first - 3 * (third - first), third + 3 * (third - first)]
    assert [found["low"], found["high"]] == pytest.approx(near, rel=1e-9)
    assert found["count"] == sum(not near[0] <= value <= near[1] for value in values)
    assert found["far"] == sum(not far[0] <= value <= far[1] for value in values)


@pytest.mark.parametrize("numbers", [[1.0] * 8 + [2.0, 3.0], [1e308, -1e308, 1.5e308, -1.5e308], [4.0]])
def test_profile_has_no_outliers_where_fences_have_no_width(profile_numbers, numbers):
    assert profile_numbers(numbers)["outliers"] is None


def test_profile_of_words_made_of_numbers_measures_nothing(tmp_path):
    pq.write_table(pa.table({"c0": [1, 2, 2, None]}), tmp_path / "t.parquet")
    column = Column(name="x", dtype=Dtype.CATEGORY, role=Role.FEATURE, missing=1, unique=2)

    found = profile_table(tmp_path / "t.parquet", [column])[0]

    assert found["top_values"] == [{"value": 2, "count": 2}, {"value": 1, "count": 1}]
    assert [found[key] for key in ("mean", "min", "quantiles", "histogram", "outliers")] == [None] * 5


def test_profile_reports_every_column_once_done(read):
    table = read("a,b,c\n1,x,0.5\n2,y,1.5\n")
    said = []

    profile_table(table.path, table.summary.columns, report=lambda *counts: said.append(counts))

    assert said == sorted(said)
    assert (said[-1], {unit for _, _, unit in said}) == ((3, 3, "column"), {"column"})


def test_profile_of_two_thousand_columns_fits_into_memory(tmp_path):
    width, rows = 2000, 5000
    random = np.random.default_rng(0)
    pq.write_table(pa.table({f"c{i}": random.random(rows) for i in range(width)}), tmp_path / "t.parquet")
    columns = [
        Column(name=f"x{i}", dtype=Dtype.NUMBER, role=Role.FEATURE, missing=0, unique=rows) for i in range(width)
    ]

    found = profile_table(tmp_path / "t.parquet", columns)

    assert [sum(one["histogram"]["counts"]) for one in found] == [rows] * width


def test_a_long_table_is_profiled_as_pandas_would(tmp_path):
    rows = 250_000
    random = np.random.default_rng(0)
    values = pd.Series(np.where(random.random(rows) < 0.1, np.nan, random.lognormal(3, 1, rows).round(2)))
    pq.write_table(
        pa.table({"c0": pa.array(values, from_pandas=True), "c1": pa.nulls(rows, pa.int64())}), tmp_path / "t"
    )
    columns = [
        Column(name=name, dtype=Dtype.NUMBER, role=Role.FEATURE, missing=0, unique=2) for name in ("x", "nothing")
    ]

    found, nothing = profile_table(tmp_path / "t", columns)

    counts, edges = np.histogram(values.dropna(), bins=20)
    top = values.value_counts().sort_index().sort_values(ascending=False, kind="stable").head(10)
    assert [found[key] for key in ("mean", "std", "min", "max")] == pytest.approx(
        [values.mean(), values.std(), values.min(), values.max()], rel=1e-9
    )
    assert list(found["quantiles"].values()) == pytest.approx(
        values.quantile([0.05, 0.25, 0.5, 0.75, 0.95]).tolist(), rel=1e-9
    )
    assert found["histogram"] == {"edges": pytest.approx(edges.tolist()), "counts": counts.tolist()}
    assert found["top_values"] == [{"value": value, "count": count} for value, count in top.items()]
    assert (found["missing"], found["unique"]) == (values.isna().sum(), values.nunique())
    assert (nothing["missing"], nothing["histogram"], nothing["top_values"]) == (rows, None, [])
