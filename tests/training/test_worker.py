"""One job from claim to end, in real child processes; `test_worker_takeover` has those that meet another worker."""

import os
import signal
import time
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings
from django.db import connections

from accounts.credits import balance_of
from core import processes
from core.actor import Actor
from core.models import OutboxEvent
from datasets import services as datasets
from tests import factories
from tests.ending import is_gone
from training import services, watch, worker
from training.models import Job, ModelVersion
from training.states import JobState


def stored_files() -> list[str]:
    """Model files, and anything left in the scratch folder."""
    found = [*(settings.FILES_DIR / "models").rglob("*"), *(settings.FILES_DIR / ".scratch").glob("*")]
    return sorted(path.name for path in found if path.is_file() or path.parent.name == ".scratch")


def pid_of(job: Job) -> int | None:
    """The fit's process, once it has said so."""
    return job.events.filter(payload__has_key="pid").values_list("payload__pid", flat=True).first()


def wait_for_pid(job: Job) -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if pid := pid_of(job):
            return pid
        time.sleep(0.02)
    raise AssertionError("the fit did not begin")


def outbox(job: Job) -> list[str]:
    return list(OutboxEvent.objects.filter(subject_id=job.pk).values_list("kind", flat=True))


def assert_failed_with_refund(job: Job, person: object, error: str) -> None:
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, error)
    assert job.finished_at is not None
    assert (balance_of(person), factories.ledger_sum(person)) == (15, 15)
    assert outbox(job) == ["training.queued", "training.failed"]
    assert not ModelVersion.objects.exists()
    assert stored_files() == []


def run_in_a_thread(job: Job) -> Thread:
    def supervise() -> None:
        worker.run(job.pk)
        connections.close_all()

    thread = Thread(target=supervise)
    thread.start()
    return thread


def test_run_ends_in_success_with_a_model(person):
    job = factories.a_job(person)

    worker.run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.stage, job.progress, job.attempt, job.error) == (JobState.SUCCEEDED, "done", 1, 1, "")
    assert job.created_at <= job.started_at <= job.heartbeat_at <= job.finished_at
    assert (balance_of(person), factories.ledger_sum(person)) == (14, 14)
    assert outbox(job) == ["training.queued", "training.succeeded"]
    assert outbox(job.model) == ["model.created"]
    assert stored_files() == ["holdout.parquet", "model.skops"]


def test_no_lease_runs_while_the_libraries_are_imported(person, monkeypatch):
    job = factories.a_job(person)
    seen = []
    prepare = processes.prepare

    def look_and_prepare(preload: tuple[str, ...]) -> None:
        seen.append((preload, Job.objects.get(pk=job.pk).state))
        prepare(preload)

    monkeypatch.setattr(processes, "prepare", look_and_prepare)

    worker.run(job.pk)

    job.refresh_from_db()
    assert seen == [(worker.PRELOAD, JobState.QUEUED)]
    assert job.state == JobState.SUCCEEDED


def test_model_says_what_it_is_and_what_it_saw(person):
    job = factories.a_job(person, name="Flowers")

    worker.run(job.pk)

    model = ModelVersion.objects.get(job=job)
    assert (str(model), model.status, model.source, model.created_by) == ("Flowers v1", "active", "trained", person)
    assert (model.task, model.target, model.algorithm) == ("classification", "kind", "logistic")
    assert (model.plan, model.dataset_version, model.project) == (job.plan, job.dataset_version, job.project)
    assert model.output_schema["classes"] == ["long", "short"]
    assert [field.name for field in model.fields] == job.plan["features"]
    assert (model.facts["rows_train"], model.facts["rows_test"]) == (48, 12)
    assert model.size_bytes == (settings.FILES_DIR / model.file_key).stat().st_size


def test_scores_stand_beside_the_baseline_on_model_and_job(person):
    job = factories.a_job(person)

    worker.run(job.pk)

    job.refresh_from_db()
    assert job.metrics == job.model.metrics
    assert job.metrics["accuracy"] > job.metrics["baseline"]["accuracy"] == 0.5


