from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import r2_score

from ml.evaluation.intervals import judge
from ml.evaluation.warnings import one_column_warning, warnings_of
from ml.schema import Task
from tests.ml.evaluation.factories import amounts, noisy_amounts, noisy_classes, three_labels, visited_amounts


def codes(rows, task=Task.CLASSIFICATION):
    return [each["code"] for each in warnings_of(task, rows, judge(task, rows))]


def text(rows, code, task=Task.CLASSIFICATION):
    return next(each["text"] for each in warnings_of(task, rows, judge(task, rows)) if each["code"] == code)


def test_a_good_model_judged_by_many_rows_raises_no_doubt():
    assert codes(noisy_classes(rows=1000)) == []
    assert codes(noisy_amounts(rows=1000), Task.REGRESSION) == []


def test_guessing_is_no_better_than_the_baseline():
    said = text(noisy_classes(rows=400, skill=0), "no_better")

    assert said.startswith("No better than always answering 0: its Accuracy is worse by 0.")


def test_a_gain_that_may_be_chance_is_no_gain():
    rows = noisy_amounts(rows=40, noise=1.3)

    assert "but anything between -0." in text(rows, "no_better", Task.REGRESSION)


def test_a_score_that_is_nearly_perfect_is_suspected():
    assert codes(noisy_amounts(rows=500, noise=0.05), Task.REGRESSION) == ["suspected_leak"]
    assert codes(noisy_classes(rows=500, skill=1000)) == ["suspected_leak"]


def test_copies_of_rows_learnt_from_are_told_with_the_score_of_the_others():
    rows = noisy_classes(rows=1000)
    right = np.flatnonzero(rows.actual == rows.predicted)[:200]
    copied = np.isin(np.arange(1000), right)

    said = text(replace(rows, copied=copied), "copied_rows")

    others = np.mean(rows.actual[~copied] == rows.predicted[~copied])
    score = np.mean(rows.actual == rows.predicted)
    assert said == (
        "Of 1,000 rows that judge the model, 200 are equal, in every column, to one it has learnt from. "
        f"Without them its Accuracy is {others:.3f} instead of {score:.3f}. Where such rows are one case written "
        "twice, leave the copies out of the table."
    )


def test_of_folds_the_score_without_copies_is_the_mean_of_theirs_too():
    """The folds lie on levels so far apart that the score of all rows together is another one."""
    levels = np.repeat([0.0, 100.0, 200.0, 300.0, 400.0], 200)
    rows = noisy_amounts(rows=1000, parts=np.repeat([1, 2, 3, 4, 5], 200))
    rows = replace(
        rows, actual=rows.actual + levels, predicted=rows.predicted + levels, baseline=rows.baseline + levels
    )
    copied = np.arange(1000) % 10 == 0

    said = text(replace(rows, copied=copied), "copied_rows", Task.REGRESSION)

    folds = [fold.only(np.arange(200) % 10 > 0) for fold in rows.folds()]
    others = np.mean([r2_score(fold.actual, fold.predicted) for fold in folds])
    score = np.mean([r2_score(fold.actual, fold.predicted) for fold in rows.folds()])
    assert f" Without them its R² is {others:.3f} instead of {score:.3f}. " in said


def test_a_few_copies_are_not_worth_a_word():
    rows = noisy_amounts(rows=1000)

    assert codes(replace(rows, copied=np.arange(1000) < 40), Task.REGRESSION) == []


def test_where_all_are_copies_there_is_no_score_without_them():
    rows = noisy_amounts(rows=1000, copied=np.full(1000, True))

    assert "learnt from. Where such rows" in text(rows, "copied_rows", Task.REGRESSION)


def test_few_rows_all_right_are_no_leak():
    assert codes(noisy_classes(rows=20, skill=1000)) == ["few_rows", "few_of_a_class"]


def test_what_was_learnt_by_heart_is_told():
    rows = noisy_classes(rows=1000, skill=0.6, learnt=noisy_classes(rows=1000, skill=1000))

    assert codes(rows) == ["overfit"]
    assert "Accuracy is 1.00 on rows it has learnt from and 0." in text(rows, "overfit")


def test_what_holds_on_others_was_not_learnt_by_heart():
    rows = noisy_amounts(rows=300, noise=0.5, learnt=noisy_amounts(rows=300, noise=0.4, seed=1))

    assert codes(rows, Task.REGRESSION) == []


