"""How well a column alone predicts a target, against scikit-learn, and which columns know too much."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn import datasets
from sklearn.metrics import roc_auc_score

from ml.errors import BadInput
from ml.schema import Column, Dtype, Role, Task
from ml.tables.relating import relate

ROWS = 400


@pytest.fixture
def random():
    return np.random.default_rng(5)


@pytest.fixture
def related(tmp_path):
    """Call it with `name=(values, dtype)` for each column; it relates them all with the column `y`."""

    def write(task=None, target="y", **named):
        arrays = {f"c{place}": pa.array(values, from_pandas=True) for place, (values, _) in enumerate(named.values())}
        pq.write_table(pa.table(arrays), tmp_path / "t.parquet")
        columns = [
            Column(
                name=name,
                dtype=Dtype(dtype),
                role=Role.ID if dtype == "id" else Role.FEATURE,
                missing=array.null_count,
                unique=len(array.drop_null().unique()),
            )
            for array, (name, (_, dtype)) in zip(arrays.values(), named.items(), strict=True)
        ]
        found = relate(tmp_path / "t.parquet", columns, target, task)
        json.dumps(found, allow_nan=False)
        return found

    return write


def relations(found):
    return {one["column"]: one for one in found["relations"]}


def test_the_wider_a_table_the_fewer_rows_are_looked_at(related, random):
    x, y = random.normal(size=10_100).round(2), random.integers(0, 2, 10_100)

    found = related(y=(y, "integer"), **{f"x{place}": (x, "number") for place in range(399)})

    assert found["exact"] is False
    assert 9_000 < found["sample_rows"] <= 10_000


def test_numbers_in_order_have_the_gini_of_roc_auc(related, random):
    y = random.integers(0, 2, ROWS)
    x = -np.round(3 * y + random.normal(0, 1, ROWS), 1)

    found = relations(related(y=(y.tolist(), "integer"), x=(x.tolist(), "number")))

    assert found["x"]["gini"] == pytest.approx(abs(2 * roc_auc_score(y, x) - 1), abs=1e-6)


def test_classes_count_by_their_share_against_the_rest(related, random):
    y = random.choice(["a", "b", "c"], ROWS, p=[0.5, 0.3, 0.2])
    x = (y == "a") * 4 + (y == "b") * 2 + random.normal(0, 0.3, ROWS)

    found = related(y=(y.tolist(), "category"), x=(x.tolist(), "number"))

    ordered = {name: abs(2 * roc_auc_score(y == name, x) - 1) for name in "abc"}
    least = sum(np.mean(y == name) * (ordered[name] if name != "b" else 0) for name in "abc")
    assert (found["task"], found["exact"], found["sample_rows"]) == ("classification", True, None)
    assert least < relations(found)["x"]["gini"] <= 1


def test_amounts_have_the_gini_correlation(related, random):
    y = random.gamma(2, 10, ROWS)
    x = y + random.normal(0, 5, ROWS)

    found = related(y=(y.tolist(), "number"), x=(x.tolist(), "number"))

    ranks = {name: np.argsort(np.argsort(values)) for name, values in (("x", x), ("y", y))}
    gini = np.cov(y, ranks["x"])[0, 1] / np.cov(y, ranks["y"])[0, 1]
    assert found["task"] == "regression"
    assert relations(found)["x"]["gini"] == pytest.approx(gini, abs=1e-6)


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_what_knows_nothing_beforehand_does_not_shine(related, random, task):
    numbers = random.normal(size=ROWS)
    y = (numbers.tolist(), "number") if task == "regression" else ((numbers > 0).tolist(), "boolean")
    found = relations(
        related(
            y=y,
            noise=(random.normal(size=ROWS).tolist(), "number"),
            name=([f"n{i}" for i in random.permutation(ROWS)], "category"),
            rare=([f"r{i // 2}" for i in random.permutation(ROWS)], "category"),
            code=([f"A-{i}" for i in range(ROWS)], "id"),
            number=(random.permutation(ROWS).tolist(), "id"),
            same=([1] * ROWS, "integer"),
        )
    )

    assert {name: one["verdict"] for name, one in found.items()} == dict.fromkeys(found, "none")
    assert found["name"]["gini"] == found["code"]["gini"] == found["same"]["gini"] == 0


@pytest.mark.parametrize("kind", ["boolean", "category", "number", "grades"])
def test_a_planted_copy_is_left_out(related, random, kind):
    y = {
        "boolean": random.random(ROWS) < 0.1,
        "category": random.choice(["a", "b", "c"], ROWS),
        "number": random.normal(size=ROWS),
        "grades": random.integers(1, 6, ROWS),
    }[kind]
    dtype = "integer" if kind == "grades" else kind
    copy = (y * 1.8 + 32).tolist() if kind in {"number", "grades"} else [f"it is {value}" for value in y]

    found = relations(
        related(y=(y.tolist(), dtype), copy=(copy, "number" if kind in {"number", "grades"} else "category"))
    )["copy"]

    assert (found["leak"], found["near_copy"], found["verdict"]) == ("exclude", True, "strong")
    assert found["gini"] == pytest.approx(1, abs=1e-6)


def test_a_copy_with_gaps_and_a_late_fact_are_found(related, random):
    y = random.integers(0, 2, 2000)
    gaps = [None if gap else f"was {value}" for value, gap in zip(y, random.random(2000) < 0.05, strict=True)]
    late = np.where(random.random(2000) < 0.06, 1 - y, y)

    found = relations(related(y=(y.tolist(), "integer"), gaps=(gaps, "category"), late=(late.tolist(), "integer")))

    assert (found["gaps"]["leak"], found["late"]["leak"]) == ("exclude", "warn")
    assert "make sure that it is known before y is" in found["late"]["detail"]


def test_being_missing_can_tell_the_target(related, random):
    y = random.integers(0, 2, ROWS)
    x = np.where(y == 1, np.nan, random.normal(size=ROWS))

    found = relations(related(y=(y.tolist(), "integer"), x=(x.tolist(), "number")))["x"]

    assert (found["gini"], found["leak"]) == (pytest.approx(1), "exclude")


def test_dates_count_as_numbers_and_text_has_no_gini(related, random):
    y = random.integers(0, 2, ROWS)
    moments = pa.array(y * 10**12 + random.integers(0, 10**12, ROWS), pa.timestamp("us"))

    found = relations(
        related(
            y=(y.tolist(), "integer"),
            when=(moments, "datetime"),
            text=([f"some words about {i}" for i in range(ROWS)], "text"),
            nothing=([None] * ROWS, "category"),
        )
    )

    assert found["when"]["gini"] == pytest.approx(1)
    assert [found[name]["gini"] for name in ("text", "nothing")] == [None, None]
    assert [found[name]["verdict"] for name in ("text", "nothing")] == [None, None]


def test_ids_in_the_order_of_the_target_are_found(related):
    y = ["a"] * 200 + ["b"] * 200

    found = relations(related(y=(y, "category"), row=(list(range(400)), "id")))

    assert found["row"]["leak"] == "exclude"


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes"])
def test_no_honest_column_is_excluded(related, name):
    frame = getattr(datasets, f"load_{name}")(as_frame=True).frame.rename(columns={"target": "y"})
    dtypes = {column: "integer" if frame[column].dtype.kind == "i" else "number" for column in frame}

    found = relations(related(**{column: (frame[column].tolist(), dtypes[column]) for column in frame}))

    assert [column for column, one in found.items() if one["leak"] == "exclude"] == []
    assert max(one["gini"] for one in found.values()) > 0.5
    if name == "iris":
        assert found["petal width (cm)"]["leak"] == "warn"


def test_relations_come_in_the_order_of_columns_and_repeat(related, random):
    named = {name: (random.normal(size=30).tolist(), "number") for name in ("b", "y", "<script>", "c1'\"")}

    first = related(**named)

    assert [one["column"] for one in first["relations"]] == ["b", "<script>", "c1'\""]
    assert first == related(**named)


def test_a_large_table_is_sampled(related, random):
    y = random.integers(0, 2, 60_000)

    found = related(y=(y.tolist(), "integer"), x=((y + random.normal(size=60_000)).tolist(), "number"))

    assert (found["exact"], 19_000 < found["sample_rows"] <= 20_000) == (False, True)
    assert relations(found)["x"]["gini"] == pytest.approx(0.52, abs=0.02)


def test_rare_classes_do_not_hide_a_copy(related):
    y = [*["a"] * 200, *["b"] * 199, "c"]

    found = relations(related(y=(y, "category"), copy=([value * 2 for value in y], "category")))

    assert found["copy"]["leak"] == "exclude"


@pytest.mark.parametrize(
    ("target", "task", "attr"),
    [
        ("Y", None, "target"),
        ("", None, "target"),
        ("when", None, "target"),
        ("code", None, "target"),
        ("same", None, "target"),
        ("word", Task.REGRESSION, "task"),
    ],
)
def test_what_no_model_predicts_is_refused(related, target, task, attr):
    with pytest.raises(BadInput) as refusal:
        related(
            task=task,
            target=target,
            y=([1, 2] * 20, "integer"),
            when=(pa.array(range(40), pa.timestamp("us")), "datetime"),
            code=([f"c{i}" for i in range(40)], "id"),
            same=([1] * 40, "integer"),
            word=(["a", "b"] * 20, "category"),
        )

    assert refusal.value.attr == attr


def test_missing_targets_are_left_out(related, random):
    y = random.integers(0, 2, ROWS)
    gaps = random.random(ROWS) < 0.5
    x = y + random.normal(size=ROWS)

    found = relations(
        related(
            y=([None if gap else int(value) for value, gap in zip(y, gaps, strict=True)], "integer"),
            x=(x.tolist(), "number"),
        )
    )

    assert found["x"]["gini"] == pytest.approx(2 * roc_auc_score(y[~gaps], x[~gaps]) - 1, abs=0.05)
