"""From a stream of bytes to a version: what is refused at the door, read at once, shared, and left when it fails."""

import errno
import gzip
import os
import subprocess
import threading

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import DatabaseError, OperationalError, transaction

from core import storage
from core.actor import Actor
from core.errors import InvalidInput, OutOfSpace, TooLarge
from core.models import OutboxEvent
from datasets import services, uploads, worker
from datasets.models import Dataset, DatasetVersion, VersionStatus
from datasets.queries import newest_version
from tests import factories

TABLE = b"age,city,left\n31,Oslo,yes\n47,Bergen,no\n,Oslo,no\n25,Bergen,yes\n"


def add(actor, project, content=TABLE, filename="people.csv"):
    return newest_version(services.add_dataset(actor=actor, project=project, chunks=[content], filename=filename))


def delete(actor, version):
    services.delete_dataset(actor=actor, dataset=version.dataset)


def full(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def unread(upload):
    pytest.fail("it was read")


def as_parquet(folder, table):
    pq.write_table(table, folder / "t.parquet")
    return (folder / "t.parquet").read_bytes()


# At the door


@pytest.mark.parametrize("inline_bytes", [0, 1_000_000])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b,c,d\n1,2,3,4\n", "too_many_columns"),
        (b"a,b\n1," + b"x" * 1_000_001 + b"\n", "cell_too_long"),
        (gzip.compress(b"a,b\n" + b"1,2\n" * 1_000_000, mtime=0), "too_large"),
        (b"a,b\n" + b"1,2\n" * 1_000_000, "too_large"),
    ],
)
def test_what_goes_beyond_a_limit_leaves_nothing(settings, actor, project, stored, inline_bytes, content, code):
    settings.UPLOAD_INLINE_BYTES, settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_COLUMNS = inline_bytes, 2_000_000, 3

    with pytest.raises(TooLarge) as refusal:
        add(actor, project, content)

    assert refusal.value.code == code
    assert (Dataset.objects.count(), OutboxEvent.objects.filter(kind="dataset.created").count()) == (0, 0)
    assert stored() == []


@pytest.mark.parametrize("inline_bytes", [0, 1_000_000])
@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty"), (b"a\n1\n2\n", "one_column"), (b"%PDF-1.7 no table", "binary")]
)
def test_what_is_no_table_names_the_file_and_leaves_nothing(
    settings, actor, project, stored, inline_bytes, content, code
):
    settings.UPLOAD_INLINE_BYTES = inline_bytes

    with pytest.raises(InvalidInput) as refusal:
        add(actor, project, content)

    assert (refusal.value.attr, refusal.value.code) == ("file", code)
    assert (Dataset.objects.count(), stored()) == (0, [])


def test_rows_that_could_not_be_read_are_kept_in_a_report(actor, project, stored):
    version = add(actor, project, b"a,b\n1,2\n3,4\n5,6,7,8\n7,8\n9,10\n")

    assert (version.rows, version.bad_row_count) == (4, 1)
    assert storage.local_path(version.bad_rows_key).read_text().splitlines()[1].startswith("4,")
    assert stored() == ["bad_rows.csv", "original", "table.parquet"]


def test_small_file_that_unpacks_to_a_large_one_is_read_by_a_worker(settings, actor, project, doorbell):
    settings.UPLOAD_INLINE_BYTES = 100_000
    content = gzip.compress(b"a,b\n" + b"1,2\n" * 100_000)

    version = add(actor, project, content, "many.csv.gz")

    assert (len(content) < 100_000, version.status) == (True, VersionStatus.PROCESSING)


def test_small_file_of_many_rows_is_read_by_a_worker(settings, actor, project, doorbell, tmp_path):
    settings.UPLOAD_INLINE_BYTES = 100_000
    few, many = (pa.table({"a": [1] * count, "b": [2] * count}) for count in (1_000, 20_000))

    contents = [as_parquet(tmp_path, table) for table in (few, many)]
    statuses = [add(actor, project, content, "t.parquet").status for content in contents]

    assert all(len(content) < 10_000 for content in contents)
    assert statuses == [VersionStatus.READY, VersionStatus.PROCESSING]


def test_small_file_of_many_columns_is_read_by_a_worker(actor, project, doorbell):
    narrow, wide = (b"\n".join([row * count] * 4 + [b""]) for row, count in ((b"1,", 50), (b"1,", 1_000)))

    statuses = [add(actor, project, content).status for content in (narrow, wide)]

    assert statuses == [VersionStatus.READY, VersionStatus.PROCESSING]


# What fails on the way leaves nothing


@pytest.mark.parametrize("call", ["fsync", "mkdir", "replace"])
def test_full_disk_is_told_and_leaves_nothing(actor, project, stored, monkeypatch, call):
    monkeypatch.setattr(os, call, full)

    with pytest.raises(OutOfSpace):
        add(actor, project)

    monkeypatch.undo()
    assert (Dataset.objects.count(), stored()) == (0, [])


def test_database_without_room_is_told_and_leaves_nothing(actor, project, stored, monkeypatch):
    def refuse(*_, **__):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(DatasetVersion, "save", refuse)

    with pytest.raises(OutOfSpace):
        add(actor, project)

    assert stored() == []


