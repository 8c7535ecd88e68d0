import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import OutboxEvent
from datasets import services, tasks, worker
from datasets.models import Dataset, DatasetVersion, VersionStatus
from datasets.queries import newest_version
from tests import factories


@pytest.fixture
def version(settings, actor, project, doorbell):
    """A version that waits for a worker, as an upload leaves it that is too large to be read at once."""
    settings.UPLOAD_INLINE_BYTES = 0
    dataset = services.add_dataset(actor=actor, project=project, chunks=[factories.flowers()], filename="flowers.csv")
    return newest_version(dataset)


def read_counted(monkeypatch):
    """Count the reads from now on."""
    read, calls = worker._read, []
    monkeypatch.setattr(worker, "_read", lambda version: calls.append(version.pk) or read(version))
    return calls


def age(version, **changes):
    """Make the version look older by a day than it is."""
    DatasetVersion.objects.filter(pk=version.pk).update(created_at=timezone.now() - timedelta(days=1), **changes)


def test_large_file_rings_for_a_worker_who_reads_it(
    settings, api, project, actor, doorbell, django_capture_on_commit_callbacks
):
    settings.UPLOAD_INLINE_BYTES = 0
    with django_capture_on_commit_callbacks(execute=True):
        dataset = services.add_dataset(actor=actor, project=project, chunks=[factories.flowers()], filename="a.csv")
    version = dataset.versions.get()
    before = api.get(f"/api/datasets/{dataset.pk}").json()

    worker.ingest(version.pk)

    after = api.get(f"/api/datasets/{dataset.pk}").json()
    assert doorbell == [("datasets.tasks.ingest", version.pk)]
    assert (before["status"], before["rows"], before["columns"]) == ("processing", None, [])
    assert (after["status"], after["rows"], len(after["columns"])) == ("ready", 60, 7)


def test_ingest_keeps_what_it_found(version):
    worker.ingest(version.pk)

    version.refresh_from_db()
    assert (version.status, version.rows, version.column_count, version.error) == (VersionStatus.READY, 60, 7, "")
    assert [profile["name"] for profile in version.profile] == [column.name for column in version.schema]
    assert (version.dialect["delimiter"], version.dialect["header"]) == (",", True)
    assert version.attempt == 1


def test_ingest_called_twice_reads_once(version, monkeypatch):
    reads = read_counted(monkeypatch)

    tasks.ingest(str(version.pk))
    tasks.ingest(str(version.pk))

    assert reads == [version.pk]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_read_once(version, monkeypatch):
    reads = read_counted(monkeypatch)

    factories.at_once(*[lambda: worker.ingest(version.pk)] * 2)

    version.refresh_from_db()
    assert (reads, version.attempt, version.status) == ([version.pk], 1, VersionStatus.READY)


def test_ingest_of_a_version_that_is_gone_does_nothing(db, stored):
    worker.ingest(uuid.uuid4())

    assert stored() == []


def test_file_that_is_no_table_fails_with_the_reason(settings, actor, project, doorbell, stored):
    settings.UPLOAD_INLINE_BYTES = 0
    dataset = services.add_dataset(actor=actor, project=project, chunks=[b"a\n1\n2\n"], filename="one.csv")

    worker.ingest(dataset.versions.get().pk)

    version = dataset.versions.get()
    assert (version.status, version.rows) == (VersionStatus.FAILED, None)
    assert version.error.startswith("Only one column was found")
    assert stored() == ["original"]


