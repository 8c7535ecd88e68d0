import pytest
from django.db import DatabaseError

from core import storage
from core.actor import Actor
from core.errors import Conflict, Forbidden, InvalidInput, NotFound, TooLarge
from core.models import OutboxEvent
from datasets import queries, samples, services
from datasets.models import Dataset, DatasetVersion, VersionStatus
from tests import factories
from workspaces.models import Role


def add(actor, project, chunks, filename="flowers.csv", **words):
    return services.add_dataset(actor=actor, project=project, chunks=chunks, filename=filename, **words)


def endless():
    while True:
        yield b"1,2\n" * 256


def test_stream_that_grows_beyond_the_limit_is_cut_and_leaves_nothing(settings, actor, project, stored):
    settings.UPLOAD_MAX_BYTES = 10_000

    with pytest.raises(TooLarge) as refusal:
        add(actor, project, endless())

    assert refusal.value.detail.startswith("The file is larger than the limit of 0.00954 MB.")
    assert (Dataset.objects.count(), stored()) == (0, [])


def test_stream_that_breaks_off_leaves_nothing(actor, project, stored):
    def broken():
        yield b"a,b\n"
        raise OSError("the caller hung up")

    with pytest.raises(OSError, match="hung up"):
        add(actor, project, broken())

    assert (Dataset.objects.count(), stored()) == (0, [])


def test_row_that_cannot_be_written_leaves_no_file(actor, project, stored, monkeypatch):
    def refuse(*_, **__):
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(DatasetVersion, "save", refuse)

    with pytest.raises(DatabaseError):
        add(actor, project, [factories.flowers()])

    assert (Dataset.objects.count(), OutboxEvent.objects.filter(kind="dataset.created").count()) == (0, 0)
    assert stored() == []


@pytest.mark.parametrize(("role", "refusal"), [(None, NotFound), (Role.VIEWER, Forbidden)])
def test_not_a_byte_is_read_of_those_who_may_not(stranger, project, stored, role, refusal):
    def unread():
        pytest.fail("the file was read")
        yield b""

    visitor = factories.join(stranger, project.workspace, role) if role else Actor(stranger)

    with pytest.raises(refusal):
        add(visitor, project, unread())

    assert stored() == []


@pytest.mark.parametrize(
    ("filename", "name", "kept"),
    [
        ("flowers.csv", "", "flowers"),
        ("flowers.csv", "  My flowers ", "My flowers"),
        ("archive.csv.gz", "", "archive.csv"),
        (".csv", "", ".csv"),
        ("/", "", "table"),
        ("a\0b.csv", "", "ab"),
    ],
)
def test_dataset_is_named_by_the_person_or_else_by_its_file(actor, project, filename, name, kept):
    assert add(actor, project, [factories.flowers()], filename, name=name).name == kept


def test_update_changes_and_tells(actor, project):
    dataset = add(actor, project, [factories.flowers()])

    services.update_dataset(actor=actor, dataset=dataset, name="Garden")

    dataset.refresh_from_db()
    assert dataset.name == "Garden"
    assert OutboxEvent.objects.get(kind="dataset.updated").payload == {"fields": ["name"]}


def test_dataset_a_model_rests_on_stays(actor, person, project):
    model = factories.a_model(person)
    dataset = model.dataset_version.dataset

    with pytest.raises(Conflict) as refusal:
        services.delete_dataset(actor=actor, dataset=dataset)

    assert refusal.value.code == "dataset_in_use"
    assert Dataset.objects.get() == dataset


def test_job_outlives_its_dataset(actor, person):
    job = factories.a_job(person)

    services.delete_dataset(actor=actor, dataset=job.dataset_version.dataset)

    job.refresh_from_db()
    assert (job.dataset_version, job.plan["target"]) == (None, "kind")


@pytest.mark.parametrize("sample", samples.all_samples(), ids=lambda sample: sample.key)
def test_every_sample_is_what_it_says(actor, project, sample):
    version = queries.newest_version(services.add_sample(actor=actor, project=project, key=sample.key))

    assert (version.rows, version.column_count, version.notes) == (sample.rows, sample.columns, [])
    assert sample.target in [column.name for column in version.schema]


def test_unknown_sample_names_those_there_are(actor, project):
    with pytest.raises(InvalidInput) as refusal:
        services.add_sample(actor=actor, project=project, key="titanic")

    assert refusal.value.attr == "key"


