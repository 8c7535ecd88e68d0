"""A worker's looks at a running fit, while the database comes and goes."""

import pytest
from django.db import OperationalError

from tests import factories
from tests.training.test_worker import run_in_a_thread, wait_for_pid
from training import journal, watch, worker
from training.early import KEEP_BEST
from training.models import Job
from training.states import JobState
from training.watch import Watch

LINE = {"kind": "log", "payload": {"message": "Reading the table"}}


@pytest.fixture
def watching(person, tmp_path, monkeypatch):
    """A watch over a claimed job, which looks at once whenever it is asked; and the job."""
    monkeypatch.setattr(watch, "FLUSH_S", 0)
    monkeypatch.setattr(watch, "BEAT_S", 0)
    monkeypatch.setattr(watch.connection, "close", lambda: None)  # a test's own is kept
    job = factories.a_job(person)
    return Watch(job.pk, factories.claim(job), tmp_path), job


def go_away(monkeypatch, times):
    """Let the database be away for the next so many writes."""
    errors = iter([OperationalError("the connection is gone")] * times)
    append = journal.append

    def append_or_break(*args):
        for error in errors:
            raise error
        append(*args)

    monkeypatch.setattr(journal, "append", append_or_break)


def lines(job):
    return [event.payload["message"] for event in job.events.filter(kind="log")]


def test_what_was_heard_while_the_database_was_away_is_told_once_when_it_is_back(watching, monkeypatch):
    watched, job = watching
    go_away(monkeypatch, times=2)
    watched.hear([LINE])

    assert [watched.pass_on() for _ in range(4)] == [True] * 4
    assert lines(job) == ["Reading the table"]


def test_the_last_look_waits_for_the_database(watching, monkeypatch):
    watched, job = watching
    go_away(monkeypatch, times=2)
    watched.hear([LINE])

    assert watched.conclude()
    assert lines(job) == ["Reading the table"]


def test_the_last_look_waits_no_longer_than_a_lease(watching, monkeypatch, settings):
    watched, _ = watching
    settings.TRAINING_LEASE_S = 0
    go_away(monkeypatch, times=99)
    watched.hear([LINE])

    with pytest.raises(OperationalError):
        watched.conclude()


def test_a_job_that_was_stopped_meanwhile_is_no_longer_this_workers(watching, monkeypatch):
    watched, job = watching
    go_away(monkeypatch, times=1)
    watched.hear([LINE])
    watched.pass_on()
    Job.objects.filter(pk=job.pk).update(state=JobState.CANCELLED)

    assert not watched.pass_on()
    assert lines(job) == []


def test_the_fit_is_told_once_to_keep_its_best(watching, tmp_path):
    watched, job = watching
    watched.pass_on()
    assert not (tmp_path / KEEP_BEST).exists()
    Job.objects.filter(pk=job.pk).update(keep_best=True)

    assert watched.pass_on()
    assert (tmp_path / KEEP_BEST).exists()


@pytest.mark.django_db(transaction=True)
def test_a_fit_goes_on_while_the_database_is_away(doorbell, monkeypatch):
    job = factories.a_job(factories.a_person(), algorithm="random_forest")
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:go_on_until_asked")
    running = run_in_a_thread(job)
    wait_for_pid(job)
    go_away(monkeypatch, times=3)

    Job.objects.filter(pk=job.pk).update(keep_best=True)
    running.join(60)

    job.refresh_from_db()
    assert (job.state, job.attempt) == (JobState.SUCCEEDED, 1)