def test_a_target_that_shifted_is_told_of_one_part_but_not_of_folds():
    rows = noisy_amounts(rows=300, learnt=replace(noisy_amounts(rows=300), actual=np.arange(300.0)))

    assert "target_shifted" in codes(rows, Task.REGRESSION)
    assert "target_shifted" not in codes(replace(rows, parts=np.arange(300) % 5), Task.REGRESSION)


def test_rare_classes_are_named_with_their_rows():
    rows = noisy_classes(rows=300, skill=3)
    few = replace(rows, actual=np.where(np.cumsum(rows.actual == 1) > 4, 0, rows.actual))

    assert text(few, "few_of_a_class") == (
        "Too few rows to judge by, of 300, are 1 (4); what it says of them is hardly tested."
    )


def test_classes_never_answered_are_named_with_their_rows():
    rows = noisy_classes(rows=300, count=3)
    silent = replace(rows, predicted=np.where(rows.predicted == 2, 0, rows.predicted))

    assert text(silent, "never_predicted") == f"It never answered 2 ({np.sum(rows.actual == 2)} rows)."


def test_an_interval_wider_than_the_gain_is_told():
    assert codes(noisy_classes(rows=130, skill=0.6)) == ["wide_interval"]


@pytest.mark.parametrize(
    ("means", "doubted"), [([0.4, 0.01], True), ([0.4, 0.1], False), ([0.4], False), ([0, -0.1], False)]
)
def test_one_column_that_says_all_is_doubted(means, doubted):
    features = [{"name": f"c{place}", "mean": mean, "std": 0.0} for place, mean in enumerate(means)]

    assert (one_column_warning(features) is not None) is doubted


@pytest.mark.parametrize(
    ("rows", "task", "why"),
    [
        (
            noisy_classes(actual=np.zeros(200, dtype=int), metric="roc_auc"),
            Task.CLASSIFICATION,
            "ROC AUC, which should judge the model, has no value on these rows: it needs every class in the rows held "
            "out, and one is lacking. Hold out more rows, or choose another score.",
        ),
        (
            replace(three_labels(), metric="pr_auc", actual=np.array(["no", "no", "maybe", "no"], dtype=object)),
            Task.CLASSIFICATION,
            "PR AUC, which should judge the model, has no value on these rows: they hold maybe, which it has not seen "
            "while learning. Add such rows, leave them out, or choose another score.",
        ),
        (
            noisy_amounts(actual=np.full(200, 3.0), parts=np.arange(200) // 100),
            Task.REGRESSION,
            "R², which should judge the model, has no value on these rows: it needs two rows or more with different "
            "values of the target in each fold. Hold out more rows, or choose another score.",
        ),
        (
            amounts(rows=40, metric="mape"),
            Task.REGRESSION,
            "MAPE, which should judge the model, has no value on these rows: it divides by the target, which is 0 "
            "somewhere in the rows held out. Choose another score, such as MAE.",
        ),
    ],
)
def test_a_score_without_a_value_is_told_first(rows, task, why):
    assert warnings_of(task, rows, judge(task, rows))[0] == {"code": "no_score", "text": why}


def test_a_usual_class_that_folds_do_not_share_is_not_named():
    rows = noisy_classes(rows=400, skill=0, parts=np.arange(400) % 2, baseline=np.arange(400) % 2)

    assert "always answering the usual class of the other folds" in text(rows, "no_better")


@pytest.mark.parametrize(
    ("people", "said"),
    [
        (5, "Only 5 groups judge the model, however many rows: its score is a rough guess, and it has no interval."),
        (12, "Only 12 groups judge the model, however many rows: its score is a rough guess, and its interval may"),
    ],
)
def test_few_groups_are_told_however_many_their_rows(people, said):
    rows = visited_amounts(people=people)

    assert text(rows, "few_groups", Task.REGRESSION).startswith(said)
    assert "few_groups" not in codes(replace(rows, groups=None), Task.REGRESSION)
    assert "few_groups" not in codes(visited_amounts(people=30), Task.REGRESSION)


def test_few_groups_in_folds_are_told_too():
    rows = visited_amounts(people=12, parts=np.arange(240) // 80)

    assert text(rows, "few_groups", Task.REGRESSION).endswith("hardly tested. More groups would tell.")


@pytest.mark.parametrize("people", [5, 40])
def test_groups_without_an_interval_do_not_hide_a_leak(people):
    rows = noisy_amounts(rows=20 * people, noise=0, groups=np.repeat(np.arange(people), 20))

    assert "suspected_leak" in codes(rows, Task.REGRESSION)
