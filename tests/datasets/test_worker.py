"""One file from claim to end, in real child processes."""

import time
import uuid
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connections
from django.utils import timezone

from core import processes, storage
from core.crew import Crew
from datasets import services, tasks, worker
from datasets.models import Dataset, DatasetVersion, VersionStatus
from datasets.queries import newest_version
from tests import factories

READS = "tests.datasets.reads"
LOST_S = 21  # more than the lease of 20 s


@pytest.fixture
def version(settings, actor, project, doorbell):
    """A version that waits for a worker, as an upload leaves it that is too large to be read at once."""
    return waiting(settings, actor, project, factories.flowers())


def waiting(settings, actor, project, content, filename="flowers.csv"):
    settings.UPLOAD_INLINE_BYTES = 0
    return newest_version(services.add_dataset(actor=actor, project=project, chunks=[content], filename=filename))


def age(version, seconds=86_400, **changes):
    """Make the version look older than it is."""
    created_at = timezone.now() - timedelta(seconds=seconds)
    DatasetVersion.objects.filter(pk=version.pk).update(created_at=created_at, **changes)


def lose(version, **changes):
    """Leave the version as a reader does that died."""
    age(version, heartbeat_at=timezone.now() - timedelta(seconds=LOST_S), lease_owner="dead", **changes)


def starts_counted(monkeypatch):
    """Count the child processes from now on."""
    start, started = processes.Child.start, []
    monkeypatch.setattr(processes.Child, "start", lambda *a, **k: started.append(a[0]) or start(*a, **k))
    return started


def state(version):
    version.refresh_from_db()
    return version.status, version.error


def until(told):
    """Wait for what `told` says, and return it."""
    deadline = time.monotonic() + 60
    while not (answer := told()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)
    return answer


def read_in_a_thread(version):
    def read():
        worker.ingest(version.pk)
        connections.close_all()

    thread = Thread(target=read)
    thread.start()
    return thread


