import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from ml import artifacts
from ml.errors import CannotFit
from tests.ml.fitting.tables import followed, trials, visits


def test_the_latest_rows_are_held_out(tmp_path):
    outcome, _, judged = followed(tmp_path, order_by="when")

    when = pd.Series(visits()["when"])
    assert when.drop(judged["row"]).max() < when[judged["row"]].min()
    assert len(judged) == pytest.approx(30, abs=2)
    assert outcome.notes == ["when parts the rows, so it is no feature: new rows have other values of it."]
    assert outcome.evaluation["judged_by"] == (
        f"Judged on the latest rows by when, {len(judged)} of 150, that the model has not seen."
    )


def test_rows_without_a_moment_are_left_out(tmp_path):
    values = visits()
    values["when"] = [None, *values["when"][1:-1], None]

    outcome, _, judged = followed(tmp_path, values=values, order_by="when")

    assert outcome.rows_train + outcome.rows_test == 148
    assert {0, 149} & {*judged["row"]} == set()
    assert outcome.notes[0] == "2 rows have no value of when to be ordered by, and were left out."


def test_rows_are_ordered_by_numbers_too(tmp_path):
    _, _, judged = followed(tmp_path, order_by="amount", features=["town"])

    amounts = np.array(visits()["amount"])
    assert np.delete(amounts, judged["row"]).max() < amounts[judged["row"]].min()


def test_people_are_held_out_whole(tmp_path):
    values = visits()
    values["who"] = [None, *values["who"][1:]]

    outcome, _, judged = followed(tmp_path, values=values, group_by="who", target="amount", algorithm="linear")

    who = pd.Series(values["who"])
    assert {*who[judged["row"]].dropna()} & {*who.drop(judged["row"]).dropna()} == set()
    assert outcome.notes[0] == "1 row has no value of who; each such row counts as a group of its own."
    assert len(judged.groupby("group")) == outcome.evaluation["groups"] == who[judged["row"]].nunique(dropna=False)


def test_a_column_that_parts_the_rows_may_be_a_feature(tmp_path):
    outcome, _, _ = followed(tmp_path, group_by="who", features=["size", "who"])

    assert [field["name"] for field in outcome.input_schema] == ["size", "who"]
    assert outcome.notes == []


def test_classes_weigh_the_same_as_in_a_plain_script(tmp_path):
    values = {"size": visits()["size"], "kind": ["dear" if size > 1.2 else "cheap" for size in visits()["size"]]}

    outcome, _, _ = followed(tmp_path, values=values, features=["size"], class_weight="balanced")

    x, y = np.array(values["size"])[:, None], np.array(values["kind"])
    x_train, _, y_train, _ = train_test_split(x, y, test_size=0.2, random_state=42, stratify=y)
    plain = LogisticRegression(max_iter=1000, random_state=42, class_weight="balanced")
    plain.fit(StandardScaler().fit_transform(x_train), y_train)
    kept = artifacts.load(tmp_path / "model.skops", sha256=outcome.sha256)
    assert kept["model"].coef_ == pytest.approx(plain.coef_, rel=1e-6)


def test_the_best_candidate_is_fitted_to_all_rows_learnt_from(tmp_path):
    outcome, reports, judged = followed(
        tmp_path, tuning={"trials": 8, "folds": 3, "ranges": {"C": {"low": 0.001, "high": 10, "log": True}}}
    )

    best = max(trials(reports), key=lambda trial: (trial["score"], -trial["number"]))
    kept = artifacts.load(tmp_path / "model.skops", sha256=outcome.sha256)
    assert kept["model"].C == outcome.params["C"] == best["params"]["C"]
    assert (outcome.rows_train, outcome.rows_test, len(judged)) == (120, 30, 30)
    assert [report.message for report in reports if report.kind == "stage"] == [
        "Reading the table",
        "Preparing the columns",
        "Searching the parameters of Logistic regression",
        "Predicting 30 rows it has not seen",
        "Shuffling 2 columns in turn",
        "Writing the model",
    ]


