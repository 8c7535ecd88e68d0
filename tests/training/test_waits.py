"""Where a job stands in the queue, and how long it is likely to wait."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import pulse
from tests import factories
from training import queries
from training.models import Job
from training.presentation import job_words
from training.states import JobState
from training.waits import QueuePlace


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


@pytest.fixture
def queue(person, dataset):
    """Four jobs that wait."""
    return [factories.a_job(person, dataset) for _ in range(4)]


def took(person, dataset, seconds, **wish):
    """A job that has succeeded in so many seconds."""
    job, now = factories.a_job(person, dataset, **wish), timezone.now()
    started = now - timedelta(seconds=seconds)
    Job.objects.filter(pk=job.pk).update(state=JobState.SUCCEEDED, started_at=started, finished_at=now)


def start(job, seconds_ago):
    factories.claim(job)
    Job.objects.filter(pk=job.pk).update(started_at=timezone.now() - timedelta(seconds=seconds_ago))


def places(jobs):
    return [queries.place_in_queue(job) for job in jobs]


def test_nothing_is_guessed_before_a_job_has_ended(queue):
    pulse.beat("worker:here", slots=2)

    assert places(queue) == [QueuePlace(place, None) for place in (1, 2, 3, 4)]
    assert queries.place_in_queue(queue[2]).ahead == 2
    assert job_words.queue_words(queue[1]) == "2nd in the queue"


def test_nothing_is_guessed_while_no_worker_lives(person, dataset, queue):
    took(person, dataset, 60)
    pulse.beat("worker:here", slots=2)
    pulse.Pulse.objects.update(at=timezone.now() - timedelta(minutes=1))

    assert places(queue[:1]) == [QueuePlace(1, None)]


def test_slots_take_the_queue_in_turn(person, dataset, queue):
    took(person, dataset, 60)
    pulse.beat("worker:here", slots=1)
    pulse.beat("worker:there", slots=1)

    assert places(queue) == [QueuePlace(1, 0), QueuePlace(2, 0), QueuePlace(3, 60), QueuePlace(4, 60)]
    assert job_words.queue_words(queue[0]) == "Next in the queue, a few seconds"
    assert job_words.queue_words(queue[3]) == "4th in the queue, about 1 minute"


def test_what_runs_is_waited_for(person, dataset, queue):
    took(person, dataset, 60)
    pulse.beat("worker:here", slots=1)
    start(queue[0], 40)

    first, second = places(queue[1:3])

    assert (first.place, second.place) == (1, 2)
    assert 10 < first.estimated_wait_s <= 20
    assert second.estimated_wait_s == pytest.approx(first.estimated_wait_s + 60, abs=10)


def test_what_counts_its_work_is_waited_for_by_that(person, dataset, queue):
    took(person, dataset, 60)
    pulse.beat("worker:here", slots=1)
    start(queue[0], 40)
    Job.objects.filter(pk=queue[0].pk).update(progress=0.25)

    assert 120 <= places(queue[1:2])[0].estimated_wait_s < 150


def test_what_takes_longer_than_its_like_may_take_as_long_again(person, dataset, queue):
    took(person, dataset, 60)
    pulse.beat("worker:here", slots=1)
    start(queue[0], 300)

    assert 300 <= places(queue[1:2])[0].estimated_wait_s < 310


def test_a_job_takes_as_long_as_its_like_did(person, dataset, queue):
    for seconds in (50, 60, 300):
        took(person, dataset, seconds)
    for _ in range(4):
        took(person, dataset, 1_000, algorithm="random_forest")
    pulse.beat("worker:here", slots=1)

    assert [place.estimated_wait_s for place in places(queue[:3])] == [0, 60, 120]


def test_one_of_an_unknown_kind_takes_as_long_as_all_did(person, dataset):
    for seconds in (50, 60, 300):
        took(person, dataset, seconds)
    pulse.beat("worker:here", slots=1)
    other, last = (factories.a_job(person, dataset, algorithm=key) for key in ("random_forest", "logistic"))

    assert [place.estimated_wait_s for place in places([other, last])] == [0, 60]


@pytest.mark.parametrize(
    ("place", "seconds", "words"),
    [
        (1, 3, "Next in the queue, a few seconds"),
        (2, 31, "2nd in the queue, about 30 seconds"),
        (3, 58, "3rd in the queue, about 1 minute"),
        (11, 100, "11th in the queue, about 2 minutes"),
        (22, 3_000, "22nd in the queue, about 50 minutes"),
        (1_112, 9_500, "1,112th in the queue, about 3 hours"),
        (4, None, "4th in the queue"),
    ],
)
def test_a_place_is_told_in_words(monkeypatch, place, seconds, words):
    monkeypatch.setattr(job_words, "place_in_queue", lambda job: QueuePlace(place, seconds))

    assert job_words.queue_words(Job()) == words


def test_what_is_not_queued_has_no_place(queue):
    factories.claim(queue[0])
    queue[0].refresh_from_db()

    assert queries.place_in_queue(queue[0]) is None
    assert job_words.queue_words(queue[0]) == ""


def test_lists_find_every_place_at_the_same_number_of_queries(api, person, dataset, django_assert_num_queries):

    pulse.beat("worker:here", slots=1)
    took(person, dataset, 60)
    factories.a_job(person, dataset)
    with CaptureQueriesContext(connection) as few:
        api.get("/api/training/jobs")
    for _ in range(2):
        factories.a_job(person, dataset)

    with django_assert_num_queries(len(few)):
        answer = api.get("/api/training/jobs")
    queues = [job["queue"] for job in answer.json()["results"]]
    assert queues == [{"place": place, "estimated_wait_s": 60.0 * (place - 1)} for place in (3, 2, 1)] + [None]
