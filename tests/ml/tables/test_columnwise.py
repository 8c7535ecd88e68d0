"""Questions to many columns: the answers are the same whichever way they are asked."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ml.schema import Column, Dtype, Role
from ml.tables.columnwise import Columns
from ml.tables.duck import PLACE, connect, select
from ml.tables.profiling import profile_table


@pytest.mark.parametrize("rows", [4, 10_000_000])
def test_columns_are_asked_at_once_or_one_by_one_alike(tmp_path, rows):
    frames = {0: {"factor": 0.1, "steps": (1.0, 1e300), "none": None}, 2: {"factor": 3, "steps": (7,), "none": None}}
    parts = [PLACE, "count(*)", "sum(value * factor)", "any_value(steps[len(steps)])", "any_value(none)"]
    with connect(Path(tmp_path)) as connection:
        connection.execute("CREATE TABLE typed AS FROM (VALUES (1.0, 9, 4.0), (NULL, 9, 5.0)) AS t(c0, c1, c2)")

        found = Columns(connection, {0: "c0::DOUBLE", 2: "c2::DOUBLE"}, rows).ask(
            lambda source: f"{select(parts, source)} GROUP BY p ORDER BY p", frames
        )

    assert found == [(0, 1, 0.1, 1e300, None), (2, 2, 27.0, 7.0, None)]


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