def test_journal_tells_the_run_without_a_gap(person):
    job = factories.a_job(person, algorithm="random_forest", params={"n_estimators": 10})

    worker.run(job.pk)

    events = list(job.events.all())
    stages = [event.payload["stage"] for event in events if event.kind == "progress"]
    shares = [event.payload["progress"] for event in events if event.kind == "progress"]
    trees = [event.payload["done"] for event in events if event.payload.get("unit") == "tree"]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert (events[0].payload["state"], events[-1].payload["state"]) == ("running", "succeeded")
    assert list(dict.fromkeys(stages)) == ["reading", "preparing", "fitting", "evaluating", "explaining", "saving"]
    assert shares == sorted(shares)
    assert trees == list(range(11))
    assert [event.kind for event in events].count("metric") == 1


def test_same_wish_on_the_same_data_gives_the_same_model(person):
    dataset = factories.a_dataset(person)
    jobs = [factories.a_job(person, dataset, algorithm="random_forest") for _ in range(2)]

    for job in jobs:
        worker.run(job.pk)

    first, second = (ModelVersion.objects.get(job=job) for job in jobs)
    holdouts = [(settings.FILES_DIR / model.holdout_key).read_bytes() for model in (first, second)]
    assert first.metrics == second.metrics
    assert holdouts[0] == holdouts[1]


def test_unexpected_error_in_the_fit_fails_in_plain_words(person, monkeypatch):
    job = factories.a_job(person)
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:fail_unexpectedly")

    worker.run(job.pk)

    assert_failed_with_refund(job, person, worker.BROKE)
    assert job.events.get(kind="log").payload == {"message": "ZeroDivisionError: a bug in a library"}
    assert job.events.last().payload == {"state": "failed", "error": worker.BROKE}


def test_data_that_cannot_be_learnt_fails_in_the_words_of_the_fit(person, monkeypatch):
    job = factories.a_job(person)
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:refuse_the_data")

    worker.run(job.pk)

    assert_failed_with_refund(job, person, "Only one class is left.")


def test_killed_fit_fails_and_says_how(person, monkeypatch):
    job = factories.a_job(person)
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:be_killed")

    worker.run(job.pk)

    assert_failed_with_refund(job, person, "The training process was killed (SIGKILL).")


def test_time_limit_stops_the_fit(person, monkeypatch, settings):
    job = factories.a_job(person)
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:run_for_ever")
    settings.TRAINING_TIME_LIMIT_S = 6  # time for its first word, also on a busy machine

    worker.run(job.pk)

    assert_failed_with_refund(
        job,
        person,
        "Training took longer than the limit of 6 seconds and was stopped. "
        "Use fewer rows or columns, or a quicker method.",
    )
    assert is_gone(pid_of(job))


def test_memory_limit_stops_the_fit_and_says_how_much(person, monkeypatch, settings):
    job = factories.a_job(person)
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:take_memory")
    settings.TRAINING_MEMORY_LIMIT_BYTES = 1024**3

    worker.run(job.pk)

    job.refresh_from_db()
    assert job.error.startswith("Training used 1.")
    assert " GB of memory, more than the limit of 1.0 GB, and was stopped." in job.error
    assert_failed_with_refund(job, person, job.error)
    assert is_gone(pid_of(job))


def test_allocation_beyond_the_backstop_fails_in_plain_words(person, monkeypatch):
    job = factories.a_job(person)
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:run_out_of_memory")

    worker.run(job.pk)

    assert_failed_with_refund(job, person, worker.OUT_OF_MEMORY)


def test_next_job_runs_after_one_that_was_killed(person, monkeypatch):
    dataset = factories.a_dataset(person)
    killed, sound = factories.a_job(person, dataset), factories.a_job(person, dataset)
    with monkeypatch.context() as only_now:
        only_now.setattr(worker, "FIT", "tests.training.fits:be_killed")
        worker.run(killed.pk)

    worker.run(sound.pk)

    sound.refresh_from_db()
    assert sound.state == JobState.SUCCEEDED


