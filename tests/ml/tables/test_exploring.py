"""A table as a whole: repeated rows, associations, and warnings with their remedies."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ml.schema import Column, Dtype, Role
from ml.tables.exploring import explore_table
from ml.tables.profiling import profile_table


def explored(path, columns, **options):
    found = explore_table(path, columns, profile=profile_table(path, columns), **options)
    json.dumps(found, allow_nan=False)
    return found


@pytest.fixture
def explore(tmp_path):
    """Call it with `name=(values, dtype)` for each column."""

    def written(named, **options):
        path = tmp_path / "t.parquet"
        arrays = {f"c{place}": pa.array(values, from_pandas=True) for place, (values, _) in enumerate(named.values())}
        pq.write_table(pa.table(arrays), path)
        columns = []
        for array, (name, (_, dtype)) in zip(arrays.values(), named.items(), strict=True):
            unique = len(array.drop_null().unique())
            role = Role.ID if dtype == "id" else Role.CONSTANT if unique <= 1 else Role.FEATURE
            missing = array.null_count
            columns.append(Column(name=name, dtype=Dtype(dtype), role=role, missing=missing, unique=unique))
        return explored(path, columns, **options)

    return written


def codes(found):
    return {warning["code"]: warning["columns"] for warning in found["warnings"]}


def warning(found, code):
    return next(each for each in found["warnings"] if each["code"] == code)


def test_repeated_rows_are_those_of_pandas(explore):
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"a": random.integers(0, 9, 500), "b": random.choice(["x", None], 500)}, dtype=object)

    found = explore({"a": (frame["a"].tolist(), "integer"), "b": (frame["b"].tolist(), "category")})

    assert found["duplicates"] == {"rows": int(frame.duplicated().sum()), "exact": True}
    assert warning(found, "duplicates")["remedy"] is None


def test_values_that_change_places_are_no_repeated_rows(explore):
    found = explore({"a": ([1, 2, None], "integer"), "b": ([2, 1, None], "integer")})

    assert found["duplicates"]["rows"] == 0


def test_associations_name_their_columns_and_what_is_left_out(explore):
    rows = 60
    words = [f"text number {i} of many" for i in range(rows)]
    found = explore(
        {
            "id": (list(range(rows)), "id"),
            "same": ([1] * rows, "integer"),
            "text": (words, "text"),
            "n": ([i % 7 for i in range(rows)], "integer"),
            "word": (["ab"[i % 7 > 3] for i in range(rows)], "category"),
            "when": (pa.array(range(rows), pa.timestamp("us")), "datetime"),
        }
    )["associations"]

    assert (found["columns"], found["left_out"]) == (["n", "word", "when"], ["id", "same", "text"])
    assert found["kinds"] == ["numbers", "words", "numbers"]
    assert (found["exact"], found["sample_rows"]) == (True, None)
    matrix = np.array(found["values"])
    assert (matrix.shape, np.diag(matrix).tolist()) == ((3, 3), [1, 1, 1])
    assert np.array_equal(matrix, matrix.T)
    assert matrix[0, 1] > 0.8


def test_a_large_table_is_sampled_the_same_way_every_time(explore):
    random = np.random.default_rng(0)
    x = random.normal(size=80_000)
    named = {"x": (x.tolist(), "number"), "y": ((x + random.normal(size=80_000)).tolist(), "number")}

    first, second = explore(named)["associations"], explore(named)["associations"]

    assert (first["exact"], 48_000 < first["sample_rows"] <= 50_000) == (False, True)
    assert first == second
    assert first["values"][0][1] == pytest.approx(0.69, abs=0.02)


def test_no_more_than_forty_columns_are_associated(explore):
    random = np.random.default_rng(0)
    said = []

    found = explore(
        {f"x{i}": (random.normal(size=40).tolist(), "number") for i in range(45)},
        report=lambda *counts: said.append(counts),
    )["associations"]

    assert (len(found["columns"]), found["left_out"]) == (40, [f"x{i}" for i in range(40, 45)])
    assert said == [(i + 1, 40, "column") for i in range(40)]


def test_warnings_name_columns_and_remedies(explore):
    rows = 400
    random = np.random.default_rng(1)
    x = random.normal(50, 5, rows)
    found = explore(
        {
            "row id": (list(range(rows)), "id"),
            "nothing": ([None] * rows, "category"),
            "same": ([1] * rows, "integer"),
            "x": (x.tolist(), "number"),
            "x again": ((x * 2.54).tolist(), "number"),
            "gaps": ([1.5 * (i % 7) if i % 3 == 0 else None for i in range(rows)], "number"),
            "years": ([*[20 + i % 60 for i in range(rows - 3)], 999, 999, 999], "integer"),
            "spoilt": ([*[str(i % 30) for i in range(rows - 1)], "twelve"], "category"),
            "names": ([f"n{i // 2}" for i in range(rows)], "category"),
            "born": (
                pa.array([*[i * 86_400_000_000 for i in range(rows - 1)], -(10**16)], pa.timestamp("us")),
                "datetime",
            ),
            "<script>": (["yes", "no"] * (rows // 2), "boolean"),
        }
    )

    assert codes(found) == {
        "empty": ["nothing"],
        "near_copy": ["x", "x again"],
        "disguised_missing": ["years"],
        "mostly_missing": ["gaps"],
        "another_type": ["spoilt"],
        "far_dates": ["born"],
        "constant": ["same"],
        "id": ["row id"],
        "outliers": ["years"],
        "rare_categories": ["names"],
    }
    assert [each["severity"] for each in found["warnings"]] == ["warning"] * 6 + ["info"] * 4
    assert warning(found, "near_copy")["remedy"] == {"kind": "exclude", "columns": ["x again"]}
    marked = {"kind": "mark_missing", "columns": ["years"], "values": [999]}
    assert warning(found, "disguised_missing")["remedy"] == marked
    assert warning(found, "another_type")["remedy"] == {"kind": "retype", "columns": ["spoilt"], "dtype": "number"}
    assert warning(found, "outliers")["remedy"] == {"kind": "clip_outliers", "columns": ["years"]}
    assert warning(found, "far_dates")["remedy"] is None


def test_numbers_beyond_what_models_compute_with_are_warned_of(explore):
    found = explore(
        {
            "kept": ([1e30, *range(30)], "number"),
            "huge": ([-1e31, *range(30)], "number"),
            "when": (pa.array(range(31), pa.timestamp("us")), "datetime"),
        }
    )

    assert warning(found, "huge_numbers")["columns"] == ["huge"]
    assert warning(found, "huge_numbers")["detail"] == (
        "“huge” has numbers beyond ±1e+30. The table keeps them, but models compute with ±1e+30 instead: look at those "
        "rows, or give the column in another unit."
    )


def test_an_honest_table_has_no_warnings(explore):
    random = np.random.default_rng(2)
    found = explore(
        {
            "age": (random.integers(18, 100, 500).tolist(), "integer"),
            "price": (random.gamma(3, 20, 500).round(2).tolist(), "number"),
            "town": (random.choice(["Bern", "Rome", "Oslo"], 500).tolist(), "category"),
            "code": ([f"{i % 40:04}" for i in range(500)], "category"),
            "when": (pa.array(range(0, 500 * 10**9, 10**9), pa.timestamp("us")), "datetime"),
        }
    )

    assert found["warnings"] == []


def test_start_and_end_are_no_copies_though_they_rise_together(explore):
    start = np.arange(100) * 10**11
    times = [pa.array(start + extra, pa.timestamp("us")) for extra in (0, 10**9, 0)]

    found = explore({name: (at, "datetime") for name, at in zip(["start", "end", "begin"], times, strict=True)})

    assert [each["columns"] for each in found["warnings"]] == [["start", "begin"]]


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_tiny_tables_are_explored(explore, rows):
    found = explore({"a": ([1.5] * rows, "number"), "b": (["x", "y"][:rows], "category")})

    assert found["duplicates"]["rows"] == 0


def test_many_columns_with_one_fault_are_one_warning(explore):
    found = explore({f"x{i}": ([7] * 40, "integer") for i in range(9)})

    assert warning(found, "constant")["columns"] == [f"x{i}" for i in range(9)]
    assert warning(found, "constant")["detail"] == (
        "“x0”, “x1”, “x2”, “x3”, “x4” and 4 others never change, so nothing can be learnt; leave them out."
    )
