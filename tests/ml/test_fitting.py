import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score, log_loss, mean_absolute_error, r2_score, roc_auc_score
from sklearn.model_selection import KFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, PowerTransformer, StandardScaler, TargetEncoder

from ml import artifacts
from ml.errors import CannotFit
from ml.fitting import fit
from ml.plan import make_plan
from ml.schema import Task, canonical_frame
from ml.splits import split
from ml.steps.stage import fit_steps
from ml.tables.frames import load_frame
from tests.ml.factories import INPUTS, fitted, mixed_table, stored


def quiet(_report):
    """Listen to nothing."""


def two_numbers(rows=200):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(rows, 2))
    return x, 3 * x[:, 0] - x[:, 1] + rng.normal(size=rows)


def planned(folder, values, *, target="y", algorithm="knn", dtypes=None, **wish):
    table, columns = stored(folder, [(name, (dtypes or {}).get(name, "number")) for name in values], values)
    rows = len(values[target])
    return table, make_plan(columns, rows=rows, target=target, algorithm=algorithm, **wish)


def labelled(folder, labels, dtype):
    """Fit a forest to a number that tells the labels apart and return the outcome."""
    values = {"x": [float(labels.index(label)) for label in labels], "y": labels}
    table, plan = planned(
        folder,
        values,
        algorithm="random_forest",
        dtypes={"y": dtype},
        params={"n_estimators": 5},
        task="classification",
    )
    return fit(plan, table=table, destination=folder, report=quiet)


def test_scores_equal_those_of_a_plain_script_for_amounts(tmp_path):
    x, y = two_numbers()
    table, plan = planned(tmp_path, {"a": x[:, 0], "b": x[:, 1], "y": y}, algorithm="linear")

    outcome = fit(plan, table=table, destination=tmp_path, report=quiet)

    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=42)
    predicted = LinearRegression().fit(x_train, y_train).predict(x_test)
    assert outcome.metrics["r2"] == pytest.approx(r2_score(y_test, predicted), abs=1e-9)
    assert outcome.metrics["mae"] == pytest.approx(mean_absolute_error(y_test, predicted), abs=1e-9)
    assert outcome.metrics["baseline"]["mae"] == pytest.approx(np.abs(y_test - np.median(y_train)).mean())


def test_scores_equal_those_of_a_plain_script_for_classes(tmp_path):
    x, y = two_numbers()
    happy = (y > 0.5).astype(int)
    table, plan = planned(
        tmp_path,
        {"a": x[:, 0], "b": x[:, 1], "y": happy},
        algorithm="random_forest",
        dtypes={"y": "integer"},
        params={"n_estimators": 20},
        seed=5,
    )

    outcome = fit(plan, table=table, destination=tmp_path, report=quiet)

    x_train, x_test, y_train, y_test = train_test_split(x, happy, test_size=0.2, random_state=5, stratify=happy)
    plain = RandomForestClassifier(20, random_state=5).fit(x_train, y_train)
    shares = plain.predict_proba(x_test)
    assert outcome.metrics["accuracy"] == accuracy_score(y_test, plain.predict(x_test))
    assert outcome.metrics["roc_auc"] == pytest.approx(roc_auc_score(y_test, shares[:, 1]), abs=1e-12)
    assert outcome.metrics["log_loss"] == pytest.approx(log_loss(y_test, shares), abs=1e-12)


def test_nothing_is_learnt_from_the_rows_held_out(tmp_path):
    table, columns = mixed_table(tmp_path)
    plan = make_plan(columns, rows=240, target="price", algorithm="linear", features=INPUTS)
    first = fit(plan, table=table, destination=tmp_path, report=quiet)
    clean = artifacts.load(tmp_path / "model.skops", sha256=first.sha256)
    rows = pd.read_parquet(table)
    held_out = pd.read_parquet(tmp_path / "holdout.parquet")["row"]
    rows.loc[held_out, "c0"] = 1e9
    rows.loc[held_out, "c2"] = "Atlantis"
    rows.loc[held_out, "c5"] = pd.Timestamp("1600-01-01")
    rows.loc[held_out, "c6"] = "poison"
    rows.to_parquet(table, index=False)

    second = fit(plan, table=table, destination=tmp_path, report=quiet)

    poisoned = artifacts.load(tmp_path / "model.skops", sha256=second.sha256)
    frame = canonical_frame(load_frame(table, columns, INPUTS), plan.features)
    assert np.array_equal(clean["prepare"].transform(frame), poisoned["prepare"].transform(frame))
    assert np.array_equal(clean["model"].coef_, poisoned["model"].coef_)
    assert second.input_schema == first.input_schema
    assert second.metrics != first.metrics


