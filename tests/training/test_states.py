import itertools
from functools import partial

import pytest

from tests import factories
from tests.factories import at_once
from training.models import Job
from training.states import JobState, move

QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED = JobState
ALLOWED = {
    (QUEUED, RUNNING),
    (QUEUED, FAILED),
    (QUEUED, CANCELLED),
    (RUNNING, QUEUED),
    (RUNNING, SUCCEEDED),
    (RUNNING, FAILED),
    (RUNNING, CANCELLED),
}


@pytest.fixture
def job(person):
    return factories.a_job(person)


def put(job: Job, state: JobState, **columns: object) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, **columns)


def state_events(job: Job) -> list[dict[str, object]]:
    return list(job.events.filter(kind="state").values_list("payload", flat=True))


def test_move_follows_the_allowed_moves_only(job):
    moved = set()

    for source, to in itertools.product(JobState, JobState):
        put(job, source)
        if move(job.pk, to=to):
            moved.add((source, to))
        job.refresh_from_db()
        assert job.state == (to if (source, to) in moved else source)

    assert moved == ALLOWED


def test_each_move_is_an_event_and_a_refused_one_is_none(job):
    move(job.pk, to=RUNNING)
    move(job.pk, to=RUNNING)
    move(job.pk, to=CANCELLED)
    move(job.pk, to=SUCCEEDED)

    assert state_events(job) == [{"state": "running", "error": None}, {"state": "cancelled", "error": None}]


def test_move_writes_the_other_columns_and_the_error_into_the_event(job):
    assert move(job.pk, to=FAILED, error="Out of luck.", progress=0.5)

    job.refresh_from_db()
    assert (job.error, job.progress) == ("Out of luck.", 0.5)
    assert state_events(job) == [{"state": "failed", "error": "Out of luck."}]


def test_refused_move_changes_no_other_column(job):
    put(job, SUCCEEDED)

    assert not move(job.pk, to=FAILED, error="Too late.")

    job.refresh_from_db()
    assert job.error == ""


def test_only_from_narrows_the_sources(job):
    put(job, RUNNING)

    assert not move(job.pk, to=CANCELLED, only_from=(QUEUED,))
    assert move(job.pk, to=CANCELLED, only_from=(RUNNING,))


def test_only_from_never_allows_a_forbidden_move(job):
    put(job, SUCCEEDED)

    assert not move(job.pk, to=FAILED, only_from=(SUCCEEDED, RUNNING))


def test_move_is_the_right_of_the_lease_owner(job):
    put(job, RUNNING, lease_owner="mine")

    assert not move(job.pk, to=SUCCEEDED, owned_by="another")
    assert move(job.pk, to=SUCCEEDED, owned_by="mine")


def test_move_of_a_job_that_is_gone_does_nothing(job):
    job.delete()

    assert not move(job.pk, to=RUNNING)


@pytest.mark.django_db(transaction=True)
def test_of_those_that_end_a_job_at_once_one_wins(doorbell):
    job = factories.a_job(factories.a_person())
    put(job, RUNNING, lease_owner="mine")

    moved = at_once(
        partial(move, job.pk, to=SUCCEEDED, owned_by="mine"),
        partial(move, job.pk, to=FAILED, owned_by="mine", error="Too slow."),
        partial(move, job.pk, to=CANCELLED),
        partial(move, job.pk, to=CANCELLED),
    )

    job.refresh_from_db()
    assert sorted(moved) == [False, False, False, True]
    assert [event["state"] for event in state_events(job)] == [job.state]