def test_read_that_breaks_fails_in_words_for_people(version, monkeypatch):
    def break_down(_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(worker, "_read", break_down)

    worker.ingest(version.pk)

    version.refresh_from_db()
    assert (version.status, version.error) == (
        VersionStatus.FAILED,
        "Reading this file failed unexpectedly. Try it once more.",
    )


def test_file_that_vanished_fails(version, settings):
    (settings.FILES_DIR / version.original_key).unlink()

    worker.ingest(version.pk)

    version.refresh_from_db()
    assert version.status == VersionStatus.FAILED


def test_version_deleted_while_it_is_read_leaves_no_file(
    version, monkeypatch, actor, stored, django_capture_on_commit_callbacks
):
    read = worker._read

    def read_while_it_is_deleted(claimed):
        with django_capture_on_commit_callbacks(execute=True):
            found = read(claimed)
            services.delete_dataset(actor=actor, dataset=Dataset.objects.get())
        worker.storage.put(claimed.table_key, [b"written a moment too late"])
        return found

    monkeypatch.setattr(worker, "_read", read_while_it_is_deleted)

    worker.ingest(version.pk)

    assert (DatasetVersion.objects.count(), stored()) == (0, [])


def test_reader_that_ends_after_another_leaves_the_table_alone(version, monkeypatch, api):
    read = worker._read

    def be_overtaken(claimed):
        found = read(claimed)
        monkeypatch.setattr(worker, "_read", read)
        DatasetVersion.objects.filter(pk=claimed.pk).update(claimed_at=None)
        worker.ingest(claimed.pk)
        return found

    monkeypatch.setattr(worker, "_read", be_overtaken)

    worker.ingest(version.pk)

    version.refresh_from_db()
    assert (version.status, version.attempt) == (VersionStatus.READY, 2)
    assert api.get(f"/api/datasets/{version.dataset_id}/preview").json()["total"] == 60


def test_stalled_leaves_alone_what_is_new_being_read_or_ended(version):
    assert worker.stalled() == []

    age(version, claimed_at=timezone.now())
    assert worker.stalled() == []

    for ended in (VersionStatus.READY, VersionStatus.FAILED):
        age(version, claimed_at=None, status=ended)
        assert worker.stalled() == []


def test_version_nobody_came_for_is_rung_for_again(version, monkeypatch):
    rung = []
    monkeypatch.setattr(tasks, "ring", lambda task, row_id: rung.append((task.name, row_id)))
    age(version)

    tasks.reap_datasets()

    assert rung == [("datasets.tasks.ingest", version.pk)]


def test_version_whose_reader_died_is_read_by_another(version):
    age(version, claimed_at=timezone.now() - timedelta(seconds=worker.CLAIM_S + 1), attempt=1)

    assert worker.stalled() == [version.pk]
    worker.ingest(version.pk)

    version.refresh_from_db()
    assert (version.status, version.attempt) == (VersionStatus.READY, 2)


def test_version_whose_reader_died_twice_fails_with_words(version):
    age(version, claimed_at=timezone.now() - timedelta(seconds=worker.CLAIM_S + 1), attempt=worker.MAX_ATTEMPTS)

    assert worker.stalled() == []

    version.refresh_from_db()
    assert (version.status, version.error) == (
        VersionStatus.FAILED,
        "Reading this file was interrupted twice. Upload it again.",
    )
    worker.ingest(version.pk)
    version.refresh_from_db()
    assert version.status == VersionStatus.FAILED


def test_failed_dataset_can_be_deleted_with_its_file(
    settings, actor, project, doorbell, stored, django_capture_on_commit_callbacks
):
    settings.UPLOAD_INLINE_BYTES = 0
    dataset = services.add_dataset(actor=actor, project=project, chunks=[b"a\n1\n"], filename="one.csv")
    dataset_id = dataset.pk
    worker.ingest(dataset.versions.get().pk)

    with django_capture_on_commit_callbacks(execute=True):
        services.delete_dataset(actor=actor, dataset=dataset)

    assert (Dataset.objects.count(), stored()) == (0, [])
    assert OutboxEvent.objects.filter(kind="dataset.deleted", subject_id=dataset_id).count() == 1


def test_ingest_counts_bad_rows_and_keeps_the_first(settings, actor, project, doorbell):
    settings.UPLOAD_INLINE_BYTES = 0
    content = b"a,b\n" + b"1,2\n" * 400 + b"1,2,3\n" * 150
    dataset = services.add_dataset(actor=actor, project=project, chunks=[content], filename="ragged.csv")

    worker.ingest(dataset.versions.get().pk)

    version = dataset.versions.get()
    assert (version.rows, version.bad_row_count, len(version.bad_rows)) == (400, 150, worker.BAD_ROWS_KEPT)
    assert (set(version.bad_rows[0]), version.bad_rows[0]["line"]) == ({"line", "reason"}, 402)


def test_reader_that_ends_after_the_version_was_given_up_leaves_no_table(version, monkeypatch, stored):
    read = worker._read

    def be_given_up(claimed):
        found = read(claimed)
        age(claimed, claimed_at=timezone.now() - timedelta(days=1), attempt=worker.MAX_ATTEMPTS)
        assert worker.stalled() == []
        return found

    monkeypatch.setattr(worker, "_read", be_given_up)

    worker.ingest(version.pk)

    version.refresh_from_db()
    assert (version.status, stored()) == (VersionStatus.FAILED, ["original"])


@pytest.mark.parametrize(
    ("created_s", "claimed_s", "is_stalled"),
    [(29, None, False), (31, None, True), (3600, worker.CLAIM_S - 5, False), (3600, worker.CLAIM_S + 5, True)],
)
def test_version_is_stalled_after_its_time(version, created_s, claimed_s, is_stalled):
    claimed_at = None if claimed_s is None else timezone.now() - timedelta(seconds=claimed_s)
    created_at = timezone.now() - timedelta(seconds=created_s)
    DatasetVersion.objects.filter(pk=version.pk).update(created_at=created_at, claimed_at=claimed_at)

    assert worker.stalled() == ([version.pk] if is_stalled else [])
