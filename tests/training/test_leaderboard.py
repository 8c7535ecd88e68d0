import pytest

from tests import factories
from training import journal, leaderboard
from training.models import Job
from training.states import JobState, move


@pytest.fixture
def job(person):
    return factories.a_job(person)


def tell(job, *scores):
    """Say how candidates did, one a score."""
    begun = Job.objects.get(pk=job.pk).events.filter(kind="trial").count()
    trials = [
        {"number": begun + place, "params": {"C": place}, "score": score} for place, score in enumerate(scores, 1)
    ]
    journal.append(job.pk, [("trial", trial) for trial in trials])


def board(job):
    return [(each.number, each.score, each.is_best) for each in leaderboard.candidates(job)]


def test_the_highest_score_is_first_and_the_failed_are_last(job):
    tell(job, 0.5, None, 0.9, 0.7)

    assert board(job) == [(3, 0.9, True), (4, 0.7, False), (1, 0.5, False), (2, None, False)]


def test_of_an_error_the_lowest_is_first(person):
    job = factories.a_job(person, target="weight", algorithm="linear", metric="rmse")
    tell(job, 3.0, 1.5, 2.0)

    assert board(job)[0] == (2, 1.5, True)
    assert leaderboard.best_so_far(job) == [(1, 3.0, 3.0), (2, 1.5, 1.5), (3, 2.0, 1.5)]


def test_of_equal_scores_the_earliest_is_best(job):
    tell(job, 0.8, 0.8)

    assert board(job) == [(1, 0.8, True), (2, 0.8, False)]


def test_of_scores_that_only_look_equal_the_one_the_search_kept_is_best(job):
    first, second, third = ({"number": place, "params": {}, "score": 0.8} for place in (1, 2, 3))
    told = [{**first, "is_best": True}, {**second, "is_best": True}, {**third, "is_best": False}]
    journal.append(job.pk, [("trial", trial) for trial in told])

    assert board(job) == [(2, 0.8, True), (1, 0.8, False), (3, 0.8, False)]


def test_none_is_best_when_all_failed(job):
    tell(job, None, None)

    assert board(job) == [(1, None, False), (2, None, False)]


def test_candidates_within_folds_stand_there_until_there_are_some_for_the_model_kept(job):
    journal.append(job.pk, [("trial", {"number": 1, "params": {}, "score": 0.95, "fold": 1})])
    within = board(job)
    tell(job, 0.8)

    assert within == [(1, 0.95, True)]
    assert board(job) == [(2, 0.8, True)]


def test_a_job_that_begins_again_begins_with_an_empty_board(job):
    factories.claim(job)
    tell(job, 0.9)
    move(job.pk, to=JobState.QUEUED)
    factories.claim(job)

    assert board(job) == []


def test_api_tells_all_that_is_known_of_a_candidate(api, job):
    known = {
        "number": 1,
        "params": {"C": 2.0},
        "score": 0.9,
        "std": 0.01,
        "interval": [0.88, 0.92],
        "fit_seconds": 1.5,
        "predict_seconds": 0.01,
        "is_best": True,
    }
    journal.append(job.pk, [("trial", known)])

    answer = api.get(f"/api/training/{job.pk}/leaderboard")

    assert (answer.status_code, answer.json()) == (200, [{**known, "name": "", "size_bytes": None, "error": None}])


def test_api_of_a_job_without_a_search_is_empty(api, job):
    assert api.get(f"/api/training/{job.pk}/leaderboard").json() == []


def test_of_the_best_the_size_of_its_model_is_known(person):
    model = factories.a_model(person)
    tell(model.job, 0.5, 0.9)

    assert [each.size_bytes for each in leaderboard.candidates(model.job)] == [model.size_bytes, None]
