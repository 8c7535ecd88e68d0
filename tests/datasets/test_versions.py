import pytest

from core import storage
from core.actor import Actor
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.models import OutboxEvent
from datasets import queries, services, versions, worker
from datasets.models import DatasetVersion, SchemaCorrection, VersionStatus
from ml.schema import Dtype, Role
from tests import factories
from training import worker as training_worker
from training.states import JobState
from workspaces.models import Role as MemberRole

pytestmark = pytest.mark.django_db

FLOWERS, MORE = factories.flowers(), factories.flowers(30)


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


def add(actor, dataset, content=MORE, filename="more.csv"):
    return versions.add_version(actor=actor, dataset=dataset, chunks=[content], filename=filename)


def correct(actor, dataset, number=None, seen=None, **changes):
    version = queries.version(dataset, number)
    types = {name: Dtype(dtype) for name, dtype in changes.items()}
    return versions.correct_types(actor=actor, version=version, changes=types, seen=seen)


def told(kind):
    return [event.payload for event in OutboxEvent.objects.filter(kind=f"dataset.{kind}").order_by("pk")]


def test_another_file_is_the_next_version(actor, dataset):
    added = add(actor, dataset)

    assert (added.is_new, added.version.number, added.version.rows) == (True, 2, 30)
    assert queries.version(dataset, 1).rows == 60
    assert told("version_added") == [{"version": "2"}]


def test_the_bytes_of_the_newest_version_add_nothing(actor, dataset, stored):
    added = add(actor, dataset, FLOWERS, "other.csv")

    assert (added.is_new, added.version) == (False, dataset.versions.get())
    assert (told("version_added"), stored()) == ([], ["original", "table.parquet"])


def test_the_bytes_of_an_older_version_are_a_new_one_with_its_files(actor, dataset, stored):
    add(actor, dataset)

    third = add(actor, dataset, FLOWERS).version

    assert (third.number, third.content_id) == (3, queries.version(dataset, 1).content_id)
    assert stored() == ["original", "original", "table.parquet", "table.parquet"]


def test_bytes_that_could_not_be_read_or_were_purged_may_come_again(actor, dataset):
    for status in (VersionStatus.FAILED, VersionStatus.PURGED):
        DatasetVersion.objects.update(status=status)

        assert add(actor, dataset, FLOWERS).is_new


def test_a_file_that_is_no_table_leaves_the_dataset_as_it_was(actor, dataset):
    with pytest.raises(InvalidInput) as refusal:
        add(actor, dataset, b"")

    assert (refusal.value.attr, dataset.versions.count()) == ("file", 1)


def test_corrected_types_are_the_next_schema_of_the_same_bytes(actor, person, dataset):
    before = queries.version(dataset, 1)

    correction = correct(actor, dataset, wild="category", length="category")

    version = queries.version(dataset, 1)
    length, wild = version.schema[0], version.schema[3]
    assert (version.schema_number, version.sha256, version.content_id) == (2, before.sha256, before.content_id)
    assert (length.dtype, length.reason) == (Dtype.CATEGORY, "corrected by a person")
    assert (wild.dtype, version.profile[3]["dtype"], version.profile[1]) == ("category", "category", before.profile[1])
    assert (correction.number, correction.made_by) == (2, person)
    assert correction.changes == [
        {"name": "length", "from": "number", "to": "category", "unreadable": 0},
        {"name": "wild", "from": "boolean", "to": "category", "unreadable": 0},
    ]
    assert told("types_corrected") == [{"version": "1"}]


def test_the_look_at_the_whole_is_that_of_the_corrected_types(actor, dataset):
    correct(actor, dataset, weight="category")

    associations = queries.version(dataset, 1).exploration["associations"]
    kinds = dict(zip(associations["columns"], associations["kinds"], strict=True))
    assert (kinds["weight"], kinds["length"]) == ("words", "numbers")


