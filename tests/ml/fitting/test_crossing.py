import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import StandardScaler

from ml import artifacts
from ml.errors import CannotFit
from tests.ml.fitting.tables import followed, trials, visits

CV = {"cv": 5}


def test_scores_over_folds_equal_those_of_a_plain_script(tmp_path):
    values = {name: visits()[name] for name in ("size", "amount")}

    outcome, _, judged = followed(
        tmp_path, values=values, target="amount", algorithm="linear", features=["size"], validation=CV
    )

    x, y = np.array(values["size"])[:, None], np.array(values["amount"])
    expected, errors = np.empty(len(y)), []
    for train, test in KFold(5, shuffle=True, random_state=42).split(x):
        expected[test] = LinearRegression().fit(x[train], y[train]).predict(x[test])
        errors.append(np.abs(expected[test] - y[test]).mean())
    assert judged.set_index("row")["prediction"].sort_index().to_numpy() == pytest.approx(expected)
    assert outcome.metrics["mae"] == pytest.approx(np.mean(errors))


def test_the_model_kept_is_fitted_to_all_rows(tmp_path):
    values = {name: visits()[name] for name in ("size", "kind")}

    outcome, _, _ = followed(tmp_path, values=values, features=["size"], validation=CV)

    kept = artifacts.load(tmp_path / "model.skops", sha256=outcome.sha256)
    x = StandardScaler().fit_transform(np.array(values["size"])[:, None])
    plain = LogisticRegression(max_iter=1000, random_state=42).fit(x, values["kind"])
    assert kept["model"].coef_ == pytest.approx(plain.coef_)
    assert (outcome.rows_train, outcome.rows_test) == (150, 150)
    assert outcome.validation["words"] == outcome.evaluation["judged_by"] == outcome.notes[0]
    assert outcome.notes == [
        "Judged by cross-validation over 5 folds: each row by a model that has not seen it. The model kept is fitted "
        "in the same way to all 150 rows."
    ]


def test_every_row_is_judged_once_and_its_fold_is_kept(tmp_path):
    outcome, _, judged = followed(tmp_path, validation=CV)

    assert sorted(judged["row"]) == [*range(150)]
    parts = StratifiedKFold(5, shuffle=True, random_state=42).split(np.zeros(150), visits()["kind"])
    assert {part: {*rows["row"]} for part, rows in judged.groupby("part")} == {
        part: {*test.tolist()} for part, (_, test) in enumerate(parts, 1)
    }
    each = [accuracy_score(rows["actual"], rows["prediction"]) for _, rows in judged.groupby("part")]
    assert outcome.metrics["accuracy"] == pytest.approx(np.mean(each))


def test_nothing_is_learnt_from_the_fold_that_judges(tmp_path):
    steps = [{"kind": "target_encode", "columns": ["town"]}, {"kind": "scale", "columns": ["size"]}]
    wish = {"target": "amount", "algorithm": "knn", "steps": steps}
    wish |= {"validation": CV, "tuning": {"trials": 3, "folds": 2}}
    _, _, clean = followed(tmp_path, **wish)
    values = visits()
    for row in clean.loc[clean["part"] == 1, "row"]:
        values["amount"][row] += 1000 * (-1) ** row

    _, _, poisoned = followed(tmp_path, values=values, **wish)

    told = {part: rows["prediction"].to_numpy() for part, rows in clean.groupby("part")}
    told_again = {part: rows["prediction"].to_numpy() for part, rows in poisoned.groupby("part")}
    assert np.array_equal(told_again[1], told[1])
    assert not any(np.array_equal(told_again[part], told[part]) for part in (2, 3, 4, 5))


def test_repeats_judge_anew_and_keep_the_first_round(tmp_path):
    once, _, first = followed(tmp_path, validation=CV)
    outcome, _, kept = followed(tmp_path, validation={"cv": 5, "repeats": 3})

    pd.testing.assert_frame_equal(kept, first, check_exact=True)
    assert outcome.metrics["log_loss"] != once.metrics["log_loss"]
    assert len(outcome.evaluation["fold_scores"]) == 15
    assert outcome.evaluation["fold_scores"][:5] == once.evaluation["fold_scores"]
    assert (outcome.rows_test, outcome.validation["folds_done"]) == (150, 15)


def test_each_fold_is_reported_and_progress_is_shared(tmp_path):
    _, reports, _ = followed(
        tmp_path, algorithm="random_forest", params={"n_estimators": 4}, validation={"cv": 4, "repeats": 2}
    )

    folds = [(report.done, report.total) for report in reports if report.unit == "fold" and report.kind == "progress"]
    assert folds == [(done, 8) for done in range(1, 9)]
    measured = [(report.step, {*report.values} >= {"accuracy", "log_loss"}) for report in reports if report.step]
    assert measured == [(step, True) for step in range(1, 9)]
    shares = [report.progress for report in reports]
    assert shares == sorted(shares)
    assert "Fold 3 of 8, tree 4 of 4" in {report.message for report in reports}
    assert [report.stage for report in reports if report.kind == "stage"] == [
        "reading",
        "preparing",
        "fitting",
        "evaluating",
        "saving",
    ]


