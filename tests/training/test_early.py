"""Ending a fit early with the best it has so far."""

import pytest

from accounts.credits import balance_of
from core.actor import Actor
from core.errors import Conflict, Forbidden
from core.models import OutboxEvent
from tests import factories
from tests.ending import is_gone
from tests.training.test_worker import run_in_a_thread, stored_files, wait_for_pid
from tests.training.test_worker_takeover import let_die
from training import services, worker
from training.early import can_end_early
from training.models import Job, ModelVersion
from training.states import JobState
from workspaces.models import Role


def a_growing_job(person):
    return factories.a_job(person, algorithm="random_forest", params={"n_estimators": 50})


@pytest.mark.django_db(transaction=True)
def test_a_fit_that_is_asked_ends_with_a_model(doorbell, monkeypatch):
    person = factories.a_person()
    job = a_growing_job(person)
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:go_on_until_asked")
    running = run_in_a_thread(job)
    wait_for_pid(job)

    services.stop_training(actor=Actor(person), job=job, keep_best=True)
    running.join(60)

    job.refresh_from_db()
    assert (job.state, job.keep_best) == (JobState.SUCCEEDED, True)
    assert ModelVersion.objects.filter(job=job).count() == 1
    assert stored_files() == ["holdout.parquet", "model.skops"]
    assert balance_of(person) == 14
    assert job.events.filter(payload__message="Asked to end with the best so far.").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_fit_whose_time_budget_is_over_ends_with_a_model(doorbell, monkeypatch):
    job = factories.a_job(factories.a_person(), algorithm="random_forest", params={"n_estimators": 50}, time_budget_s=1)
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:go_on_until_asked")

    worker.run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.keep_best) == (JobState.SUCCEEDED, True)
    assert ModelVersion.objects.filter(job=job).count() == 1
    told = list(job.events.filter(kind="log").values_list("payload__message", flat=True))
    assert "The time budget of 1 second is over: it ends with the best so far." in told
    assert "Stopped early, as asked: the model is what it had learnt until then." in told


@pytest.mark.django_db(transaction=True)
def test_who_has_asked_can_still_cancel(doorbell, monkeypatch):
    person = factories.a_person()
    job = a_growing_job(person)
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:run_for_ever")
    running = run_in_a_thread(job)
    pid = wait_for_pid(job)
    services.stop_training(actor=Actor(person), job=job, keep_best=True)

    services.stop_training(actor=Actor(person), job=job)
    running.join(20)

    assert not running.is_alive()
    assert is_gone(pid, within_s=0)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert stored_files() == []


def test_asking_again_is_told_once(person, actor):
    job = a_growing_job(person)
    factories.claim(job)

    for _ in range(2):
        services.stop_training(actor=actor, job=job, keep_best=True)

    assert OutboxEvent.objects.filter(kind="training.ended_early", actor=person).count() == 1


def refusal(actor, job):
    with pytest.raises(Conflict) as refused:
        services.stop_training(actor=actor, job=job, keep_best=True)
    job.refresh_from_db()
    assert not job.keep_best
    return refused.value.code


def test_what_has_not_begun_has_nothing_to_keep(person, actor):
    assert refusal(actor, a_growing_job(person)) == "not_begun"


def test_what_has_ended_cannot_end_early(person, actor):
    job = a_growing_job(person)
    services.stop_training(actor=actor, job=job)

    assert refusal(actor, job) == "job_ended"


def test_a_method_that_learns_at_once_keeps_nothing(person, actor):
    job = factories.a_job(person)
    factories.claim(job)

    assert refusal(actor, job) == "keeps_nothing"


def test_viewers_end_nothing_early(person, stranger):
    job = a_growing_job(person)
    factories.claim(job)
    viewer = factories.join(stranger, job.project.workspace, Role.VIEWER)

    with pytest.raises(Forbidden):
        services.stop_training(actor=viewer, job=job, keep_best=True)


def test_an_attempt_that_begins_anew_runs_to_its_end(person, actor):
    job = a_growing_job(person)
    factories.claim(job)
    services.stop_training(actor=actor, job=job, keep_best=True)
    let_die(job)

    assert worker.reap() == [job.pk]

    job.refresh_from_db()
    assert (job.state, job.keep_best) == (JobState.QUEUED, False)


@pytest.mark.parametrize(("body", "code"), [({"keep_best": True}, 409), ({"keep_best": "perhaps"}, 400), ({}, 202)])
def test_the_api_tells_stopping_from_ending_early(api, person, body, code):
    job = factories.a_job(person)

    answer = api.post(f"/api/training/{job.pk}/stop", body)

    assert answer.status_code == code
    job.refresh_from_db()
    assert (job.state == JobState.CANCELLED) == (code == 202)


def test_the_api_asks_a_running_fit_to_end(api, person):
    job = a_growing_job(person)
    factories.claim(job)

    answer = api.post(f"/api/training/{job.pk}/stop", {"keep_best": True})

    assert answer.status_code == 202
    assert (answer.json()["state"], answer.json()["keep_best"]) == ("running", True)


def test_the_page_offers_both_where_both_can_be(web, person):
    waiting, growing = factories.a_job(person), a_growing_job(person)
    factories.claim(growing)

    offers = [web.get(f"/training/{job.pk}/stop").content.decode() for job in (waiting, growing)]
    web.post(f"/training/{growing.pk}/stop", {"keep_best": "true"})

    assert ["Stop and keep the best" in page for page in offers] == [False, True]
    assert Job.objects.get(pk=growing.pk).keep_best


@pytest.mark.parametrize(
    ("plan", "can"),
    [
        ({"algorithm": "logistic"}, False),
        ({"algorithm": "random_forest"}, True),
        ({"algorithm": "logistic", "tuning": {"trials": 3}}, True),
        ({"algorithm": "logistic", "validation": {"folds": 5}}, True),
        ({"algorithm": "logistic", "validation": {"folds": None}, "tuning": None}, False),
    ],
)
def test_searches_folds_and_what_grows_by_steps_can_end_early(plan, can):
    assert can_end_early(plan) is can