def test_a_large_table_is_looked_at_by_a_worker(
    actor, dataset, monkeypatch, doorbell, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(versions, "EXPLORED_AT_ONCE", 10)

    with django_capture_on_commit_callbacks(execute=True):
        correct(actor, dataset, weight="category")

    version = queries.version(dataset, 1)
    assert (version.exploration, doorbell) == ({}, [("datasets.tasks.explore", version.pk)])
    worker.explore(version.pk)
    assert queries.version(dataset, 1).exploration["duplicates"] == {"rows": 0, "exact": True}


def test_correcting_back_gives_the_first_values_again(actor, dataset):
    first = queries.version(dataset, 1)

    correct(actor, dataset, length="id")
    correct(actor, dataset, length="number")

    version = queries.version(dataset, 1)
    assert (version.schema_number, version.profile) == (3, first.profile)
    assert version.schema[0].role is Role.FEATURE


def test_values_that_do_not_read_so_are_counted(actor, person):
    rows = [[place, "12" if place % 3 else "none of it"] for place in range(30)]
    dataset = factories.a_dataset(person, factories.csv(["n", "amount"], rows))

    correction = correct(actor, dataset, amount="integer")

    assert correction.changes[0]["unreadable"] == 10
    assert queries.version(dataset, 1).schema[1].missing == 10


def test_types_that_are_so_already_change_nothing(actor, dataset):
    assert correct(actor, dataset, length="number") is None

    assert (queries.version(dataset, 1).schema_number, told("types_corrected")) == (1, [])


@pytest.mark.parametrize(
    ("changes", "attr"),
    [
        ({"length": "category", "colour": "datetime"}, "columns.1.dtype"),
        ({"size": "text"}, "columns.0.name"),
    ],
)
def test_a_type_that_cannot_be_is_refused_and_nothing_changes(actor, dataset, changes, attr):
    with pytest.raises(InvalidInput) as refusal:
        correct(actor, dataset, **changes)

    assert refusal.value.attr == attr
    assert (queries.version(dataset, 1).schema_number, SchemaCorrection.objects.count()) == (1, 0)


def test_whoever_looked_at_an_older_schema_is_told(actor, dataset):
    correct(actor, dataset, seen=1, length="category")

    with pytest.raises(Conflict) as refusal:
        correct(actor, dataset, seen=1, weight="category")

    assert (refusal.value.code, queries.version(dataset, 1).schema_number) == ("schema_changed", 2)


def test_an_older_version_can_be_corrected_too(actor, dataset):
    add(actor, dataset)

    correct(actor, dataset, number=1, length="category")

    assert [version.schema_number for version in dataset.versions.order_by("number")] == [2, 1]


def test_a_version_goes_with_its_files_and_the_others_stay(actor, dataset, stored, django_capture_on_commit_callbacks):
    second = add(actor, dataset).version

    with django_capture_on_commit_callbacks(execute=True):
        versions.delete_version(actor=actor, version=second)

    assert ([version.number for version in dataset.versions.all()], stored()) == ([1], ["original", "table.parquet"])
    assert told("version_deleted") == [{"version": "2"}]


def test_files_stay_while_another_version_shares_them(actor, person, dataset, django_capture_on_commit_callbacks):
    other = factories.a_dataset(person)

    with django_capture_on_commit_callbacks(execute=True):
        services.delete_dataset(actor=actor, dataset=dataset)

    assert len(queries.rows_of(queries.version(other, 1), offset=0, limit=100)) == 60


def test_the_only_version_is_not_deleted(actor, dataset):
    with pytest.raises(Conflict) as refusal:
        versions.delete_version(actor=actor, version=queries.version(dataset, 1))

    assert refusal.value.code == "last_version"


def test_the_number_of_a_deleted_version_is_not_given_again(actor, dataset):
    second = add(actor, dataset, factories.flowers(20)).version
    versions.delete_version(actor=actor, version=second)

    third = add(actor, dataset, factories.flowers(30)).version

    assert (second.number, third.number) == (2, 3)


def test_bytes_that_are_there_use_up_no_number(actor, dataset):
    add(actor, dataset, factories.flowers())

    assert add(actor, dataset, factories.flowers(30)).version.number == 2


def test_a_version_deleted_meanwhile_is_not_found(actor, dataset):
    second = add(actor, dataset).version
    versions.delete_version(actor=actor, version=DatasetVersion.objects.get(pk=second.pk))

    with pytest.raises(NotFound):
        versions.delete_version(actor=actor, version=second)


def test_what_a_model_rests_on_stays_and_the_refusal_names_it(actor, person, dataset):
    for name in ("Ada", "Bea", "Cleo", "Dora", "Eva"):
        factories.a_model(person, dataset, name=name)
    add(actor, dataset)

    with pytest.raises(Conflict) as refusal:
        versions.delete_version(actor=actor, version=queries.version(dataset, 1))

    assert refusal.value.code == "dataset_in_use"
    assert "Eva v1, Dora v1, Cleo v1 and 2 more." in refusal.value.detail
    with pytest.raises(Conflict, match="An admin of the workspace can purge it instead"):
        services.delete_dataset(actor=actor, dataset=dataset)
    versions.delete_version(actor=actor, version=queries.version(dataset, 2))  # no model saw that one


def test_purge_frees_the_files_and_keeps_what_a_model_saw(actor, person, stored):
    model = factories.a_model(person)
    dataset, version = model.dataset_version.dataset, model.dataset_version
    size_bytes = sum(storage.local_path(key).stat().st_size for key in (version.original_key, version.table_key))
    promised = versions.freed_by_purge(dataset)

    freed = versions.purge_dataset(actor=actor, dataset=dataset)

    now = queries.version(dataset, 1)
    assert freed == promised == size_bytes
    assert (now.status, now.sha256, now.rows, now.columns) == ("purged", version.sha256, 60, version.columns)
    assert (now.profile, now.exploration, now.bad_rows) == ([], {}, [])
    assert stored() == ["holdout.parquet", "model.skops"]
    assert told("purged") == [{"version": "1"}]


@pytest.mark.parametrize("look", [queries.count_of, lambda version: queries.rows_of(version, offset=0, limit=1)])
def test_a_purged_version_shows_no_rows(actor, dataset, look):
    versions.purge_dataset(actor=actor, dataset=dataset)

    with pytest.raises(Conflict) as refusal:
        look(queries.version(dataset, 1))

    assert refusal.value.code == "dataset_purged"


def test_purge_takes_those_it_is_told_to(actor, dataset):
    add(actor, dataset)

    versions.purge_dataset(actor=actor, dataset=dataset, numbers=[1])

    assert [version.status for version in dataset.versions.order_by("number")] == ["purged", "ready"]
    assert queries.newest_version(dataset).number == 2


def test_purge_frees_nothing_that_another_version_needs(actor, person, dataset, stored):
    factories.a_dataset(person)

    assert (versions.freed_by_purge(dataset), versions.purge_dataset(actor=actor, dataset=dataset)) == (0, 0)
    assert stored() == ["original", "table.parquet"]


def test_purging_twice_frees_once(actor, dataset):
    versions.purge_dataset(actor=actor, dataset=dataset)

    assert versions.purge_dataset(actor=actor, dataset=dataset) == 0
    assert told("purged") == [{"version": "1"}]


def test_purge_of_a_number_that_is_none_is_refused(actor, dataset):
    with pytest.raises(InvalidInput) as refusal:
        versions.purge_dataset(actor=actor, dataset=dataset, numbers=[1, 2])

    assert (refusal.value.attr, queries.version(dataset, 1).status) == ("versions.1", "ready")


def test_what_is_being_read_is_not_purged(actor, dataset):
    DatasetVersion.objects.update(status=VersionStatus.PROCESSING)

    with pytest.raises(Conflict) as refusal:
        versions.purge_dataset(actor=actor, dataset=dataset)

    assert refusal.value.code == "dataset_processing"


def test_a_purged_file_comes_back_by_uploading_it_again(actor, dataset):
    versions.purge_dataset(actor=actor, dataset=dataset)

    add(actor, dataset, FLOWERS)

    assert (queries.newest_version(dataset).number, queries.count_of(queries.newest_version(dataset))) == (2, 60)


def test_a_training_on_rows_that_were_purged_fails_with_a_refund(actor, person, dataset):
    job = factories.a_job(person, dataset)
    versions.purge_dataset(actor=actor, dataset=dataset)

    training_worker.run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "The rows of this dataset were purged before the job had ended.")
    assert factories.ledger_sum(person) == 15


@pytest.mark.parametrize("role", [MemberRole.VIEWER, MemberRole.EDITOR, None])
def test_only_admins_purge(stranger, project, dataset, role):
    visitor = factories.join(stranger, project.workspace, role) if role else Actor(stranger)

    with pytest.raises(Forbidden if role else NotFound):
        versions.purge_dataset(actor=visitor, dataset=dataset)

    assert queries.version(dataset, 1).status == VersionStatus.READY


@pytest.mark.parametrize("role", [MemberRole.VIEWER, None])
@pytest.mark.parametrize("change", [add, lambda actor, dataset: correct(actor, dataset, length="text")])
def test_viewers_and_strangers_change_nothing(stranger, project, dataset, change, role):
    visitor = factories.join(stranger, project.workspace, role) if role else Actor(stranger)

    with pytest.raises(Forbidden if role else NotFound):
        change(visitor, dataset)

    assert (dataset.versions.count(), queries.version(dataset, 1).schema_number) == (1, 1)
