import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from datasets import versions
from tests import factories
from tests.factories import refused
from workspaces.models import Membership, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


@pytest.fixture
def address(dataset):
    return f"/api/datasets/{dataset.pk}"


def upload(api, address, content):
    return api.post(f"{address}/versions", {"file": SimpleUploadedFile("more.csv", content)}, format="multipart")


def test_a_new_file_is_the_next_version(api, address):
    answer = upload(api, address, factories.flowers(30))

    body = answer.json()
    assert (answer.status_code, body["version"], body["rows"], body["unchanged"]) == (201, 2, 30, False)
    assert api.get(address).json() == {key: value for key, value in body.items() if key != "unchanged"}


def test_the_same_bytes_are_nothing_new(api, address):
    answer = upload(api, address, factories.flowers())

    assert (answer.status_code, answer.json()["version"], answer.json()["unchanged"]) == (200, 1, True)


@pytest.mark.parametrize(("content", "code"), [(b"", "empty"), (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, None)])
def test_what_is_no_table_is_refused(api, address, content, code):
    answer = upload(api, address, content)

    status, found, attr = refused(answer)
    assert (status, attr) == (400, "file")
    assert code in (None, found)
    assert api.get(f"{address}/versions").json()["count"] == 1


def test_versions_are_listed_newest_first_at_the_same_number_of_queries(api, address, django_assert_num_queries):
    api.get(f"{address}/versions")
    with django_assert_num_queries(4):
        api.get(f"{address}/versions")
    for rows in (30, 20):
        upload(api, address, factories.flowers(rows))

    with django_assert_num_queries(4):
        body = api.get(f"{address}/versions").json()

    assert [(each["number"], each["rows"]) for each in body["results"]] == [(3, 20), (2, 30), (1, 60)]


def test_one_version_tells_its_columns_and_corrections(api, person, address):
    api.patch(address, {"columns": [{"name": "length", "dtype": "category"}]}, format="json")

    body = api.get(f"{address}/versions/1").json()

    assert (body["number"], body["schema"], body["columns"][0]["dtype"]) == (1, 2, "category")
    (correction,) = body["corrections"]
    assert (correction["schema"], correction["made_by"]) == (2, person.username)
    assert correction["changes"] == [{"name": "length", "from": "number", "to": "category", "unreadable": 0}]


def test_old_versions_stay_readable(api, address):
    upload(api, address, factories.flowers(30))

    for path, key in (("preview", "total"), ("profile", "rows")):
        answers = [api.get(f"{address}/{path}", {"version": number}).json()[key] for number in (1, 2)]
        assert answers == [60, 30]
    download = api.get(f"{address}/download", {"version": 1})
    assert b"".join(download.streaming_content) == factories.flowers()


def test_a_version_is_deleted(api, address):
    upload(api, address, factories.flowers(30))

    assert api.delete(f"{address}/versions/2").status_code == 204

    assert refused(api.get(f"{address}/versions/2")) == (404, "not_found", None)
    assert refused(api.delete(f"{address}/versions/1")) == (409, "last_version", None)


def test_data_that_a_model_rests_on_is_named_in_the_refusal(api, person, dataset, address):
    factories.a_model(person, dataset, name="Petals")

    answer = api.delete(address)

    assert refused(answer) == (409, "dataset_in_use", None)
    assert "Petals v1" in answer.json()["errors"][0]["detail"]


def test_types_are_corrected(api, address):
    body = {"columns": [{"name": "length", "dtype": "category"}], "name": "Roses", "schema": 1}

    answer = api.patch(address, body, format="json")

    dataset = answer.json()
    assert (answer.status_code, dataset["name"], dataset["schema"], dataset["version"]) == (200, "Roses", 2, 1)
    assert dataset["columns"][0] | {"missing": 0, "unique": 0} == {
        "name": "length",
        "dtype": "category",
        "role": "feature",
        "missing": 0,
        "unique": 0,
        "reason": "corrected by a person",
    }
    assert refused(api.patch(address, body, format="json")) == (409, "schema_changed", None)


@pytest.mark.parametrize(
    ("columns", "attr"),
    [
        ([{"name": "length", "dtype": "float"}], "columns.0.dtype"),
        ([{"name": "length"}], "columns.0.dtype"),
        ([{"name": "length", "dtype": "text"}, {"name": "colour", "dtype": "datetime"}], "columns.1.dtype"),
        ([{"name": "size", "dtype": "text"}], "columns.0.name"),
        ([{"name": "length", "dtype": "text"}, {"name": "length", "dtype": "id"}], "columns.1.name"),
    ],
)
def test_a_correction_is_refused_by_its_place(api, address, columns, attr):
    answer = api.patch(address, {"columns": columns, "name": "Roses"}, format="json")

    assert (refused(answer)[0], refused(answer)[2]) == (400, attr)
    assert (api.get(address).json()["schema"], api.get(address).json()["name"]) == (1, "flowers")


def test_a_download_names_its_format(api, address):
    assert refused(api.get(f"{address}/download", {"format": "xlsx"})) == (400, "invalid_choice", "format")

    answer = api.get(f"{address}/download", {"format": "csv"})
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).startswith(
        b"length,width,colour,wild,picked,kind,weight\n1.0,,red,no,2024"
    )


@pytest.mark.parametrize("path", ["download?format=csv", "download?format=parquet", "download", "bad-rows"])
@pytest.mark.parametrize("accepted", ["text/csv", "application/octet-stream"])
def test_whoever_accepts_only_a_file_is_brought_it(api, address, path, accepted):
    assert api.get(f"{address}/{path}", HTTP_ACCEPT=accepted).status_code == 200


def test_a_file_that_is_refused_is_refused_in_json_whatever_is_accepted(api, address):
    answer = api.get(f"{address}/download?version=9", HTTP_ACCEPT="text/csv")

    assert (refused(answer)[:2], answer["Content-Type"]) == ((404, "not_found"), "application/json")


def test_admins_purge_and_hear_what_was_freed(api, dataset, address):
    promised = versions.freed_by_purge(dataset)

    answer = api.post(f"{address}/purge", {"versions": [1]}, format="json")

    assert (answer.status_code, answer.json()) == (200, {"freed_bytes": promised})
    assert api.get(address).json()["status"] == "purged"
    for path in ("preview", "profile", "download", "bad-rows"):
        assert refused(api.get(f"{address}/{path}")) == (409, "dataset_purged", None)


def test_a_purged_dataset_is_not_trained_on(api, dataset, address):
    api.post(f"{address}/purge")
    wish = {"project": dataset.project_id, "dataset": dataset.pk, "target": "kind", "algorithm": "logistic"}

    assert refused(api.post("/api/training", wish, format="json")) == (409, "dataset_purged", None)


@pytest.mark.parametrize("body", [{"versions": []}, {"versions": ["x"]}, {"versions": [7]}])
def test_purge_names_what_is_wrong(api, address, body):
    status, _, attr = refused(api.post(f"{address}/purge", body, format="json"))

    assert (status, attr.split(".")[0]) == (400, "versions")


def test_editors_do_not_purge(api, person, address):
    Membership.objects.filter(user=person).update(role=Role.EDITOR)

    assert refused(api.post(f"{address}/purge")) == (403, "permission_denied", None)
