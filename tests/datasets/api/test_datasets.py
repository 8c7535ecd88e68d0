from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from datasets import worker
from datasets.models import Dataset, DatasetVersion
from tests import factories
from tests.factories import refused
from workspaces.models import Role

pytestmark = pytest.mark.django_db

FIELDS = {
    "id", "project", "name", "description", "status", "stage", "progress", "error", "version", "schema", "rows",
    "size_bytes", "sha256", "columns", "notes", "bad_row_count", "created_at",
}  # fmt: skip
TABLE = b"age,city,left\n31,Oslo,yes\n47,Bergen,no\n,Oslo,no\n25,Bergen,yes\n"


@pytest.fixture
def upload(api, project):
    """Upload a file to the project, or elsewhere."""

    def send(content: bytes = TABLE, filename: str = "people.csv", *, client=api, **fields):
        file = SimpleUploadedFile(filename, content)
        body = {"file": file, "project": str(project.pk)} | fields
        return client.post("/api/datasets/upload", body, format="multipart")

    return send


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


# Read, change, delete


def test_a_dataset_is_shown(api, upload):
    made = upload().json()

    assert api.get(f"/api/datasets/{made['id']}").json() == made
    assert api.get("/api/datasets").json()["results"] == [made]


def test_a_dataset_is_renamed(api, dataset):
    answer = api.patch(f"/api/datasets/{dataset.pk}", {"name": " Roses ", "description": "Red"})

    assert (answer.status_code, set(answer.json())) == (200, FIELDS)
    assert (answer.json()["name"], answer.json()["description"]) == ("Roses", "Red")
    assert api.get(f"/api/datasets/{dataset.pk}").json() == answer.json()


@pytest.mark.parametrize(
    ("body", "attr"),
    [({"name": ""}, "name"), ({"name": "x" * 201}, "name"), ({"description": "x" * 5_001}, "description")],
)
def test_a_change_is_refused_with_the_field(api, dataset, body, attr):
    answer = api.patch(f"/api/datasets/{dataset.pk}", body)

    assert (refused(answer)[0], refused(answer)[2]) == (400, attr)


def test_a_change_takes_nothing_the_platform_decides(api, dataset, stranger):
    elsewhere = factories.home_of(stranger)
    before = api.get(f"/api/datasets/{dataset.pk}").json()
    gifts = {"project": str(elsewhere.pk), "status": "failed", "rows": 1, "id": str(uuid4()), "sha256": "0" * 64}

    assert api.patch(f"/api/datasets/{dataset.pk}", gifts).json() == before


def test_a_dataset_is_deleted_with_its_files(api, upload, stored, django_capture_on_commit_callbacks):
    address = f"/api/datasets/{upload().json()['id']}"
    assert stored() == ["original", "table.parquet"]

    with django_capture_on_commit_callbacks(execute=True):
        answer = api.delete(address)

    assert (answer.status_code, answer.content) == (204, b"")
    assert refused(api.get(address)) == (404, "not_found", None)
    assert (DatasetVersion.objects.count(), stored()) == (0, [])


# Preview


@pytest.mark.parametrize(
    ("query", "ages"),
    [
        ("", [31, 47, None, 25]),
        ("offset=1&limit=2", [47, None]),
        ("offset=3", [25]),
        ("limit=1", [31]),
        ("limit=500", [31, 47, None, 25]),
        ("offset=4", []),
        ("offset=1000000", []),
        (f"offset={2**63 - 1}", []),
    ],
)
def test_preview_is_a_window(api, upload, query, ages):
    made = upload().json()

    answer = api.get(f"/api/datasets/{made['id']}/preview?{query}")

    assert (answer.status_code, answer.json()["columns"]) == (200, ["age", "city", "left"])
    assert ([row[0] for row in answer.json()["rows"]], answer.json()["total"]) == (ages, 4)


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=-1", "limit"),
        ("limit=many", "limit"),
        ("offset=-1", "offset"),
        ("offset=x", "offset"),
        (f"offset={2**63}", "offset"),
        ("offset=" + "9" * 400, "offset"),
    ],
)
def test_preview_refuses_another_window(api, dataset, query, attr):
    answer = api.get(f"/api/datasets/{dataset.pk}/preview?{query}")

    assert (refused(answer)[0], refused(answer)[2]) == (400, attr)


def test_a_table_that_is_still_read_or_could_not_be_has_no_preview(api, upload, settings, doorbell):
    settings.UPLOAD_INLINE_BYTES = 0
    made = upload(b"[" + b'{"a": 1, "b": 2},\n' * 60_000 + b"none]", "late.json").json()
    address = f"/api/datasets/{made['id']}"

    while_read = api.get(f"{address}/preview")
    worker.ingest(DatasetVersion.objects.get().pk)
    afterwards = api.get(f"{address}/preview")

    assert (made["status"], made["rows"], made["columns"]) == ("processing", None, [])
    assert refused(while_read) == (409, "dataset_processing", None)
    assert refused(afterwards) == (409, "dataset_failed", None)
    assert api.get(address).json()["status"] == "failed"
    assert "line 60,001" in api.get(address).json()["error"].lower()


