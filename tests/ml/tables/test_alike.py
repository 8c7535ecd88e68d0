"""Many columns worked out as one list give what each would give alone."""

from pathlib import Path

import duckdb
import pytest

from ml.tables.alike import each_column
from ml.tables.duck import connect


def test_few_columns_have_expressions_of_their_own():
    assert each_column(["{v}", "{v} + {p}"], "t") == "SELECT c0 AS c0, c1 + 1 AS c1 FROM t"


def test_many_columns_of_several_templates_keep_their_places(tmp_path):
    width = 150
    templates = [("{v}", "upper({v})", "concat({v}, {p})")[place % 3] for place in range(width)]
    values = ", ".join(f"'a{place}' AS c{place}" for place in range(width))
    with connect(Path(tmp_path)) as connection:
        connection.execute(f"CREATE TABLE t AS SELECT {values}")

        found = connection.sql(each_column(templates, "t"))

        assert found.columns == [f"c{place}" for place in range(width)]
        assert found.fetchall()[0][:3] == ("a0", "A1", "a22")
        assert found.fetchall()[0][147:] == ("a147", "A148", "a149149")


def test_many_columns_keep_gaps_and_the_order_of_rows(tmp_path):
    width = 60
    cells = ", ".join(f"CASE WHEN range % 7 <> {place} THEN range::VARCHAR END AS c{place}" for place in range(width))
    with connect(Path(tmp_path)) as connection:
        connection.execute(f"CREATE TABLE t AS SELECT {cells} FROM range(10000)")

        found = connection.sql(each_column(["try_cast({v} AS BIGINT)"] * width, "t")).fetchall()

    assert [row[3] for row in found] == [None if row % 7 == 3 else row for row in range(10_000)]


def test_an_error_names_the_place_of_its_column(tmp_path):
    template = "CASE WHEN {v} = 'x' THEN error(concat('wrong in ', {p}, left({v}, 0))) ELSE {v} END"
    cells = ", ".join(f"'{'x' if place == 77 else 'y'}' AS c{place}" for place in range(90))
    with connect(Path(tmp_path)) as connection, pytest.raises(duckdb.Error, match="wrong in 77"):
        connection.execute(each_column([template] * 90, f"(SELECT {cells})")).fetchall()
