"""The threads of a worker process that train."""

import time

import pytest

from core import crew, pulse
from tests import factories
from training import tasks, worker
from training.crew import Crew
from training.models import Job
from training.states import JobState

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hired(doorbell, monkeypatch):
    """A crew of two in this process, which refuses whatever it is to fit; it leaves after the test."""
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:refuse_the_data")
    two = Crew(2)
    two.start()
    yield two
    two.end()


def until(look):
    deadline = time.monotonic() + 60
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def all_ended():
    return not Job.objects.exclude(state=JobState.FAILED).exists()


def test_a_crew_takes_what_is_queued_without_a_message(hired):
    job = factories.a_job(factories.a_person())

    until(all_ended)

    job.refresh_from_db()
    assert (job.state, job.attempt) == (JobState.FAILED, 1)


def test_a_message_wakes_it(hired, monkeypatch):
    monkeypatch.setattr(crew, "LOOK_S", 3_600)
    monkeypatch.setattr(tasks, "_crew", [hired])
    time.sleep(1.2)  # it looked for the last time by itself
    job = factories.a_job(factories.a_person())

    tasks.run_training(str(job.pk))

    until(all_ended)


def test_it_says_how_many_jobs_it_runs_at_a_time_and_that_it_left(hired):
    until(lambda: pulse.slots_alive() == 2)

    hired.end()

    assert pulse.slots_alive() == 0


def test_it_goes_on_when_something_breaks(hired, monkeypatch):
    broken = iter([RuntimeError("the database is away")])
    look = worker.run_queued

    def break_once():
        for error in broken:
            raise error
        look()

    monkeypatch.setattr(worker, "run_queued", break_once)
    factories.a_job(factories.a_person())

    until(all_ended)