# Lists


def test_datasets_are_listed_newest_first(api, upload):
    for name in ("first", "second", "third"):
        upload(name=name)

    assert [row["name"] for row in api.get("/api/datasets").json()["results"]] == ["third", "second", "first"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("search=PEOPLE", ["people"]),
        ("search=red", ["roses"]),
        ("status=ready&ordering=name", ["people", "roses"]),
        ("status=failed", []),
        ("ordering=-rows", ["roses", "people"]),
        ("ordering=size_bytes", ["people", "roses"]),
        ("ordering=created_by__password", ["roses", "people"]),
        ("page_size=1", ["roses"]),
    ],
)
def test_datasets_are_searched_filtered_and_ordered(api, upload, query, names):
    upload(name="people")
    upload(factories.flowers(), name="roses", description="Red ones")

    assert [row["name"] for row in api.get(f"/api/datasets?{query}").json()["results"]] == names


def test_datasets_are_filtered_by_project(api, dataset, project):
    second = api.post("/api/projects", {"workspace": str(project.workspace_id), "name": "Second"}).json()["id"]

    assert api.get(f"/api/datasets?project={project.pk}").json()["count"] == 1
    assert api.get(f"/api/datasets?project={second}").json()["count"] == 0
    assert refused(api.get("/api/datasets?project=nonsense")) == (400, "invalid", "project")
    assert refused(api.get("/api/datasets?status=lost")) == (400, "invalid_choice", "status")


def test_datasets_cost_the_same_queries_with_one_row_and_three(api, person, dataset):
    with CaptureQueriesContext(connection) as with_one:
        assert api.get("/api/datasets").json()["count"] == 1
    factories.a_dataset(person)
    factories.a_dataset(person)
    with CaptureQueriesContext(connection) as with_three:
        assert api.get("/api/datasets").json()["count"] == 3

    assert len(with_three) == len(with_one)


def test_no_answer_shows_a_path_or_the_profile(api, dataset, settings):
    for path in ("/api/datasets", f"/api/datasets/{dataset.pk}"):
        text = api.get(path).content.decode()
        assert str(settings.FILES_DIR) not in text
        assert "top_values" not in text


# Isolation


@pytest.mark.parametrize(("method", "path"), [("get", ""), ("patch", ""), ("delete", ""), ("get", "/preview")])
def test_a_stranger_finds_nothing_by_id(stranger_api, dataset, method, path):
    answer = getattr(stranger_api, method)(f"/api/datasets/{dataset.pk}{path}", {"name": "Mine"})
    never = getattr(stranger_api, method)(f"/api/datasets/{uuid4()}{path}", {"name": "Mine"})

    assert refused(answer) == (404, "not_found", None)
    assert answer.json() == never.json()
    assert Dataset.objects.get().name == "flowers"


def test_a_strangers_list_is_empty(stranger_api, dataset):
    empty = {"count": 0, "next": None, "previous": None, "results": []}

    assert stranger_api.get("/api/datasets").json() == empty
    assert stranger_api.get(f"/api/datasets?project={dataset.project_id}").json() == empty
    assert stranger_api.get("/api/datasets?search=flowers").json() == empty


def test_a_stranger_loads_no_sample_elsewhere(stranger_api, project):
    answer = stranger_api.post("/api/datasets/samples", {"project": str(project.pk), "key": "iris"})

    assert refused(answer) == (404, "not_found", None)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_a_viewer_reads_and_an_editor_writes(stranger, stranger_api, project, dataset, upload, role):
    factories.join(stranger, project.workspace, role)
    address, is_editor = f"/api/datasets/{dataset.pk}", role == Role.EDITOR

    statuses = [
        stranger_api.get(address).status_code,
        stranger_api.get(f"{address}/preview").status_code,
        upload(client=stranger_api).status_code,
        stranger_api.post("/api/datasets/samples", {"project": str(project.pk), "key": "iris"}).status_code,
        stranger_api.patch(address, {"name": "New"}).status_code,
        stranger_api.delete(address).status_code,
    ]

    assert statuses == ([200, 200, 201, 201, 200, 204] if is_editor else [200, 200, 403, 403, 403, 403])


@pytest.mark.parametrize("path", ["", "/upload", "/samples", "/{dataset}", "/{dataset}/preview"])
def test_nobody_gets_in_without_credentials(dataset, path):
    address = f"/api/datasets{path}".format(dataset=dataset.pk)

    for method in ("get", "post"):
        assert refused(getattr(APIClient(), method)(address)) == (401, "not_authenticated", None)