@pytest.mark.parametrize("algorithm", ["logistic", "random_forest", "hist_gradient_boosting"])
def test_the_same_seed_gives_the_same_model_on_any_number_of_cores(tmp_path, algorithm):
    plan, first = fitted(tmp_path, algorithm=algorithm)
    one = pd.read_parquet(tmp_path / "holdout.parquet")

    second = fit(plan, table=tmp_path / "table.parquet", destination=tmp_path, report=quiet, cores=2)

    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "holdout.parquet"), one, check_exact=True)
    assert (first.metrics, first.evaluation) == (second.metrics, second.evaluation)


def test_another_seed_holds_out_other_rows(tmp_path):
    plan, _ = fitted(tmp_path)
    values = np.array(["a", "b"] * 50)

    assert not np.array_equal(split(values, plan)[1], split(values, replace(plan, seed=7))[1])


def test_numbers_beyond_what_models_compute_with_are_told_as_on_the_dataset(tmp_path):
    x, y = two_numbers(50)
    x[3, 0], x[4, 1], y[5], y[8] = 1e31, 1e30, -1e300, np.nan
    x[8, 1] = 1e31  # of a row that is not learnt from
    table, plan = planned(tmp_path, {"a": x[:, 0], "b": x[:, 1], "y": y})
    told = []

    outcome = fit(plan, table=table, destination=tmp_path, report=told.append)

    said = (
        "“a” and “y” have numbers beyond ±1e+30. The table keeps them, but models compute with ±1e+30 instead: look at "
        "those rows, or give the column in another unit."
    )
    assert outcome.notes == ["1 of 50 rows have no value of y and were left out.", said]
    assert said in [report.message for report in told if report.kind == "log"]


def test_rows_without_a_target_are_counted_and_left_out(tmp_path):
    x, y = two_numbers(50)
    y[[3, 8]] = np.nan
    table, plan = planned(tmp_path, {"a": x[:, 0], "y": y})

    outcome = fit(plan, table=table, destination=tmp_path, report=quiet)

    assert (outcome.rows_train, outcome.rows_test) == (38, 10)
    assert outcome.notes == ["2 of 50 rows have no value of y and were left out."]
    assert {3, 8} & {*pd.read_parquet(tmp_path / "holdout.parquet")["row"]} == set()


def test_what_was_left_out_of_the_plan_is_among_the_notes(tmp_path):
    x, y = two_numbers()
    table, plan = planned(tmp_path, {"a": x[:, 0], "y": y})

    outcome = fit(replace(plan, left_out=("b knows y.",)), table=table, destination=tmp_path, report=quiet)

    assert outcome.notes == ["b knows y."]


@pytest.mark.parametrize(
    ("labels", "dtype", "classes"),
    [
        ([0, 1] * 20, "integer", [0, 1]),
        ([1, None] * 20 + [2, 2], "integer", [1, 2]),
        ([True, False] * 20, "boolean", [False, True]),
        ([True, False, None] * 20, "boolean", [False, True]),
        (["Yes", "No", " "] * 20, "boolean", ["No", "Yes"]),
        (["01", "02", ""] * 20, "category", ["01", "02"]),
        ([1.0, 2.0] * 20, "number", [1.0, 2.0]),
        ([0.5, 1.5] * 20, "number", ["0.5", "1.5"]),
    ],
)
def test_classes_come_back_as_the_table_has_them(tmp_path, labels, dtype, classes):
    outcome = labelled(tmp_path, labels, dtype)

    found = json.loads(json.dumps(outcome.output_schema["classes"]))
    assert found == classes
    assert [type(label) for label in found] == [type(label) for label in classes]


def test_classes_of_one_row_are_fitted_around(tmp_path):
    outcome = labelled(tmp_path, ["a", "b"] * 20 + ["only once"] + ["and again"], "category")

    lost = {"only once", "and again"} - {*outcome.output_schema["classes"]}
    assert outcome.notes == [
        f"{label} is in no row to learn from, so it can never be predicted." for label in sorted(lost)
    ]
    assert outcome.rows_train + outcome.rows_test == 42


