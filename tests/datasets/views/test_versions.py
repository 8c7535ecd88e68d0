import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from datasets import queries, versions
from datasets.models import DatasetVersion, VersionStatus
from ml.schema import Dtype
from tests import factories
from workspaces.models import Membership, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


@pytest.fixture
def address(dataset):
    return f"/data/{dataset.pk}"


def upload(web, address, content, filename="more.csv"):
    return web.post(f"{address}/versions", {"file": SimpleUploadedFile(filename, content)})


def changed(person, dataset, content):
    versions.add_version(actor=factories.Actor(person), dataset=dataset, chunks=[content], filename="more.csv")


def test_an_upload_leads_to_the_new_version(web, address):
    answer = upload(web, address, factories.flowers(30))

    assert answer["Location"] == address
    assert "30 rows" in web.get(address).content.decode()


def test_a_file_to_be_read_leads_to_its_progress(web, settings, address):
    settings.UPLOAD_INLINE_BYTES = 1

    answer = upload(web, address, factories.flowers(30))

    assert answer["Location"] == f"{address}?version=2"
    page = web.get(address).content.decode()
    assert "Version 2 is being read" in page
    assert "60 rows" in page


def test_the_same_bytes_are_told_as_such(web, address):
    answer = upload(web, address, factories.flowers())

    assert answer["Location"] == f"{address}/versions?unchanged=1"
    assert "Version 1 holds exactly these bytes already." in web.get(answer["Location"]).content.decode()


def test_a_file_that_is_no_table_is_refused_beside_its_field(web, address, dataset):
    answer = upload(web, address, b"")

    assert (answer.status_code, dataset.versions.count()) == (400, 1)
    assert "The file is empty" in answer.content.decode()


def test_a_version_that_could_not_be_read_says_why_and_breaks_nothing(web, address, person, dataset):
    changed(person, dataset, factories.flowers(30))
    DatasetVersion.objects.filter(number=2).update(status=VersionStatus.FAILED, error="It is a picture.")

    page = web.get(address).content.decode()

    assert "Version 2 could not be read, so this is the one before" in page
    assert "It is a picture." in page
    assert "60 rows" in page


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (factories.flowers(61), "+1 row"),
        (factories.flowers(30), "−30 rows"),
        (factories.flowers().replace(b"colour,", b"hue,"), "new: hue; gone: colour"),
        (factories.flowers().replace(b"red", b"rot"), "same columns and count of rows"),
    ],
)
def test_each_version_tells_what_changed(web, address, person, dataset, table, words):
    changed(person, dataset, table)

    assert words in web.get(f"{address}/versions").content.decode()


def test_a_corrected_type_is_told_as_a_change(web, address, person, dataset, actor):
    changed(person, dataset, factories.flowers(61))
    versions.correct_types(actor=actor, version=queries.version(dataset, 2), changes={"length": Dtype.CATEGORY})

    assert "length is category" in web.get(f"{address}/versions").content.decode()


def test_the_list_takes_the_same_number_of_queries(web, address, person, dataset, django_assert_max_num_queries):
    web.get(f"{address}/versions")
    with django_assert_max_num_queries(100) as one:
        web.get(f"{address}/versions")
    for rows in (20, 30):
        changed(person, dataset, factories.flowers(rows))

    with django_assert_max_num_queries(len(one)):
        web.get(f"{address}/versions")


def test_an_older_version_says_so(web, address, person, dataset):
    changed(person, dataset, factories.flowers(30))

    page = web.get(f"{address}?version=1").content.decode()

    assert "You look at an older version." in page
    assert "You look at an older version." not in web.get(address).content.decode()


def test_a_version_is_deleted_after_a_question(web, address, person, dataset):
    changed(person, dataset, factories.flowers(30))

    assert "Delete version 2 of “flowers”?" in web.get(f"{address}/versions/2/delete").content.decode()
    page = web.post(f"{address}/versions/2/delete", follow=True).content.decode()

    assert "Version 2 of “flowers” is deleted." in page
    assert dataset.versions.count() == 1
    assert "This is the only version" in web.post(f"{address}/versions/1/delete", follow=True).content.decode()


def test_purge_says_before_what_goes_and_asks_for_the_name(web, address, person, dataset):
    model = factories.a_model(person, dataset, name="Petals")

    page = web.get(f"{address}/purge").content.decode()
    refusal = web.post(f"{address}/purge", {"name": "roses"})

    assert "The rows of every version are removed for good" in page
    assert "Models trained on them stay and still predict: Petals v1." in page
    assert (refusal.status_code, queries.version(dataset, 1).status) == (400, "ready")
    assert web.post(f"{address}/purge", {"name": "flowers"})["Location"] == f"{address}/versions"
    assert queries.version(dataset, 1).status == "purged"
    assert "Its rows are gone for good" in web.get(address).content.decode()
    assert web.get(f"/models/{model.pk}").status_code == 200
    assert "version 1 (purged)" in web.get(f"{address}/used-by").content.decode()


def test_purge_of_one_version(web, address, person, dataset):
    changed(person, dataset, factories.flowers(30))

    web.post(f"{address}/purge?versions=1", {"name": "flowers"})

    assert [version.status for version in dataset.versions.order_by("number")] == ["purged", "ready"]


def test_editors_are_not_offered_what_admins_do(web, address, person):
    Membership.objects.filter(user=person).update(role=Role.EDITOR)

    page = web.get(f"{address}/versions").content.decode()

    assert "Upload version" in page
    assert "Purge" not in page


def test_viewers_look_and_download_only(client, stranger, project, address):
    factories.join(stranger, project.workspace, Role.VIEWER)
    client.force_login(stranger)

    page = client.get(f"{address}/versions").content.decode()

    assert "format=parquet&amp;version=1" in page
    assert "Upload version" not in page
    assert "Save types" not in client.get(f"{address}/columns").content.decode()


@pytest.mark.parametrize("asked", ["format=csv", "", "format=nonsense&version=1"])
def test_a_file_is_downloaded(web, address, asked):
    answer = web.get(f"{address}/download?{asked}")

    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert b"".join(answer.streaming_content).startswith(b"length,width")


def test_bad_rows_are_offered_where_there_are_some(web, person):
    dataset = factories.a_dataset(person, b"a,b\n1,2\n1,2,3\n4,5\n", "t.csv")

    link = f'href="/data/{dataset.pk}/bad-rows"'

    assert link in web.get(f"/data/{dataset.pk}/quality").content.decode()
    assert b"".join(web.get(f"/data/{dataset.pk}/bad-rows").streaming_content).count(b"\n") == 2
