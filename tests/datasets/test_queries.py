import pytest

from core.actor import Actor
from core.errors import Conflict, InvalidInput, NotFound
from datasets import queries
from datasets.models import DatasetVersion, VersionStatus
from ml.tables.filtering import Where
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


@pytest.fixture
def second(dataset):
    """A second version that is still being read."""
    return DatasetVersion.objects.create(dataset=dataset, number=2, filename="more.csv", size_bytes=7, sha256="0" * 64)


def test_a_dataset_comes_with_its_newest_version(actor, dataset, second):
    row = queries.datasets_of(actor).get()

    assert (row.newest, row.status, row.rows, row.size_bytes) == ([second], VersionStatus.PROCESSING, None, 7)


@pytest.mark.parametrize("status", [VersionStatus.PROCESSING, VersionStatus.FAILED, VersionStatus.PURGED])
def test_what_names_no_version_gets_the_newest_that_is_ready(dataset, second, status):
    DatasetVersion.objects.filter(pk=second.pk).update(status=status)
    first = dataset.versions.get(number=1)

    assert (queries.newest_version(dataset), queries.version(dataset, None)) == (first, first)
    DatasetVersion.objects.filter(pk=first.pk).update(status=status)
    assert queries.newest_version(dataset) == second


def test_a_version_is_found_by_its_number(dataset, second):
    assert (queries.version(dataset, 2), queries.version(dataset, 1).rows) == (second, 60)
    with pytest.raises(NotFound, match="This dataset has no version 3"):
        queries.version(dataset, 3)


def test_a_stranger_sees_no_dataset(dataset, stranger):
    assert not queries.datasets_of(Actor(stranger)).exists()


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (VersionStatus.PROCESSING, "dataset_processing"),
        (VersionStatus.FAILED, "dataset_failed"),
        (VersionStatus.PURGED, "dataset_purged"),
    ],
)
def test_rows_come_of_a_ready_version_only(dataset, status, code):
    version = dataset.versions.get()
    assert len(queries.rows_of(version, offset=58, limit=10)) == 2
    version.status = status

    with pytest.raises(Conflict) as refusal:
        queries.rows_of(version, offset=0, limit=1)

    assert refusal.value.code == code


def test_rows_that_fit_are_given_and_counted(dataset):
    version, where = dataset.versions.get(), Where(column="colour", equals="red")

    rows = queries.rows_of(version, offset=0, limit=100, where=where, search="long")

    assert {(row[2], row[5]) for row in rows} == {("red", "long")}
    assert queries.count_of(version, where=where, search="long") == len(rows) == 7
    assert queries.count_of(version) == 60


def test_a_filter_that_does_not_fit_is_refused_by_its_parameter(dataset):
    with pytest.raises(InvalidInput) as refusal:
        queries.count_of(dataset.versions.get(), where=Where(column="length", low="red"))

    assert refusal.value.attr == "from"


def test_columns_come_with_their_profile(dataset):
    described = dataset.versions.get().described()

    assert [(column.name, profile["name"]) for column, profile in described][:2] == [
        ("length", "length"),
        ("width", "width"),
    ]
