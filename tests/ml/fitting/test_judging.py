import numpy as np
import pandas as pd
import pytest

from ml.fitting import judging
from ml.fitting.judging import Judged, Labels, judge, pooled
from ml.fitting.learning import Lesson, Unfollowed, learn
from ml.fitting.rows import read
from ml.splits import Cut
from tests.ml.fitting.tables import followed, planned, visits


def judged_twice(folder, **wish):
    """The first and the last 75 rows, each judged by a model of the others."""
    table, plan = planned(folder, **wish)
    rows = read(plan, table)
    halves = np.arange(75), np.arange(75, 150)
    found = []
    for fold, (test, train) in enumerate([halves, halves[::-1]], 1):
        pipeline, _ = learn(plan, plan.params, Lesson.of(rows, train), say=Unfollowed(), cores=1)
        labels = Labels.of(plan, rows.values)
        cut = Cut(train, test, fold)
        found.append(judge(plan, pipeline, rows, cut, labels=labels, cores=1, looks_back=fold == 1))
    return rows, found


def test_the_constant_answer_is_that_of_the_rows_learnt_from(tmp_path):
    rows, (first, _) = judged_twice(tmp_path, target="amount", algorithm="linear")

    assert {*first.held_out.baseline} == {rows.values[75:].mean()}
    assert {*first.held_out.middle} == {np.median(rows.values[75:])}


def test_folds_are_pooled_in_their_order(tmp_path):
    rows, found = judged_twice(tmp_path)

    whole = pooled(found, rows_train=150)

    assert np.array_equal(whole.places, rows.place)
    assert np.array_equal(whole.actual, rows.values)
    assert whole.parts.tolist() == [1] * 75 + [2] * 75
    assert whole.shares.shape == whole.baseline_shares.shape == (150, 2)
    assert (whole.rows_train, whole.learnt) == (150, found[0].held_out.learnt)
    assert isinstance(found[1], Judged)
    assert found[1].held_out.learnt is None


def test_looking_back_predicts_rows_learnt_from(tmp_path, monkeypatch):
    rows, (first, _) = judged_twice(tmp_path)
    monkeypatch.setattr(judging, "MOST_LEARNT", 20)
    _, (sampled, _) = judged_twice(tmp_path)

    assert np.array_equal(first.held_out.learnt.places, rows.place[75:])
    assert len({*sampled.held_out.learnt.places}) == 20
    assert {*sampled.held_out.learnt.places} < {*range(75, 150)}


def test_classes_a_model_has_not_learnt_get_nothing():
    known, classes = np.array(["b", "d"], dtype=object), np.array(["a", "b", "c", "d"], dtype=object)

    found = judging.among(np.array([[0.25, 0.75]]), known, classes)

    assert found.tolist() == [[0.0, 0.25, 0.0, 0.75]]


def test_groups_are_read_by_value_and_gaps_stand_alone(tmp_path):
    who = pd.Series([1.0, 2.0, 1.0, None, 2.0, None] * 5)
    values = {"x": [*range(30)], "who": who.tolist(), "y": [*range(30)]}
    table, plan = planned(
        tmp_path, values=values, target="y", algorithm="linear", features=["x"], group_by="who", seed=1
    )

    groups = read(plan, table).grounds.groups

    assert groups[:3].tolist() == [0, 1, 0]
    assert len(np.unique(groups)) == 2 + 10


@pytest.mark.parametrize("how", [{}, {"validation": {"cv": 5}}])
def test_rows_that_judge_are_known_as_copies_of_rows_learnt_from(tmp_path, how):
    values = visits_with_copies()

    outcome, _, judged = followed(tmp_path, values=values, **how)

    rows = [*map(str, zip(*values.values(), strict=True))]
    folds = judged.groupby("part")["row"] if "part" in judged else [("all", judged["row"])]
    copied = sum(rows[row] in {rows[i] for i in range(160) if i not in {*part}} for _, part in folds for row in part)
    assert copied_rows(outcome)[0].startswith(
        f"Of {len(judged)} rows that judge the model, {copied} are equal, in every column, to one it has learnt from."
    )


@pytest.mark.parametrize("how", [{"group_by": "who"}, {"order_by": "when"}])
def test_copies_that_stay_together_are_nothing_to_tell(tmp_path, how):
    outcome, _, _ = followed(tmp_path, values=visits_with_copies(), **how)

    assert copied_rows(outcome) == []


def visits_with_copies():
    """160 rows, of which the last 60 are copies of the first."""
    return {name: [*column, *column[:60]] for name, column in visits(rows=100).items()}


def copied_rows(outcome):
    return [each["text"] for each in outcome.evaluation["warnings"] if each["code"] == "copied_rows"]
