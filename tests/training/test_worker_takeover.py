"""Jobs that more than one worker, or a stop, lays hands on; and what dead workers leave."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.credits import balance_of
from accounts.models import LedgerEntry
from core.actor import Actor
from core.errors import Conflict
from core.models import OutboxEvent
from tests import factories
from tests.factories import at_once
from training import services, tasks, worker
from training.models import Job, ModelVersion
from training.states import JobState, move
from training.watch import Watch
from workspaces.models import Role

one_writes_at_a_time_on_sqlite = pytest.mark.skipif(
    not connection.features.has_select_for_update, reason="no two transactions write at the same time there"
)


def states(job: Job) -> list[str]:
    return [event.payload["state"] for event in job.events.filter(kind="state")]


def model_files() -> list[str]:
    return sorted(path.name for path in (settings.FILES_DIR / "models").rglob("*") if path.is_file())


def let_die(job: Job) -> None:
    """Make the job's heartbeat as old as a dead worker's."""
    past = timezone.now() - timedelta(seconds=settings.TRAINING_LEASE_S + 1)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=past)


def commit_at_once(*calls: Callable[[], object]) -> list[object]:
    """Make the calls in transactions that all commit once each call has done its work: there keys are checked."""
    done = Barrier(len(calls))

    def work(call: Callable[[], object]) -> None:
        with transaction.atomic():
            call()
            done.wait(200)

    return at_once(*(partial(work, call) for call in calls))


def test_task_delivered_twice_runs_once(person):
    job = factories.a_job(person)

    tasks.run_training(str(job.pk))
    tasks.run_training(str(job.pk))

    job.refresh_from_db()
    assert (job.state, job.attempt) == (JobState.SUCCEEDED, 1)
    assert states(job) == ["running", "succeeded"]
    assert ModelVersion.objects.count() == 1
    assert balance_of(person) == 14


def test_task_of_a_cancelled_or_deleted_job_does_nothing(person, actor):
    cancelled, deleted = factories.a_job(person), factories.a_job(person)
    services.stop_training(actor=actor, job=cancelled)
    Job.objects.filter(pk=deleted.pk).delete()

    for job in (cancelled, deleted):
        tasks.run_training(str(job.pk))

    cancelled.refresh_from_db()
    assert (cancelled.state, cancelled.attempt) == (JobState.CANCELLED, 0)


@pytest.mark.django_db(transaction=True)
def test_of_workers_that_claim_at_once_one_gets_the_job(doorbell):
    job = factories.a_job(factories.a_person())

    claimed = at_once(*(partial(worker._claim, job.pk, name) for name in "abcd"))

    job.refresh_from_db()
    assert sorted(claimed) == [False, False, False, True]
    assert (job.lease_owner, job.attempt) == ("abcd"[claimed.index(True)], 1)


@pytest.mark.django_db(transaction=True)
def test_job_that_two_workers_run_at_once_makes_one_model(doorbell):
    person = factories.a_person()
    job = factories.a_job(person)

    at_once(partial(worker.run, job.pk), partial(worker.run, job.pk))

    assert states(job) == ["running", "succeeded"]
    assert ModelVersion.objects.filter(job=job).count() == 1
    assert model_files() == ["holdout.parquet", "model.skops"]
    assert balance_of(person) == 14


def test_versions_count_up_per_name_and_project(person, actor):
    dataset = factories.a_dataset(person)
    names = ["Flowers", "Flowers", "Others", "Flowers"]

    models = [factories.a_model(person, dataset, name=name) for name in names]

    assert [str(model) for model in models] == ["Flowers v1", "Flowers v2", "Others v1", "Flowers v3"]


@pytest.mark.django_db(transaction=True)
def test_versions_count_up_when_jobs_end_at_once(doorbell):
    person = factories.a_person()
    dataset = factories.a_dataset(person)
    jobs = [factories.a_job(person, dataset, name="Flowers") for _ in range(4)]
    leases = [factories.claim(job) for job in jobs]

    answers = at_once(*(partial(factories.finish, *pair) for pair in zip(jobs, leases, strict=True)))

    assert answers == [None] * 4
    assert sorted(ModelVersion.objects.values_list("version", flat=True)) == [1, 2, 3, 4]


@one_writes_at_a_time_on_sqlite
@pytest.mark.django_db(transaction=True)
def test_two_people_stop_and_refund_each_others_jobs(doorbell):
    ada, eve = factories.a_person("ada"), factories.a_person("eve")
    of_ada, of_eve = factories.a_job(ada), factories.a_job(eve)
    for person, job in ((ada, of_eve), (eve, of_ada)):
        factories.join(person, job.project.workspace, Role.EDITOR)

    answers = commit_at_once(
        partial(services.stop_training, actor=Actor(ada), job=of_eve),
        partial(services.stop_training, actor=Actor(eve), job=of_ada),
    )

    assert answers == [None, None]
    assert (states(of_ada), states(of_eve)) == (["cancelled"], ["cancelled"])
    assert (balance_of(ada), balance_of(eve)) == (15, 15)


@one_writes_at_a_time_on_sqlite
@pytest.mark.django_db(transaction=True)
def test_job_ends_while_the_same_table_is_uploaded_again(doorbell):
    person = factories.a_person()
    job = factories.a_job(person, factories.a_dataset(person))
    lease = factories.claim(job)

    answers = commit_at_once(partial(factories.a_dataset, person), partial(factories.finish, job, lease))

    assert answers == [None, None]
    assert states(job) == ["running", "succeeded"]


def test_job_cancelled_at_the_last_moment_leaves_no_model_nor_files(person, actor):
    job = factories.a_job(person)
    lease = factories.claim(job)
    services.stop_training(actor=actor, job=job)

    factories.finish(job, lease)

    assert states(job) == ["running", "cancelled"]
    assert not ModelVersion.objects.exists()
    assert model_files() == []
    assert not OutboxEvent.objects.filter(kind__in=["model.created", "training.succeeded"]).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_job_stopped_and_finished_at_once_ends_once(doorbell, round_):
    person = factories.a_person()
    job = factories.a_job(person)
    lease = factories.claim(job)

    stopped, _ = at_once(
        partial(services.stop_training, actor=Actor(person), job=job), partial(factories.finish, job, lease)
    )

    if isinstance(stopped, Conflict):
        assert states(job) == ["running", "succeeded"]
        assert model_files() == ["holdout.parquet", "model.skops"]
        assert ModelVersion.objects.filter(job=job).count() == 1
    else:
        assert states(job) == ["running", "cancelled"]
        assert model_files() == []
        assert not ModelVersion.objects.exists()
    assert balance_of(person) == 14


def test_worker_that_lost_its_lease_can_end_nothing(person):
    job = factories.a_job(person)
    old = factories.claim(job)
    let_die(job)
    worker.reap()
    factories.claim(job)

    factories.finish(job, old)
    worker._fail(job.pk, "Too late.", lease=old)

    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.RUNNING, "")
    assert model_files() == []
    assert balance_of(person) == 14


def test_reap_queues_a_dead_workers_job_again(person):
    job = factories.a_job(person)
    factories.claim(job)
    let_die(job)

    again = worker.reap()

    job.refresh_from_db()
    assert again == [job.pk]
    assert (job.state, job.lease_owner, job.progress) == (JobState.QUEUED, "", 0)
    assert states(job) == ["running", "queued"]
    assert job.events.get(kind="log").payload == {"message": "The worker died. The job starts again."}
    assert balance_of(person) == 14


def test_reaped_job_runs_to_its_end(person):
    job = factories.a_job(person)
    factories.claim(job)
    let_die(job)
    worker.reap()

    worker.run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.attempt) == (JobState.SUCCEEDED, 2)
    assert balance_of(person) == 14


def test_reap_fails_a_job_whose_worker_died_twice(person):
    job = factories.a_job(person)
    for _ in range(2):
        factories.claim(job)
        let_die(job)
        again = worker.reap()

    job.refresh_from_db()
    assert again == []
    assert (job.state, job.error) == (JobState.FAILED, worker.WORKER_DIED)
    assert (balance_of(person), factories.ledger_sum(person)) == (15, 15)


def test_reap_leaves_the_living_and_the_ended_alone(person):
    alive, ended = factories.a_job(person), factories.a_job(person)
    factories.claim(alive)
    factories.claim(ended)
    let_die(ended)
    move(ended.pk, to=JobState.CANCELLED)

    assert worker.reap() == []
    assert (states(alive), states(ended)) == (["running"], ["running", "cancelled"])


def test_reap_rings_again_for_a_job_nobody_claimed(person):
    job, _fresh = factories.a_job(person), factories.a_job(person)
    long_ago = timezone.now() - timedelta(seconds=worker.RING_AGAIN_S + 1)
    Job.objects.filter(pk=job.pk).update(rung_at=long_ago)

    assert worker.reap() == [job.pk]
    assert worker.reap() == []


@pytest.mark.django_db(transaction=True)
def test_reapers_at_once_refund_once(doorbell):
    person = factories.a_person()
    job = factories.a_job(person)
    factories.claim(job)
    Job.objects.filter(pk=job.pk).update(attempt=settings.TRAINING_MAX_ATTEMPTS)
    let_die(job)

    at_once(*[worker.reap] * 4)

    assert states(job) == ["running", "failed"]
    assert LedgerEntry.objects.filter(kind="refund").count() == 1
    assert (balance_of(person), factories.ledger_sum(person)) == (15, 15)


@pytest.mark.django_db(transaction=True)
def test_reapers_at_once_queue_once(doorbell):
    job = factories.a_job(factories.a_person())
    factories.claim(job)
    let_die(job)

    again = at_once(*[worker.reap] * 4)

    assert sorted(again) == [[], [], [], [job.pk]]
    assert states(job) == ["running", "queued"]


def test_reap_trusts_the_heartbeat_at_the_moment_it_decides(person):
    job = factories.a_job(person)
    factories.claim(job)
    let_die(job)
    lost = Job.objects.filter(heartbeat_at__lt=timezone.now() - timedelta(seconds=settings.TRAINING_LEASE_S))
    assert lost.get() == job
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now())

    assert not worker._take_up(lost)

    assert states(job) == ["running"]


def test_reap_passes_over_a_job_that_is_purged_meanwhile(person):
    job = factories.a_job(person)
    factories.claim(job)
    let_die(job)
    lost = Job.objects.filter(pk=job.pk, state=JobState.RUNNING)
    services.purge(workspace=job.project.workspace)

    assert not worker._take_up(lost)
    assert worker.reap() == []


@pytest.mark.django_db(transaction=True)
def test_a_job_purged_and_reaped_at_once_is_gone(doorbell):
    person = factories.a_person()
    job = factories.a_job(person)
    workspace = job.project.workspace
    factories.claim(job)
    let_die(job)

    @transaction.atomic
    def purge():  # as closing an account does
        services.lock_jobs_of(person, [workspace])
        services.purge(workspace=workspace)

    answers = at_once(purge, worker.reap, worker.reap)

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_job_stopped_and_reaped_at_once_is_in_one_state(doorbell):
    person = factories.a_person()
    job = factories.a_job(person)
    factories.claim(job)
    let_die(job)

    stopped, *_ = at_once(
        partial(services.stop_training, actor=Actor(person), job=job), worker.reap, partial(worker.run, job.pk)
    )

    assert stopped is None
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert states(job)[-1] == "cancelled"
    assert (balance_of(person), factories.ledger_sum(person)) in ((14, 14), (15, 15))  # back in the queue it was free


def test_a_fit_that_lost_its_lease_to_a_reaper_ends_without_a_word(person):
    job = factories.a_job(person)
    lease = factories.claim(job)
    let_die(job)
    worker.reap()

    assert not Watch(job.pk, lease, settings.FILES_DIR).conclude()
    assert states(job) == ["running", "queued"]


def test_one_message_wakes_the_workers_for_all_that_was_reaped(person, monkeypatch):
    rung = []
    monkeypatch.setattr(tasks, "ring", lambda task, job_id: rung.append(task.name))
    for _ in range(3):
        job = factories.a_job(person)
        factories.claim(job)
        let_die(job)

    tasks.reap_jobs()

    assert rung == ["training.tasks.run_training"]
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.QUEUED}
