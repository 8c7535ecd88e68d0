import json

from ml.fitting.explaining import join
from ml.importance import Feature, Importance
from tests.ml.fitting.tables import followed, visits

COLUMNS = {"size", "town"}


def test_a_fit_says_which_columns_matter(tmp_path):
    outcome, reports, _ = followed(tmp_path, target="amount", algorithm="linear")

    found = outcome.evaluation["importance"]
    assert [each["name"] for each in found["features"]] == ["size", "town"]
    assert (found["metric"], found["rows"], found["repeats"], found["skipped"]) == ("r2", 30, 5, [])
    counted = [(report.done, report.total) for report in reports if report.stage == "explaining" and report.unit]
    assert counted[-1] == (2, 2)
    assert json.loads(json.dumps(outcome.evaluation, allow_nan=False)) == outcome.evaluation


def test_folds_are_explained_by_rows_each_has_not_seen(tmp_path):
    outcome, _, judged = followed(tmp_path, validation={"cv": 3})

    found = outcome.evaluation["importance"]
    assert {each["name"] for each in found["features"]} == COLUMNS
    assert found["rows"] == len(judged) == 150


def test_repeats_are_explained_once(tmp_path):
    outcome, _, _ = followed(tmp_path, validation={"cv": 3, "repeats": 2})

    assert outcome.evaluation["importance"]["rows"] == 150


def test_a_fit_that_was_asked_to_end_skips_the_columns(tmp_path):
    outcome, _, _ = followed(tmp_path, stop=lambda reports: reports[-1].stage == "explaining")

    found = outcome.evaluation["importance"]
    assert (found["features"], {*found["skipped"]}) == ([], COLUMNS)


def test_one_column_that_says_all_is_doubted(tmp_path):
    values = visits()
    values["town"] = ["Oslo", "Rome"] * 75

    outcome, _, _ = followed(tmp_path, values=values, target="amount", algorithm="linear")

    assert "one_column" in [warning["code"] for warning in outcome.evaluation["warnings"]]


def test_a_model_that_knows_nothing_knows_nothing_from_one_column():
    features = (Feature("size", 0.01, 0.01), Feature("town", 0.0, 0.0))
    importance = Importance(metric="accuracy", rows=24, repeats=5, features=features)
    doubted, worthless = {"warnings": []}, {"warnings": [{"code": "no_better", "text": "No better than that."}]}

    for evaluation in (doubted, worthless):
        join(evaluation, importance)

    assert [warning["code"] for warning in doubted["warnings"]] == ["one_column"]
    assert [warning["code"] for warning in worthless["warnings"]] == ["no_better"]