def test_folds_in_time_judge_all_but_the_earliest(tmp_path):
    outcome, _, judged = followed(tmp_path, validation={"cv": 4}, order_by="when")

    when = pd.Series(visits()["when"])
    never = when[~when.index.isin(judged["row"])]
    assert never.max() < when[judged["row"]].min()
    for part in (1, 2, 3):
        earlier, later = (when[judged.loc[judged["part"] == each, "row"]] for each in (part, part + 1))
        assert earlier.max() < later.min()
    assert (outcome.rows_train, outcome.rows_test) == (150, len(judged))


def test_folds_of_groups_keep_people_together(tmp_path):
    _, _, judged = followed(tmp_path, validation={"cv": 4}, group_by="who")

    parts = judged.set_index("row")["part"]
    assert judged.groupby("group")["part"].nunique().tolist() == [1] * len({*visits()["who"]})
    folds_of = pd.Series(visits()["who"]).groupby(parts.sort_index()).unique()
    assert sum(len(people) for people in folds_of) == len({*visits()["who"]})


def test_a_class_that_a_fold_has_not_learnt_gets_no_share(tmp_path):
    values = visits()
    values["kind"] = [
        "rare" if who in ("p1", "p2") else kind for who, kind in zip(values["who"], values["kind"], strict=True)
    ]

    outcome, _, judged = followed(tmp_path, values=values, validation={"cv": 15}, group_by="who")

    assert outcome.output_schema["classes"] == ["cheap", "dear", "rare"]
    assert judged[["p0", "p1", "p2"]].sum(axis=1).to_numpy() == pytest.approx(np.ones(len(judged)))


@pytest.mark.parametrize("cores", [1, 2])
def test_the_same_seed_gives_the_same_search_scores_and_model(tmp_path, cores):
    wish = {"algorithm": "random_forest", "params": {"n_estimators": 3}, "validation": {"cv": 3}}
    wish |= {"tuning": {"trials": 3, "folds": 2}}
    first, said, rows = followed(tmp_path, **wish)

    second, again, same = followed(tmp_path, cores=cores, **wish)

    assert (first.metrics, first.evaluation, first.params, first.notes) == (
        second.metrics,
        second.evaluation,
        second.params,
        second.notes,
    )
    assert trials(said) == trials(again)
    pd.testing.assert_frame_equal(rows, same, check_exact=True)


def test_a_search_is_made_anew_in_each_fold_and_for_the_model_kept(tmp_path):
    _, reports, _ = followed(tmp_path, validation={"cv": 3}, tuning={"trials": 2, "folds": 2})

    assert [(trial.get("fold"), trial["number"]) for trial in trials(reports)] == [
        *((fold, number) for fold in (1, 2, 3) for number in (1, 2)),
        (None, 1),
        (None, 2),
    ]


def folds_done(reports):
    return sum(report.unit == "fold" and report.kind == "progress" for report in reports)


@pytest.mark.parametrize(("asked_after", "judging"), [(0, 2), (1, 2), (2, 2), (3, 3)])
def test_folds_that_are_stopped_judge_with_those_done(tmp_path, asked_after, judging):
    outcome, reports, judged = followed(
        tmp_path,
        algorithm="random_forest",
        params={"n_estimators": 10},
        validation=CV,
        stop=lambda reports: folds_done(reports) >= asked_after,
    )

    assert {*judged["part"]} == {*range(1, judging + 1)}
    assert (outcome.rows_train, outcome.rows_test) == (150, 30 * judging)
    assert outcome.notes[1] == (
        f"Stopped early after {judging} of 5 folds, as asked: {30 * judging} of 150 rows judge the model."
    )
    assert outcome.notes[1] in [report.message for report in reports if report.kind == "log"]
    assert outcome.evaluation["judged_by"].startswith(
        f"Judged by {judging} of the 5 folds of a cross-validation, {30 * judging} of 150 rows: each row by a model "
    )
    kept = artifacts.load(tmp_path / "model.skops", sha256=outcome.sha256)
    assert len(kept["model"].estimators_) == 10


def test_a_stopped_search_over_folds_keeps_the_best_that_the_folds_found(tmp_path):
    outcome, reports, _ = followed(
        tmp_path,
        validation=CV,
        tuning={"trials": 4, "folds": 2, "method": "random"},
        metric="log_loss",
        stop=lambda reports: folds_done(reports) >= 2,
    )

    found = trials(reports)
    assert {trial["fold"] for trial in found} <= {1, 2, 3}
    best = min((trial for trial in found if trial["fold"] < 3), key=lambda trial: trial["score"])
    assert outcome.params["C"] == best["params"]["C"]
    assert outcome.notes[1].endswith("Its parameters are the best that those folds found.")


def test_folds_that_the_rows_cannot_fill_are_refused(tmp_path):
    values = visits(40)
    values["kind"] = ["rare"] * 3 + values["kind"][3:]

    with pytest.raises(CannotFit, match="5 folds are too many: the rarest class has 3 rows"):
        followed(tmp_path, values=values, validation=CV)


def test_an_outcome_is_fit_for_json(tmp_path):
    outcome, _, _ = followed(tmp_path, validation=CV, tuning={"trials": 2, "folds": 2})

    assert json.loads(json.dumps(outcome.to_json(), allow_nan=False)) == outcome.to_json()