def test_version_is_found_by_its_number(actor, project):
    dataset = add(actor, project, [factories.flowers()])

    assert queries.version(dataset, 1) == queries.version(dataset, None) == dataset.versions.get()
    with pytest.raises(NotFound):
        queries.version(dataset, 2)


TABLE = b"age,city,left\n31,Oslo,yes\n47,Bergen,no\n,Oslo,no\n25,Bergen,yes\n"


def test_add_dataset_stores_reads_and_tells(person, actor, project):
    dataset = add(actor, project, [TABLE], "people.csv", name=" People ", description="Who left?")

    version = dataset.versions.get()
    assert (dataset.name, dataset.description, dataset.created_by) == ("People", "Who left?", person)
    assert (version.number, version.status, version.rows, version.column_count) == (1, VersionStatus.READY, 4, 3)
    assert (version.filename, version.size_bytes, version.attempt) == ("people.csv", len(TABLE), 1)
    assert storage.local_path(version.original_key).read_bytes() == TABLE
    event = OutboxEvent.objects.get(subject_id=dataset.pk)
    assert (event.kind, event.actor, event.payload) == ("dataset.created", person, {"name": "People"})


def test_file_that_comes_in_pieces_is_one_file(actor, project):
    dataset = add(actor, project, (TABLE[place : place + 7] for place in range(0, len(TABLE), 7)))

    assert storage.local_path(dataset.versions.get().original_key).read_bytes() == TABLE


def test_file_within_the_limit_to_the_byte_is_taken(settings, actor, project):
    settings.UPLOAD_MAX_BYTES = len(TABLE)

    assert add(actor, project, [TABLE]).versions.get().size_bytes == len(TABLE)


@pytest.mark.parametrize(
    ("filename", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\x", "x"),
        ("C:\\tables\\x.csv", "x.csv"),
        ("a/b/", "b"),
        (".", "table.csv"),
        ("", "table.csv"),
        (" \0 ", "table.csv"),
        ("<script>", "<script>"),
        ("x" * 300 + ".csv", "x" * 196 + ".csv"),
    ],
)
def test_filename_is_shown_and_never_a_path(actor, project, stored, filename, shown):
    version = add(actor, project, [TABLE], filename).versions.get()

    assert version.filename == shown
    assert storage.local_path(version.original_key).parent.name == str(version.pk)
    assert stored() == ["original", "table.parquet"]


def test_small_file_rings_no_worker(actor, project, doorbell, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        version = add(actor, project, [TABLE]).versions.get()

    assert (version.status, doorbell) == (VersionStatus.READY, [])


def test_delete_takes_versions_and_files_and_tells(actor, project, stored, django_capture_on_commit_callbacks):
    kept, dataset = add(actor, project, [TABLE]), add(actor, project, [TABLE])
    dataset_id = dataset.pk

    with django_capture_on_commit_callbacks(execute=True):
        services.delete_dataset(actor=actor, dataset=dataset)

    assert (list(Dataset.objects.all()), stored()) == ([kept], ["original", "table.parquet"])
    event = OutboxEvent.objects.get(kind="dataset.deleted")
    assert (event.subject_id, event.actor, event.payload) == (dataset_id, actor.user, {"name": "flowers"})


def test_deleting_what_another_has_deleted_finds_nothing(actor, project):
    dataset = add(actor, project, [TABLE])
    services.delete_dataset(actor=actor, dataset=Dataset.objects.get())

    with pytest.raises(NotFound):
        services.delete_dataset(actor=actor, dataset=dataset)

    assert OutboxEvent.objects.filter(kind="dataset.deleted").count() == 1


def test_delete_that_is_rolled_back_keeps_the_files(actor, project, stored):
    dataset = add(actor, project, [TABLE])

    services.delete_dataset(actor=actor, dataset=dataset)  # and never committed

    assert stored() == ["original", "table.parquet"]


@pytest.mark.parametrize(("role", "refusal"), [(None, NotFound), (Role.VIEWER, Forbidden)])
@pytest.mark.parametrize("change", [services.delete_dataset, services.update_dataset])
def test_nothing_is_changed_by_those_who_may_not(actor, project, stranger, change, role, refusal):
    dataset = add(actor, project, [TABLE])
    visitor = factories.join(stranger, project.workspace, role) if role else Actor(stranger)

    with pytest.raises(refusal):
        change(actor=visitor, dataset=dataset)

    assert OutboxEvent.objects.filter(subject_id=dataset.pk).count() == 1
