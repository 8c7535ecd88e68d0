"""Two at once, with real connections and commits."""

import pytest

from core import storage
from core.errors import Conflict, NotFound
from datasets import queries, services, versions
from datasets.models import Dataset, DatasetVersion, VersionStatus
from ml.schema import Dtype
from tests import factories
from tests.factories import at_once
from training.models import ModelVersion
from training.states import JobState

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("doorbell")]


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


def adding(actor, dataset, content):
    return lambda: versions.add_version(actor=actor, dataset=dataset, chunks=[content], filename="more.csv")


def test_two_uploads_are_two_versions(actor, dataset):
    tables = [factories.flowers(rows) for rows in (20, 30, 40)]

    added = at_once(*(adding(actor, dataset, table) for table in tables))

    assert sorted(each.version.number for each in added) == [2, 3, 4]
    assert sorted(version.rows for version in dataset.versions.all()) == [20, 30, 40, 60]


def test_the_same_bytes_twice_at_once_are_one_version(actor, dataset):
    added = at_once(*[adding(actor, dataset, factories.flowers(30))] * 2)

    assert sorted(each.is_new for each in added) == [False, True]
    assert dataset.versions.count() == 2


def test_of_two_corrections_one_is_refused(actor, dataset):
    version = queries.version(dataset, 1)

    def correct(name):
        return lambda: versions.correct_types(
            actor=actor, version=DatasetVersion.objects.get(pk=version.pk), changes={name: Dtype.CATEGORY}, seen=1
        )

    answers = at_once(correct("length"), correct("weight"))

    refusals = [answer for answer in answers if isinstance(answer, Conflict)]
    assert [refusal.code for refusal in refusals] == ["schema_changed"]
    now = queries.version(dataset, 1)
    assert (now.schema_number, now.corrections.count()) == (2, 1)
    assert [column.name for column in now.schema if column.reason.startswith("corrected")] == [
        now.corrections.get().changes[0]["name"]
    ]


def test_a_version_deleted_twice_at_once_goes_once(actor, dataset):
    second = adding(actor, dataset, factories.flowers(30))().version

    def delete():
        versions.delete_version(actor=actor, version=DatasetVersion.objects.get(pk=second.pk))

    answers = at_once(delete, delete)

    assert sorted(type(answer) for answer in answers if answer) in ([NotFound], [DatasetVersion.DoesNotExist])
    assert dataset.versions.count() == 1


def test_of_two_versions_deleted_at_once_one_stays(actor, dataset):
    adding(actor, dataset, factories.flowers(30))()
    both = list(dataset.versions.all())

    answers = at_once(*(lambda version=each: versions.delete_version(actor=actor, version=version) for each in both))

    assert [answer.code for answer in answers if answer] == ["last_version"]
    assert dataset.versions.count() == 1


@pytest.mark.parametrize("leaving", [services.delete_dataset, versions.purge_dataset])
def test_what_comes_shares_files_or_has_its_own_but_is_whole(actor, person, dataset, leaving):
    other = factories.a_dataset(person, factories.flowers(30), "other.csv")

    answers = at_once(lambda: leaving(actor=actor, dataset=dataset), adding(actor, other, factories.flowers()))

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    added = queries.version(other, 2)
    assert storage.local_path(added.original_key).read_bytes() == factories.flowers()
    # Its twin may have gone after the look that spared reading it: then a worker reads it.
    assert added.status == VersionStatus.PROCESSING or len(queries.rows_of(added, offset=0, limit=100)) == 60


@pytest.mark.parametrize("leaving", [services.delete_dataset, versions.purge_dataset])
def test_data_that_goes_while_a_model_is_made_of_it(actor, person, dataset, leaving):
    job = factories.a_job(person, dataset)
    lease = factories.claim(job)
    with storage.scratch_folder() as folder:
        factories.fitted(job, folder)

    answers = at_once(lambda: leaving(actor=actor, dataset=dataset), lambda: factories.finish(job, lease))

    job.refresh_from_db()
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    if job.state == JobState.SUCCEEDED:  # the model was there first, or only the rows went
        assert ModelVersion.objects.get().dataset_version.dataset == Dataset.objects.get()
    else:
        assert (job.state, job.dataset_version, refused) == (JobState.FAILED, None, [])
    assert [each.code for each in refused] in ([], ["dataset_in_use"])