def test_a_target_that_never_changes_among_the_training_rows_cannot_be_fitted(tmp_path):
    values = {"x": [float(place) for place in range(40)], "y": ["a"] * 39 + ["b"]}
    table, plan = planned(tmp_path, values, algorithm="logistic", dtypes={"y": "category"}, train_percentage=10)

    with pytest.raises(CannotFit, match="the same y, so there is nothing to tell apart"):
        fit(plan, table=table, destination=tmp_path, report=quiet)


def test_too_few_rows_cannot_be_fitted(tmp_path):
    table, plan = planned(tmp_path, {"x": [1.0, 2.0] * 10, "y": [float(place) for place in range(20)]})
    pd.read_parquet(table).head(9).to_parquet(table, index=False)

    with pytest.raises(CannotFit, match="Only 9 rows have a value of y"):
        fit(plan, table=table, destination=tmp_path, report=quiet)


def test_reports_tell_the_stages_and_count_the_trees(tmp_path):
    table, columns = mixed_table(tmp_path)
    plan = make_plan(
        columns, rows=240, target="kind", algorithm="random_forest", features=INPUTS, params={"n_estimators": 40}
    )
    reports = []

    fit(plan, table=table, destination=tmp_path, report=reports.append)

    assert [report.stage for report in reports if report.kind == "stage"] == [
        "reading",
        "preparing",
        "fitting",
        "evaluating",
        "explaining",
        "saving",
    ]
    trees = [(report.done, report.total) for report in reports if report.unit == "tree"]
    assert trees == [(done, 40) for done in (0, *range(1, 40, 2), 40)]  # one tree first, then two at a time
    shares = [report.progress for report in reports]
    assert shares == sorted(shares)
    assert all(json.dumps(report.to_json(), allow_nan=False) for report in reports)


def test_iterations_that_ran_out_are_noted(tmp_path):
    _, outcome = fitted(tmp_path, algorithm="logistic", params={"max_iter": 1})

    assert outcome.notes == ["It had not settled when its iterations ran out; more of them may do better."]


def test_an_outcome_describes_inputs_and_output(tmp_path):
    _, outcome = fitted(tmp_path, task="regression", algorithm="linear")

    fields = {field["name"]: field for field in outcome.input_schema}
    assert list(fields) == INPUTS
    assert fields["code"]["categories"] in ([1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1])
    assert {*fields["garden"]["categories"]} == {"Yes", "No"}
    assert fields["sold"]["minimum"].startswith("2023-01-0")
    assert 0.05 < fields["width"]["share_missing"] < 0.15
    assert outcome.output_schema["name"] == "price"
    assert json.loads(json.dumps(outcome.to_json(), allow_nan=False)) == outcome.to_json()


def homes(rows=400):
    """Sizes with gaps, a town with many names, a state with few, and a price that depends on all of them."""
    rng = np.random.default_rng(8)
    size, town = rng.lognormal(4, 0.5, rows), rng.integers(0, 60, rows)
    state = rng.choice(["new", "old", "ruin"], rows)
    price = 3 * size + 2 * town + 50 * (state == "new") + rng.normal(0, 10, rows)
    size[rng.random(rows) < 0.1] = np.nan
    return pd.DataFrame({"size": size, "age": rng.gamma(2, 20, rows), "town": town.astype(str), "state": state}), price


HOMES = {"town": "category", "state": "category"}
STEPS = [
    {"kind": "impute", "columns": ["size"]},
    {"kind": "scale", "columns": ["size"], "params": {"method": "minmax"}},
    {"kind": "power", "columns": ["age"]},
    {"kind": "target_encode", "columns": ["town"]},
    {"kind": "one_hot", "columns": ["state"]},
]