def test_a_search_looks_at_no_row_held_out(tmp_path):
    wish = {"target": "amount", "algorithm": "knn", "tuning": {"trials": 4, "folds": 3}}
    _, said, judged = followed(tmp_path, **wish)
    values = visits()
    for row in judged["row"]:
        values["amount"][row] = 1e6 + row

    outcome, again, _ = followed(tmp_path, values=values, **wish)

    assert trials(again) == trials(said)
    assert outcome.metrics["r2"] < -1


def test_a_search_in_time_trains_on_what_came_before(tmp_path):
    _, reports, _ = followed(tmp_path, order_by="when", tuning={"trials": 2, "folds": 4})

    assert "Searching: at most 2 candidates, each on 4 folds" in " ".join(report.message for report in reports)
    assert [trial["number"] for trial in trials(reports)] == [1, 2]


def test_a_search_takes_fewer_folds_where_there_are_few_groups(tmp_path):
    values = visits()
    values["who"] = [f"p{row % 4}" for row in range(150)]

    _, reports, _ = followed(tmp_path, values=values, group_by="who", tuning={"trials": 2, "folds": 5})

    assert "each on 3 folds" in " ".join(report.message for report in reports)


def test_rows_of_one_group_cannot_be_searched_on(tmp_path):
    values = visits()
    values["who"] = [f"p{row % 2}" for row in range(150)]

    with pytest.raises(CannotFit, match="cannot be parted into folds to search on"):
        followed(tmp_path, values=values, group_by="who", tuning={"trials": 2, "folds": 5})


def said(reports):
    return [report.message for report in reports if report.kind == "log"]


def grown(reports):
    return sum(report.unit == "tree" and report.kind == "progress" for report in reports)


def test_a_forest_that_is_stopped_keeps_the_trees_it_has(tmp_path):
    outcome, _, _ = followed(
        tmp_path, algorithm="random_forest", params={"n_estimators": 40}, stop=lambda reports: grown(reports) >= 3
    )

    kept = artifacts.load(tmp_path / "model.skops", sha256=outcome.sha256)
    assert len(kept["model"].estimators_) == 3
    assert outcome.notes == ["Stopped early, as asked: the model is what it had learnt until then."]


def test_the_log_says_that_a_fit_was_stopped(tmp_path):
    outcome, reports, _ = followed(
        tmp_path, algorithm="random_forest", params={"n_estimators": 40}, stop=lambda reports: grown(reports) >= 3
    )

    assert outcome.notes[0] in said(reports)


def test_the_log_says_where_a_fit_ended_by_itself(tmp_path):
    params = {"n_estimators": 500, "learning_rate": 1.0, "early_stopping_rounds": 3}

    _, reports, _ = followed(tmp_path, algorithm="lightgbm", params=params)

    ended = [report for report in reports if report.unit == "round"][-1]
    assert ended.done < ended.total == 500
    assert f"Ended by itself at round {ended.done} of 500, as more showed no gain." in said(reports)


def test_a_stopped_search_goes_on_with_a_whole_fit_of_the_best(tmp_path):
    outcome, reports, _ = followed(
        tmp_path,
        algorithm="random_forest",
        params={"n_estimators": 20},
        tuning={"trials": 30, "folds": 2},
        stop=lambda reports: len(trials(reports)) >= 3,
    )

    kept = artifacts.load(tmp_path / "model.skops", sha256=outcome.sha256)
    assert len(kept["model"].estimators_) == 20
    assert [trial["number"] for trial in trials(reports)] == [1, 2, 3]
    assert outcome.notes[0] == "Stopped early after 3 of 30 candidates, as asked."


def test_what_keeps_nothing_so_far_is_fitted_to_its_end(tmp_path):
    asked, _, rows = followed(tmp_path, stop=lambda _reports: True)
    _, _, same = followed(tmp_path)

    assert asked.notes == []
    pd.testing.assert_frame_equal(rows, same, check_exact=True)