def test_row_that_cannot_be_written_leaves_no_file(actor, project, stored, monkeypatch):
    def refuse(*_, **__):
        raise DatabaseError("a constraint")

    monkeypatch.setattr(DatasetVersion, "save", refuse)

    with pytest.raises(DatabaseError):
        add(actor, project)

    assert (Dataset.objects.count(), stored()) == (0, [])


def test_version_whose_transaction_fails_leaves_no_file(actor, project, stored):
    def keep_and_fail():
        with uploads.taken_in(chunks=[TABLE], filename="a.csv", workspace=project.workspace) as upload:
            keep_in_vain(upload)

    @transaction.atomic
    def keep_in_vain(upload):
        dataset = Dataset.objects.create(project=project, name="a")
        uploads.keep(upload, dataset=dataset, by=actor)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        keep_and_fail()

    assert (DatasetVersion.objects.count(), stored()) == (0, [])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a disk")
def test_disk_that_fills_up_leaves_nothing(settings, actor, project, tmp_path, stored):
    settings.FILES_DIR = disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=True)
    try:
        with pytest.raises(OutOfSpace):
            add(actor, project, factories.flowers(60_000))
        kept = add(actor, project)

        assert (DatasetVersion.objects.get(), stored()) == (kept, ["original", "table.parquet"])
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# The same bytes


def test_the_same_bytes_again_store_and_read_nothing(actor, project, stored, monkeypatch):
    first = add(actor, project)
    monkeypatch.setattr(uploads, "_read", unread)

    second = add(actor, project, filename="again.csv")

    same = ("content_id", "sha256", "size_bytes", "table_bytes", "rows", "columns", "profile", "exploration", "dialect")
    assert (second.status, second.progress, second.schema_number) == (VersionStatus.READY, 1, 1)
    assert {name: getattr(first, name) for name in same} == {name: getattr(second, name) for name in same}
    assert (second.filename, stored()) == ("again.csv", ["original", "table.parquet"])


def test_the_same_bytes_of_another_workspace_are_stored_for_themselves(actor, project, stranger):
    first = add(actor, project)

    second = add(Actor(stranger), factories.home_of(stranger))

    assert first.content_id != second.content_id


def test_the_same_bytes_bring_back_what_the_disk_has_lost(actor, project, stored):
    first = add(actor, project)
    storage.delete([first.table_key])

    second = add(actor, project)

    assert first.content_id != second.content_id
    assert storage.local_path(second.table_key).is_file()


def test_a_version_not_ready_is_not_shared(settings, actor, project, doorbell):
    settings.UPLOAD_INLINE_BYTES = 0

    first, second = add(actor, project), add(actor, project)

    assert first.content_id != second.content_id
    assert second.status == VersionStatus.PROCESSING


def test_schema_as_read_is_taken_over_before_one_that_was_corrected(actor, project):
    corrected = add(actor, project)
    DatasetVersion.objects.filter(pk=corrected.pk).update(schema_number=2, columns=[{"corrected": True}])
    after_the_correction = add(actor, project)
    DatasetVersion.objects.filter(pk=after_the_correction.pk).update(columns=[{"as read": True}])

    third = add(actor, project)

    assert (after_the_correction.columns, after_the_correction.schema_number) == ([{"corrected": True}], 1)
    assert (third.columns, third.schema_number) == ([{"as read": True}], 1)


@pytest.mark.django_db(transaction=True)
def test_shared_files_go_with_the_last_version(actor, project, stored):
    first, second = add(actor, project), add(actor, project)

    delete(actor, first)
    with_one = stored()
    delete(actor, second)

    assert (with_one, stored()) == (["original", "table.parquet"], [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(4))
def test_sharing_and_deleting_at_once_never_loses_a_file(actor, project, stored, round_):
    first = add(actor, project)

    answers = factories.at_once(lambda: delete(actor, first), lambda: add(actor, project))

    second = DatasetVersion.objects.get()
    assert answers == [None, second]
    assert storage.local_path(second.table_key).is_file()
    assert stored() == ["original", "table.parquet"]


@pytest.mark.django_db(transaction=True)
def test_a_version_being_shared_cannot_be_deleted_meanwhile(actor, project):
    first = add(actor, project)
    deleting = threading.Thread(target=lambda: factories.at_once(lambda: delete(actor, first)))

    with (
        uploads.taken_in(chunks=[TABLE], filename="a.csv", workspace=project.workspace) as upload,
        transaction.atomic(),
    ):
        dataset = Dataset.objects.create(project=project, name="a")
        version = uploads.keep(upload, dataset=dataset, by=actor)
        deleting.start()
        deleting.join(0.5)
    deleting.join(20)

    assert (list(DatasetVersion.objects.all()), version.content_id) == ([version], first.pk)
    assert storage.local_path(version.original_key).read_bytes() == TABLE


def test_release_of_what_a_version_rests_on_frees_nothing(actor, project, stored):
    version = add(actor, project)

    assert uploads.release([version.content_id]) == 0
    DatasetVersion.objects.filter(pk=version.pk).update(status=VersionStatus.PURGED)
    assert uploads.release([version.content_id]) == len(TABLE) + version.table_bytes
    assert stored() == []


def test_worker_limits_are_those_of_the_door(settings):
    settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_COLUMNS = 7, 3

    assert (worker.limits().max_bytes, worker.limits().max_columns) == (7, 3)
