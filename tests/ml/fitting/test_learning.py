import numpy as np
import pytest

from ml import artifacts
from ml.algorithms import aside, lightgbm, neural_network, xgboost
from ml.errors import CannotFit
from ml.fitting import learning
from ml.fitting.learning import Lesson, Unfollowed, prepare
from ml.fitting.rows import read
from ml.steps.stage import fit_steps
from tests.ml.fitting.tables import followed, planned, visits

EARLY = {
    lightgbm: {"early_stopping_rounds": 5, "n_estimators": 30},
    xgboost: {"early_stopping_rounds": 5, "n_estimators": 30},
    neural_network: {"early_stopping": True, "max_iter": 30},
}


def rows_aside(folder, monkeypatch, module, **wish):
    """What the algorithm of a module knew of its rows in each fit, and how it parted them."""
    parted = []

    def heard(y, facts, **about):
        parted.append((facts, *aside.set_aside(y, facts, **about)))
        return parted[-1][1:]

    monkeypatch.setattr(module, "set_aside", heard)
    followed(folder, algorithm=module.__name__.rpartition(".")[2], params=EARLY[module], **wish)
    return parted


pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize("module", EARLY, ids=lambda each: each.__name__)
@pytest.mark.parametrize("how", [{}, {"validation": {"cv": 3}}, {"tuning": {"trials": 2, "folds": 2}}])
def test_rows_that_tell_when_to_stop_are_of_other_people_where_people_are_judged_whole(
    tmp_path, monkeypatch, module, how
):
    parted = rows_aside(tmp_path, monkeypatch, module, group_by="who", **how)

    assert len(parted) in (1, 4, 5)  # once, in folds and for all rows, in two trials of two folds and once
    for facts, learnt, told in parted:
        assert {*facts.groups[learnt]} & {*facts.groups[told]} == set()


@pytest.mark.parametrize("module", EARLY, ids=lambda each: each.__name__)
def test_rows_that_tell_when_to_stop_are_the_latest_where_the_latest_judge(tmp_path, monkeypatch, module):
    ((facts, learnt, told),) = rows_aside(tmp_path, monkeypatch, module, order_by="when")

    assert facts.moments[learnt].max() < facts.moments[told].min()
    assert len(told) == pytest.approx(12, abs=2)


def neighbours():
    """People who come five times, each with an amount of their own, three to a town that has nothing to do with it."""
    random = np.random.default_rng(0)
    who = np.repeat(np.arange(300), 5)
    size, own = random.normal(size=1500), random.normal(scale=3, size=300)
    return {
        "who": [f"p{person}" for person in who],
        "town": [f"t{person % 100}" for person in who],
        "size": size.tolist(),
        "amount": (own[who] + size + random.normal(scale=0.5, size=1500)).tolist(),
    }


BY_TOWN = [{"kind": "target_encode", "columns": ["town"]}]


@pytest.mark.parametrize("how", [{}, {"tuning": {"trials": 2, "folds": 3}}])
def test_what_is_known_of_people_is_not_taken_for_what_is_known_of_their_town(tmp_path, monkeypatch, how):
    def r2(**wish):
        wish = {"values": neighbours(), "target": "amount", "algorithm": "ridge", "group_by": "who", **wish, **how}
        return followed(tmp_path, validation={"cv": 5}, **wish)[0].metrics["r2"]

    def by_chance(*of, facts, **about):
        return fit_steps(*of, **about)

    without_towns, by_people = r2(features=["size"]), r2(steps=BY_TOWN)
    monkeypatch.setattr(learning, "fit_steps", by_chance)
    leaking = r2(steps=BY_TOWN)

    assert leaking < without_towns - 0.2  # learnt from the same person's other visits to the town
    assert by_people == pytest.approx(without_towns, abs=0.02)


@pytest.mark.parametrize("algorithm", ["linear_svm", "rbf_svm"])
@pytest.mark.parametrize(
    "how",
    [
        {"group_by": "who"},
        {"group_by": "who", "validation": {"cv": 3}},
        {"order_by": "when"},
        {"order_by": "when", "validation": {"cv": 3}},
    ],
)
def test_a_model_of_tied_rows_is_the_same_again_and_answers_each_row_by_itself(tmp_path, algorithm, how):
    table, plan = planned(tmp_path, algorithm=algorithm, steps=BY_TOWN, **how)
    rows = read(plan, table)
    first, _, judged = followed(tmp_path, algorithm=algorithm, steps=BY_TOWN, **how)
    pipeline = artifacts.load(tmp_path / "model.skops", sha256=first.sha256)
    second, _, _ = followed(tmp_path, algorithm=algorithm, steps=BY_TOWN, **how)

    whole = pipeline.predict_proba(rows.frame)
    alone = np.concatenate([pipeline.predict_proba(rows.frame.iloc[[place]]) for place in range(len(rows.frame))])
    assert second.metrics == first.metrics
    assert alone == pytest.approx(whole, abs=1e-12)
    assert pipeline["model"].cv == 5  # and not the rows of its folds
    if "validation" not in how:
        assert whole[judged["row"], 1] == pytest.approx(judged["p1"], abs=1e-12)


@pytest.mark.parametrize(("people", "words"), [(2, "is the class of a single group to learn from"), (3, None)])
def test_few_groups_make_fewer_folds_or_a_clear_refusal(tmp_path, people, words):
    values = visits() | {"who": [f"p{place % people}" for place in range(150)]}
    wish = {"values": values, "algorithm": "linear_svm", "steps": BY_TOWN, "group_by": "who"}

    if words:
        with pytest.raises(CannotFit, match=words):
            followed(tmp_path, **wish)
        return
    outcome, _, _ = followed(tmp_path, **wish)

    assert artifacts.load(tmp_path / "model.skops", sha256=outcome.sha256)["model"].cv == 2


def test_amounts_whose_squares_vanish_count_as_none(tmp_path):
    table, plan = planned(tmp_path, values={**visits(), "size": [0.0, 1e-300] * 75}, algorithm="linear_svm")
    rows = read(plan, table)

    prepared = prepare(plan, Lesson.of(rows, np.arange(100)), say=Unfollowed())

    assert {*np.abs(prepared.table).ravel()} == {0.0, 1.0}
