"""Whose job is next, whatever each person has queued."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from tests import factories
from tests.factories import at_once
from training import turns, worker
from training.models import Job
from training.states import JobState, move


def queued(person, count, dataset=None):
    """So many jobs of the person, in the order in which they were queued."""
    first = factories.a_job(person, dataset)
    more = Job.objects.bulk_create(
        Job(project=first.project, owner=person, dataset_version=first.dataset_version, name="More", plan=first.plan)
        for _ in range(count - 1)
    )
    return [first, *more]


def take():
    """Claim the next job as a worker would."""
    job_id = turns.next_job()
    factories.claim(Job.objects.get(pk=job_id))
    return job_id


def end(job_id):
    assert move(job_id, to=JobState.SUCCEEDED, finished_at=timezone.now())


@pytest.mark.django_db
def test_nobody_is_next_where_nothing_is_queued():
    assert turns.next_job() is None
    assert turns.in_turn() == []


def test_the_oldest_of_one_person_is_next(person):
    first, second, third = queued(person, 3)

    assert turns.in_turn() == [first.pk, second.pk, third.pk]
    assert [take(), take(), take()] == [first.pk, second.pk, third.pk]


def test_a_hundred_jobs_of_one_do_not_keep_another_waiting(person, stranger):
    queued(person, 100)
    take()
    only = factories.a_job(stranger)

    assert turns.in_turn()[0] == only.pk
    assert take() == only.pk


def test_two_with_many_alternate(person, stranger):
    owners = {job.pk: job.owner for each in (person, stranger) for job in queued(each, 4)}
    foreseen = turns.in_turn()

    taken = [take() for _ in range(8)]

    assert [owners[job] for job in taken] == [person, stranger] * 4
    assert taken == foreseen


def test_with_one_slot_people_take_turns_too(person, stranger):
    owners = {job.pk: job.owner for each in (person, stranger) for job in queued(each, 3)}

    taken = []
    for _ in range(6):
        taken.append(take())
        end(taken[-1])

    assert [owners[job] for job in taken] == [person, stranger] * 3


def test_who_was_served_longest_ago_comes_first(person, stranger):
    for each, hours in ((person, 1), (stranger, 2)):
        served = factories.a_job(each)
        factories.claim(served)
        end(served.pk)
        Job.objects.filter(pk=served.pk).update(started_at=timezone.now() - timedelta(hours=hours))
    newcomer = factories.a_person()
    jobs = {each: factories.a_job(each).pk for each in (person, stranger, newcomer)}

    assert turns.in_turn() == [jobs[newcomer], jobs[stranger], jobs[person]]


def test_jobs_of_closed_accounts_take_turns_as_one_persons(person, stranger):
    left, mine = queued(person, 3), queued(stranger, 3)
    Job.objects.filter(pk__in=[job.pk for job in left]).update(owner=None)

    foreseen = turns.in_turn()

    assert [take() for _ in range(6)] == foreseen == [job.pk for pair in zip(left, mine, strict=True) for job in pair]


@pytest.mark.django_db(transaction=True)
def test_workers_that_look_at_once_take_a_job_each(doorbell, monkeypatch):
    jobs = [job.pk for _ in range(2) for job in queued(factories.a_person(), 4)]
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:refuse_the_data")

    at_once(*[worker.run_queued] * 3)

    ended = Job.objects.filter(pk__in=jobs, state=JobState.FAILED, attempt=1)
    assert ended.count() == 8
    assert turns.next_job() is None


@pytest.mark.django_db(transaction=True)
def test_of_two_that_want_the_same_job_the_loser_picks_again(doorbell, monkeypatch):
    person, other = factories.a_person(), factories.a_person()
    wanted, later = factories.a_job(person), factories.a_job(other)
    picked = []
    pick = turns.next_job

    def pick_what_another_claims():
        picked.append(pick())
        if len(picked) == 1:
            at_once(partial(factories.claim, wanted))
        return picked[-1]

    monkeypatch.setattr(turns, "next_job", pick_what_another_claims)
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:refuse_the_data")

    worker.run_queued()

    assert picked == [wanted.pk, later.pk, None]
    wanted.refresh_from_db()
    assert (wanted.state, wanted.attempt) == (JobState.RUNNING, 1)
