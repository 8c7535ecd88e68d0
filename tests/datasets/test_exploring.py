import pytest

from core.errors import Conflict, InvalidInput
from datasets import exploring
from datasets.models import DatasetVersion, VersionStatus
from ml.schema import Task
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(person):
    return factories.a_dataset(person).versions.get()


def forget(version):
    """The version as one that was read before tables were explored."""
    profile = [{key: value for key, value in each.items() if key != "disguised"} for each in version.profile]
    DatasetVersion.objects.filter(pk=version.pk).update(exploration={}, profile=profile)
    return DatasetVersion.objects.get(pk=version.pk)


def test_a_version_of_before_is_explored_once_and_keeps_it(version):
    found = exploring.exploration_of(forget(version))

    again = DatasetVersion.objects.get(pk=version.pk)
    assert found["duplicates"] == {"rows": 0, "exact": True}
    assert again.exploration == found
    assert all("disguised" in profile for profile in again.profile)


def test_only_a_ready_version_is_explored(version):
    version.status = VersionStatus.PURGED

    with pytest.raises(Conflict, match="purged"):
        exploring.exploration_of(version)


def test_relations_are_those_with_the_target(version):
    found = exploring.relations_of(version, "kind")

    by_name = {each["column"]: each["leak"] for each in found["relations"]}
    assert (found["task"], found["exact"], by_name["length"], by_name["colour"]) == (
        "classification",
        True,
        "exclude",
        None,
    )


def test_relations_are_told_anew_for_another_schema(version):
    assert exploring.relations_of(version, "weight", Task.REGRESSION)["relations"][0]["column"] == "length"
    version.schema_number, version.columns = 2, version.columns[1:]

    found = exploring.relations_of(version, "weight", Task.REGRESSION)

    assert found["relations"][0]["column"] == "width"


@pytest.mark.parametrize(("target", "task", "attr"), [("size", None, "target"), ("kind", Task.REGRESSION, "task")])
def test_what_cannot_be_a_target_is_refused_by_name(version, target, task, attr):
    with pytest.raises(InvalidInput) as refusal:
        exploring.relations_of(version, target, task)

    assert refusal.value.attr == attr


def test_relations_that_break_stop_nobody(version):
    assert exploring.relations_by_column(version, "kind")["length"]["leak"] == "exclude"
    version.content_id = "00000000-0000-0000-0000-000000000000"  # whose files are gone

    assert exploring.relations_by_column(version, "weight") == {}


@pytest.mark.parametrize(
    ("header", "row", "target"),
    [(["a", "b"], ["1", "x"], "b"), (["y", "b"], ["1", "x"], "y"), (["a", "when"], ["1", "2024-01-0"], "a")],
)
def test_the_likely_target_is_called_so_or_the_last(person, header, row, target):
    rows = [[f"{value}{number % 4 + 1}" for value in row] for number in range(20)]
    version = factories.a_dataset(person, factories.csv(header, rows), "t.csv").versions.get()

    found = exploring.likely_target(version)

    assert found is not None
    assert found.name == target


def test_a_pair_is_remembered_under_its_schema_only(version):
    first = exploring.pair_of(version, "length", "kind")
    DatasetVersion.objects.filter(pk=version.pk).update(schema_number=2, columns=version.columns[1:])

    assert exploring.pair_of(version, "length", "kind") == first
    with pytest.raises(InvalidInput, match="There is no column 'length'"):
        exploring.pair_of(DatasetVersion.objects.get(pk=version.pk), "length", "kind")