def test_large_file_rings_for_a_worker_who_reads_it(
    settings, api, project, actor, doorbell, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        version = waiting(settings, actor, project, factories.flowers())
    before = api.get(f"/api/datasets/{version.dataset_id}").json()

    worker.ingest(version.pk)

    after = api.get(f"/api/datasets/{version.dataset_id}").json()
    assert doorbell == [("datasets.tasks.ingest", version.pk)]
    assert (before["status"], before["rows"], before["progress"], before["columns"]) == ("processing", None, 0, [])
    assert (after["status"], after["rows"], after["progress"], len(after["columns"])) == ("ready", 60, 1, 7)


def test_ingest_keeps_what_it_found(version, stored):
    worker.ingest(version.pk)

    version.refresh_from_db()
    assert (version.status, version.rows, version.column_count, version.error) == (VersionStatus.READY, 60, 7, "")
    assert [profile["name"] for profile in version.profile] == [column.name for column in version.schema]
    assert version.exploration["duplicates"] == {"rows": 0, "exact": True}
    assert (version.dialect["delimiter"], version.dialect["header"]) == (",", True)
    assert (version.attempt, version.stage, version.progress, version.lease_owner) == (1, "", 1, "")
    assert version.table_bytes == storage.local_path(version.table_key).stat().st_size
    assert stored() == ["original", "table.parquet"]


def test_what_a_worker_reads_is_what_is_read_at_once(version, settings):
    settings.UPLOAD_INLINE_BYTES = 1_000_000
    other = newest_version(factories.a_dataset(factories.a_person("bob")))

    worker.ingest(version.pk)

    version.refresh_from_db()
    told = ("rows", "columns", "profile", "exploration", "dialect", "notes", "table_bytes", "attempt", "progress")
    assert {name: getattr(version, name) for name in told} == {name: getattr(other, name) for name in told}


def test_ingest_called_twice_reads_once(version, monkeypatch):
    started = starts_counted(monkeypatch)

    tasks.ingest(str(version.pk))
    tasks.ingest(str(version.pk))

    assert started == [worker.READ]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_read_once(version, monkeypatch):
    started = starts_counted(monkeypatch)

    factories.at_once(*[lambda: worker.ingest(version.pk)] * 2)

    assert state(version) == (VersionStatus.READY, "")
    assert (started, version.attempt) == ([worker.READ], 1)


def test_ingest_of_a_version_that_is_gone_does_nothing(db, stored):
    worker.ingest(uuid.uuid4())

    assert stored() == []


def test_file_that_is_no_table_fails_with_the_reason_and_leaves_no_file(settings, actor, project, doorbell, stored):
    version = waiting(settings, actor, project, b"[" + b'{"a": 1, "b": 2},\n' * 60_000 + b"none]", "many.json")

    worker.ingest(version.pk)

    status, error = state(version)
    assert (status, version.rows, stored()) == (VersionStatus.FAILED, None, [])
    assert "JSON" in error


@pytest.mark.parametrize(
    ("read", "error"),
    [
        ("fail_unexpectedly", worker.BROKE),
        ("run_out_of_memory", worker.OUT_OF_MEMORY),
        (
            "find_the_disk_full",
            "The disk of this server is full, so the file was not read. Ask its operator to make room, then try again.",
        ),
    ],
)
def test_reading_that_fails_says_why_and_leaves_no_file(version, monkeypatch, stored, read, error):
    monkeypatch.setattr(worker, "READ", f"{READS}:{read}")

    worker.ingest(version.pk)

    assert state(version) == (VersionStatus.FAILED, error)
    assert (version.lease_owner, version.stage, stored()) == ("", "", [])


def test_killed_reading_is_tried_once_more_and_then_fails(version, monkeypatch, stored):
    monkeypatch.setattr(worker, "READ", f"{READS}:be_killed")

    worker.ingest(version.pk)
    first = state(version)
    worker.ingest(version.pk)

    assert first == (VersionStatus.PROCESSING, "")
    assert state(version) == (
        VersionStatus.FAILED,
        "The process that read this file was killed twice (SIGKILL). Upload fewer rows or columns.",
    )
    assert stored() == []


def test_killed_reading_is_ready_after_the_next(version, monkeypatch):
    with monkeypatch.context() as only_now:
        only_now.setattr(worker, "READ", f"{READS}:be_killed")
        worker.ingest(version.pk)

    worker.ingest(version.pk)

    assert state(version) == (VersionStatus.READY, "")
    assert version.attempt == 2


def test_time_limit_ends_the_reading(version, monkeypatch, settings, stored):
    monkeypatch.setattr(worker, "READ", f"{READS}:wait_for_ever")
    settings.INGEST_TIME_LIMIT_S = 1

    worker.ingest(version.pk)

    assert state(version) == (
        VersionStatus.FAILED,
        "Reading this file took longer than the limit of 1 s. Upload fewer rows or columns.",
    )
    assert stored() == []


def test_memory_limit_ends_the_reading_and_says_how_much(version, monkeypatch, settings, stored):
    monkeypatch.setattr(worker, "READ", f"{READS}:take_memory")
    settings.INGEST_MEMORY_LIMIT_BYTES = 400 * 1024**2

    worker.ingest(version.pk)

    status, error = state(version)
    assert (status, stored()) == (VersionStatus.FAILED, [])
    assert "GB of memory, more than the limit of 0.4 GB." in error


def test_file_that_vanished_fails(version, settings):
    (settings.FILES_DIR / version.original_key).unlink()

    worker.ingest(version.pk)

    assert state(version) == (VersionStatus.FAILED, worker.BROKE)


@pytest.mark.django_db(transaction=True)
def test_progress_is_told_and_a_deleted_dataset_ends_its_reading(version, monkeypatch, actor, stored):
    monkeypatch.setattr(worker, "READ", f"{READS}:wait_for_ever")
    reading = read_in_a_thread(version)

    until(lambda: DatasetVersion.objects.filter(pk=version.pk, stage="reading").exists())
    version.refresh_from_db()
    services.delete_dataset(actor=actor, dataset=Dataset.objects.get())
    reading.join(20)

    assert version.progress_detail == {"done": 412, "total": 1000, "unit": "bytes"}
    assert 0 < version.progress < 1
    assert (reading.is_alive(), DatasetVersion.objects.count(), stored()) == (False, 0, [])


@pytest.mark.django_db(transaction=True)
def test_worker_that_is_stopped_hands_its_reading_back(version, monkeypatch, stored):
    monkeypatch.setattr(worker, "READ", f"{READS}:wait_for_ever")
    monkeypatch.setattr(worker, "_leaving", type(worker._leaving)())
    reading = read_in_a_thread(version)
    until(lambda: DatasetVersion.objects.filter(pk=version.pk, stage="reading").exists())

    worker.leave()
    reading.join(20)

    assert state(version) == (VersionStatus.PROCESSING, "")
    assert (version.attempt, version.heartbeat_at, version.stage, stored()) == (0, None, "", ["original"])


@pytest.mark.django_db(transaction=True)
def test_reader_that_was_taken_for_dead_ends_without_a_word(version, monkeypatch):
    with monkeypatch.context() as only_now:
        only_now.setattr(worker, "READ", f"{READS}:wait_for_ever")
        slow = read_in_a_thread(version)
        until(lambda: DatasetVersion.objects.filter(pk=version.pk, stage="reading").exists())
    DatasetVersion.objects.filter(pk=version.pk).update(heartbeat_at=None, lease_owner="")

    worker.ingest(version.pk)
    slow.join(20)

    assert (slow.is_alive(), state(version), version.attempt) == (False, (VersionStatus.READY, ""), 2)
    assert storage.local_path(version.table_key).is_file()


def test_stalled_leaves_alone_what_is_new_being_read_or_ended(version):
    assert worker.stalled() == []

    age(version, heartbeat_at=timezone.now())
    assert worker.stalled() == []

    for ended in (VersionStatus.READY, VersionStatus.FAILED, VersionStatus.PURGED):
        age(version, heartbeat_at=None, status=ended)
        assert worker.stalled() == []


def test_version_nobody_came_for_is_rung_for_again(version, monkeypatch):
    rung = []
    monkeypatch.setattr(tasks, "ring", lambda task, row_id: rung.append((task.name, row_id)))
    age(version)

    tasks.reap_datasets()

    assert rung == [("datasets.tasks.ingest", version.pk)]


@pytest.mark.parametrize(
    ("created_s", "beaten_s", "is_stalled"),
    [(20, None, False), (31, None, True), (3600, 15, False), (3600, LOST_S, True)],
)
def test_version_is_stalled_after_its_time(version, created_s, beaten_s, is_stalled):
    beaten = None if beaten_s is None else timezone.now() - timedelta(seconds=beaten_s)
    age(version, created_s, heartbeat_at=beaten, lease_owner="slow")

    assert worker.stalled() == ([version.pk] if is_stalled else [])


def test_version_whose_reader_died_is_read_by_another(version):
    lose(version, attempt=1)

    assert worker.stalled() == [version.pk]
    worker.ingest(version.pk)

    assert (state(version), version.attempt) == ((VersionStatus.READY, ""), 2)


def test_version_whose_reader_died_twice_fails_with_words_and_without_files(version, stored):
    lose(version, attempt=worker.MAX_ATTEMPTS)

    assert worker.stalled() == []
    worker.ingest(version.pk)

    assert state(version) == (VersionStatus.FAILED, worker.INTERRUPTED)
    assert stored() == []


def test_failed_dataset_can_be_deleted(version, actor, monkeypatch, django_capture_on_commit_callbacks, stored):
    monkeypatch.setattr(worker, "READ", f"{READS}:fail_unexpectedly")
    worker.ingest(version.pk)

    with django_capture_on_commit_callbacks(execute=True):
        services.delete_dataset(actor=actor, dataset=version.dataset)

    assert (Dataset.objects.count(), stored()) == (0, [])


def test_bad_rows_are_counted_listed_and_kept_in_a_report(settings, actor, project, doorbell):
    version = waiting(settings, actor, project, b"a,b\n" + b"1,2\n" * 400 + b"1,2,3\n" * 150, "ragged.csv")

    worker.ingest(version.pk)

    version.refresh_from_db()
    report = storage.local_path(version.bad_rows_key).read_text().splitlines()
    assert (version.rows, version.bad_row_count, len(version.bad_rows), len(report)) == (400, 150, 100, 151)
    assert (set(version.bad_rows[0]), version.bad_rows[0]["line"]) == ({"line", "reason"}, 402)


def test_sweep_removes_what_no_version_rests_on_and_what_killed_processes_left(version, settings, monkeypatch, stored):
    left = settings.FILES_DIR / ".scratch" / "left"
    left.mkdir(parents=True)
    (left / "part").write_bytes(b"x")
    storage.put(f"datasets/{uuid.uuid4()}/original", [b"lost"])
    for name in ("ORPHAN_S", "JUST_MADE_S"):
        monkeypatch.setattr(storage, name, -1)

    with storage.scratch_folder() as in_use:
        worker.sweep()
        assert in_use.is_dir()

    assert (stored(), left.exists()) == (["original"], False)


def test_sweep_removes_files_of_a_version_that_failed(version, monkeypatch, stored):
    DatasetVersion.objects.filter(pk=version.pk).update(status=VersionStatus.FAILED)
    monkeypatch.setattr(storage, "ORPHAN_S", -1)

    worker.sweep()

    assert stored() == []


# Whose turn it is


@pytest.fixture
def hired(monkeypatch):
    """A crew that reads one file at a time in this process, as a worker has; it leaves after the test."""
    monkeypatch.setattr(worker, "_leaving", type(worker._leaving)())
    one = Crew(worker.read_waiting, slots=1, name="read")
    monkeypatch.setattr(tasks, "_crew", [one])
    one.start()
    yield one
    worker.leave()
    one.end()


@pytest.mark.django_db(transaction=True)
def test_a_message_does_not_wait_until_the_file_is_read(settings, actor, project, doorbell, monkeypatch, hired):
    monkeypatch.setattr(worker, "READ", f"{READS}:wait_for_ever")
    first, second = (waiting(settings, actor, project, factories.flowers(rows)) for rows in (60, 61))

    tasks.ingest(str(first.pk))
    until(lambda: DatasetVersion.objects.filter(pk=first.pk, stage="reading").exists())
    tasks.ingest(str(second.pk))

    assert state(second) == (VersionStatus.PROCESSING, "")
    assert second.heartbeat_at is None


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_read_without_a_message_the_oldest_first(settings, actor, project, doorbell, hired):
    first, second = (waiting(settings, actor, project, factories.flowers(rows)) for rows in (60, 61))

    until(lambda: state(second) == (VersionStatus.READY, ""))

    assert state(first) == (VersionStatus.READY, "")
    assert first.heartbeat_at < second.heartbeat_at