@pytest.mark.django_db(transaction=True)
def test_stop_while_running_ends_the_fit(doorbell, monkeypatch):
    person = factories.a_person()
    job = factories.a_job(person)
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:run_for_ever")
    running = run_in_a_thread(job)
    pid = wait_for_pid(job)

    services.stop_training(actor=Actor(person), job=job)
    running.join(20)

    assert not running.is_alive()
    assert is_gone(pid, within_s=0)
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.CANCELLED, "")
    assert [event.payload["state"] for event in job.events.filter(kind="state")] == ["running", "cancelled"]
    assert balance_of(person) == 14
    assert not ModelVersion.objects.exists()
    assert stored_files() == []


def test_looks_at_a_fit_leave_time_for_a_stop_within_two_seconds():
    """Told by the worker's pace: a test that takes the time would blame the worker for a busy machine."""
    assert watch.BEAT_S + worker.POLL_S <= 1


@pytest.mark.django_db(transaction=True)
def test_fit_killed_from_outside_fails_with_a_refund(doorbell, monkeypatch):
    person = factories.a_person()
    job = factories.a_job(person)
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:run_for_ever")
    running = run_in_a_thread(job)

    os.kill(wait_for_pid(job), signal.SIGKILL)
    running.join(20)

    assert not running.is_alive()
    assert_failed_with_refund(job, person, "The training process was killed (SIGKILL).")


def test_job_whose_dataset_was_deleted_fails(person, actor):
    dataset = factories.a_dataset(person)
    job = factories.a_job(person, dataset)
    datasets.delete_dataset(actor=actor, dataset=dataset)

    worker.run(job.pk)

    assert_failed_with_refund(job, person, worker.TABLE_GONE)


@pytest.mark.django_db(transaction=True)
def test_job_whose_dataset_is_deleted_while_it_runs_ends_at_once(doorbell, monkeypatch):
    person = factories.a_person()
    dataset = factories.a_dataset(person)
    job = factories.a_job(person, dataset)
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:run_for_ever")
    running = run_in_a_thread(job)
    wait_for_pid(job)

    datasets.delete_dataset(actor=Actor(person), dataset=dataset)
    running.join(20)

    assert not running.is_alive()
    assert_failed_with_refund(job, person, worker.TABLE_GONE)


def test_job_whose_table_file_is_gone_fails(person):
    job = factories.a_job(person)
    (settings.FILES_DIR / job.dataset_version.table_key).unlink()

    worker.run(job.pk)

    assert_failed_with_refund(job, person, worker.BROKE)


def test_job_whose_dataset_is_deleted_meanwhile_fails(person, actor):
    dataset = factories.a_dataset(person)
    job = factories.a_job(person, dataset)
    lease = factories.claim(job)

    with factories.storage.scratch_folder() as folder:
        outcome = factories.fitted(job, folder)
        datasets.delete_dataset(actor=actor, dataset=dataset)
        worker._succeed(job, lease, outcome, folder)

    assert_failed_with_refund(job, person, worker.TABLE_GONE)


def test_job_of_a_closed_account_still_ends(person, stranger, monkeypatch):
    member = factories.join(stranger, factories.home_of(person).workspace, "editor")
    job = services.start_training(
        actor=member,
        version=factories.newest_version(factories.a_dataset(person)),
        wish=factories.a_wish(),
    )
    stranger.delete()
    monkeypatch.setattr(worker, "FIT", "tests.training.fits:be_killed")

    worker.run(job.pk)

    job.refresh_from_db()
    assert job.state == JobState.FAILED


def test_storage_that_is_full_fails_and_leaves_nothing(person, monkeypatch):
    job = factories.a_job(person)

    def disk_is_full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", disk_is_full)

    worker.run(job.pk)

    assert_failed_with_refund(job, person, worker.BROKE)