@pytest.mark.parametrize(("algorithm", "estimator"), [("linear", LinearRegression()), ("hist_gradient_boosting", None)])
def test_scores_with_steps_equal_those_of_a_plain_script(tmp_path, algorithm, estimator):
    x, y = homes()
    table, plan = planned(tmp_path, {**x, "y": y}, algorithm=algorithm, dtypes=HOMES, steps=STEPS)

    outcome = fit(plan, table=table, destination=tmp_path, report=quiet)

    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=42)
    script = make_pipeline(
        make_column_transformer(
            (TargetEncoder(target_type="continuous", cv=KFold(5, shuffle=True, random_state=42)), ["town"]),
            (make_pipeline(SimpleImputer(strategy="median"), MinMaxScaler()), ["size"]),
            (make_pipeline(StandardScaler(), PowerTransformer()), ["age"]),
            (OneHotEncoder(sparse_output=False), ["state"]),
        ),
        estimator or HistGradientBoostingRegressor(early_stopping=False, random_state=42),
    )
    predicted = script.fit(x_train, y_train).predict(x_test)
    assert outcome.metrics["r2"] == pytest.approx(r2_score(y_test, predicted), abs=1e-9)
    assert outcome.metrics["mae"] == pytest.approx(mean_absolute_error(y_test, predicted), abs=1e-9)


def test_no_step_learns_from_the_rows_held_out(tmp_path):
    x, y = homes()
    table, plan = planned(tmp_path, {**x, "y": y}, algorithm="linear", dtypes=HOMES, steps=STEPS)
    first = fit(plan, table=table, destination=tmp_path, report=quiet)
    clean = artifacts.load(tmp_path / "model.skops", sha256=first.sha256)
    rows = pd.read_parquet(table)
    held_out = pd.read_parquet(tmp_path / "holdout.parquet")["row"]
    rows.loc[held_out, ["c0", "c1", "c2", "c3", "c4"]] = [1e9, -1e9, "Atlantis", "poison", 1e9]
    rows.to_parquet(table, index=False)

    second = fit(plan, table=table, destination=tmp_path, report=quiet)

    poisoned = artifacts.load(tmp_path / "model.skops", sha256=second.sha256)
    frame = canonical_frame(x, plan.features)
    assert poisoned["feature_steps"].transform(frame).equals(clean["feature_steps"].transform(frame))
    assert np.array_equal(poisoned["model"].coef_, clean["model"].coef_)
    assert second.metrics != first.metrics


def coins(rows=2000):
    """A label that nothing tells, and an id that two rows share on average."""
    rng = np.random.default_rng(4)
    return {"code": rng.integers(0, rows // 2, rows).astype(str).tolist(), "y": rng.integers(0, 2, rows).tolist()}


def test_target_encoding_gives_no_row_its_own_answer(tmp_path):
    values = coins()
    table, plan = planned(
        tmp_path,
        values,
        algorithm="logistic",
        dtypes={"code": "id", "y": "integer"},
        steps=[{"kind": "target_encode", "columns": ["code"]}],
    )
    frame, happened = canonical_frame(pd.DataFrame(values), plan.features), np.array(values["y"])

    shaped = fit_steps(plan.steps, plan.features, frame, happened, task=Task.CLASSIFICATION, seed=plan.seed)
    outcome = fit(plan, table=table, destination=tmp_path, report=quiet)

    assert roc_auc_score(happened, shaped.stage.transform(frame)["code"]) > 0.85  # what would have been learnt
    assert roc_auc_score(happened, shaped.frame["code"]) < 0.55
    assert outcome.metrics["roc_auc"] == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("algorithm", ["logistic", "hist_gradient_boosting"])
def test_a_model_with_steps_is_the_same_again_and_answers_each_row_by_itself(tmp_path, algorithm):
    steps = [
        {"kind": "impute", "columns": ["width"], "params": {"indicator": True}},
        {"kind": "date_parts", "columns": ["sold"]},
        {"kind": "interactions", "columns": ["width", "rooms"]},
        {"kind": "target_encode", "columns": ["town"]},
        {"kind": "tfidf", "columns": ["advert"], "params": {"words": 5}},
    ]
    plan, first = fitted(tmp_path, algorithm=algorithm, steps=steps)
    one = pd.read_parquet(tmp_path / "holdout.parquet")

    second = fit(plan, table=tmp_path / "table.parquet", destination=tmp_path, report=quiet, cores=2)

    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "holdout.parquet"), one, check_exact=True)
    pipeline = artifacts.load(tmp_path / "model.skops", sha256=second.sha256)
    frame = canonical_frame(load_frame(tmp_path / "table.parquet", plan.columns, INPUTS), plan.features).head(30)
    alone = np.vstack([pipeline.predict_proba(frame.iloc[[row]]) for row in range(30)])
    assert pipeline.predict_proba(frame) == pytest.approx(alone, abs=1e-9)
    assert [field["name"] for field in first.input_schema] == INPUTS
