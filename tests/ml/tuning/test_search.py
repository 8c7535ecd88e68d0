import pytest

from ml.algorithms.params import complete_params
from ml.algorithms.registry import get_algorithm
from ml.errors import CannotFit
from ml.metrics import METRICS
from ml.tuning.checks import check_tuning
from ml.tuning.search import Interrupted, Scored, search

METHODS = ["grid", "random", "bayesian"]
NEIGHBOURS = {"n_neighbors": {"low": 1, "high": 30}, "weights": {"choices": ["uniform", "distance"]}}


class Listener:
    """Hears trials and counts, and asks to stop after so many trials."""

    def __init__(self, stop_after=None):
        self.trials, self.counts, self.stop_after = [], [], stop_after

    def trial(self, values):
        self.trials.append(values)

    def counted(self, done, total, unit):
        self.counts.append((done, total, unit))

    def should_stop(self):
        return self.stop_after is not None and len(self.trials) >= self.stop_after


def scored(*scores):
    return Scored(scores=list(scores), fit_seconds=0.5, predict_seconds=0.25)


def near_17(params, _may_end):
    """The nearer to 17 neighbours the better, and distance a little better still."""
    score = -abs(params["n_neighbors"] - 17) + (params["weights"] == "distance") / 2
    return scored(score - 0.1, score + 0.1)


def searched(try_out=near_17, *, listener=None, metric="r2", seed=3, params=None, **wish):
    chosen = get_algorithm("knn")
    base = complete_params(chosen, params)
    return search(
        check_tuning({"ranges": NEIGHBOURS, **wish}, chosen, base),
        base=base,
        schemas=chosen.params["properties"],
        metric=METRICS[metric],
        try_out=try_out,
        say=listener or Listener(),
        seed=seed,
    )


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_the_best_it_tries(method):
    listener = Listener()

    found = searched(method=method, trials=40, listener=listener)

    best = max(listener.trials, key=lambda trial: trial["score"])
    assert found.params == {**best["params"]}
    assert found.score == pytest.approx(best["score"])
    assert (found.params["n_neighbors"], found.params["weights"]) == (16 if method == "grid" else 17, "distance")


@pytest.mark.parametrize("method", METHODS)
def test_the_parameters_asked_for_are_the_first_candidate_and_no_candidate_comes_twice(method):
    listener = Listener()

    searched(method=method, trials=40, listener=listener)

    tried = [tuple(trial["params"].values()) for trial in listener.trials]
    assert tried[0] == (5, "uniform")
    assert len({*tried}) == len(tried) == (11 if method == "grid" else 40)
    assert [trial["number"] for trial in listener.trials] == [*range(1, len(tried) + 1)]
    assert listener.counts == [(done, len(tried), "trial") for done in range(len(tried) + 1)]


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_searches_the_same_way(method):
    first, second, other = Listener(), Listener(), Listener()

    for listener, seed in ((first, 3), (second, 3), (other, 4)):
        searched(method=method, trials=12, listener=listener, seed=seed)

    assert first.trials == second.trials
    assert first.trials != other.trials


def test_a_trial_says_how_it_did():
    listener = Listener()

    searched(lambda *_: scored(0.7, 0.8, 0.9), trials=1, listener=listener)

    assert listener.trials == [
        {
            "number": 1,
            "params": {"n_neighbors": 5, "weights": "uniform"},
            "score": 0.8,
            "std": 0.1,
            "interval": [0.551586, 1.0],
            "fit_seconds": 0.5,
            "predict_seconds": 0.25,
            "is_best": True,
        }
    ]


def test_folds_that_score_alike_give_no_interval():
    listener = Listener()

    searched(lambda *_: scored(0.8, 0.8, 0.8), trials=1, listener=listener)

    assert [(trial["std"], trial["interval"]) for trial in listener.trials] == [(0.0, None)]


def test_small_scores_are_told_apart_from_nothing():
    listener = Listener()

    searched(lambda *_: scored(1.2345678e-18, 3e-18), trials=1, listener=listener, metric="mse")

    assert listener.trials[0]["score"] == 2.11728e-18


def test_a_lower_score_wins_where_lower_is_better():
    found = searched(lambda params, _: scored(params["n_neighbors"]), trials=20, metric="mae")

    assert found.params["n_neighbors"] == 1


def test_of_candidates_that_score_alike_those_asked_for_are_kept():
    found = searched(lambda *_: scored(0.5), trials=7, params={"n_neighbors": 9})

    assert found.params == {"n_neighbors": 9, "weights": "uniform"}
    assert found.notes == ["None of 7 candidates did better than the parameters asked for, which are kept."]


def test_what_won_is_noted_beside_what_was_asked_for():
    found = searched(method="grid", trials=40)

    (note,) = found.notes
    assert note.endswith(
        "did best: its R² is -0.5 on average over 2 folds of the rows to learn from, against -12 of the "
        "parameters asked for. Its parameters: Neighbours 16, Weights distance."
    )


def only_few(params, _may_end):
    if params["n_neighbors"] > 10:
        raise CannotFit("Too many neighbours.")
    if params["weights"] == "distance":
        raise ZeroDivisionError("no distance")
    return scored(params["n_neighbors"])


def test_candidates_that_fail_are_told_and_end_nothing():
    listener = Listener()

    found = searched(only_few, method="grid", trials=40, listener=listener)

    assert found.params == {"n_neighbors": 8, "weights": "uniform"}
    assert found.notes[0] == "8 of 11 candidates could not be fitted."
    errors = {trial["error"] for trial in listener.trials if trial["score"] is None}
    assert errors == {"Too many neighbours.", "ZeroDivisionError: no distance"}


def test_a_search_in_which_all_fail_says_why():
    def failing(*_):
        raise CannotFit("Too few rows.")

    with pytest.raises(CannotFit) as error:
        searched(failing, trials=4)

    assert error.value.detail == "None of the 4 candidates of the search could be fitted. The first: Too few rows."


def test_a_search_that_is_stopped_keeps_the_best_so_far():
    listener = Listener(stop_after=4)

    found = searched(method="random", trials=40, listener=listener)

    assert len(listener.trials) == 4
    assert found.was_stopped
    assert found.score == max(trial["score"] for trial in listener.trials)
    assert found.notes[0] == "Stopped early after 4 of 40 candidates, as asked."


def test_a_search_stopped_before_there_is_anything_finishes_what_it_has_begun():
    def patient(params, may_end):
        assert not may_end()
        return near_17(params, may_end)

    found = searched(patient, trials=40, listener=Listener(stop_after=0))

    assert found.params == {"n_neighbors": 5, "weights": "uniform"}
    assert found.notes == [
        "Stopped early after 1 of 40 candidates, as asked.",
        "No candidate but the parameters asked for was tried; they are kept.",
    ]


def test_a_candidate_interrupted_is_no_candidate():
    listener = Listener(stop_after=2)
    folds = []

    def slow(params, may_end):
        folds.append(params["n_neighbors"])
        if len(folds) == 2:
            listener.stop_after = 1  # the person asks while the second is being tried
        if may_end():
            raise Interrupted
        return near_17(params, may_end)

    found = searched(slow, trials=40, listener=listener)

    assert len(folds) == 2
    assert [trial["number"] for trial in listener.trials] == [1]
    assert found.params["n_neighbors"] == 5
