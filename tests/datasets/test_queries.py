import pytest

from core.actor import Actor
from core.errors import Conflict, NotFound
from datasets import queries
from datasets.models import DatasetVersion, VersionStatus
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
    assert queries.newest_version(dataset) == second


def test_a_version_is_found_by_its_number(dataset, second):
    assert (queries.version(dataset, None), queries.version(dataset, 1).rows) == (second, 60)
    with pytest.raises(NotFound, match="This dataset has no version 3"):
        queries.version(dataset, 3)


def test_a_stranger_sees_no_dataset(dataset, stranger):
    assert not queries.datasets_of(Actor(stranger)).exists()


@pytest.mark.parametrize(
    ("status", "code"), [(VersionStatus.PROCESSING, "dataset_processing"), (VersionStatus.FAILED, "dataset_failed")]
)
def test_rows_come_of_a_ready_version_only(dataset, status, code):
    version = dataset.versions.get()
    assert len(queries.rows_of(version, offset=58, limit=10)) == 2
    version.status = status

    with pytest.raises(Conflict) as refusal:
        queries.rows_of(version, offset=0, limit=1)

    assert refusal.value.code == code


def test_columns_come_with_their_profile(dataset):
    described = dataset.versions.get().described()

    assert [(column.name, profile["name"]) for column, profile in described][:2] == [
        ("length", "length"),
        ("width", "width"),
    ]
