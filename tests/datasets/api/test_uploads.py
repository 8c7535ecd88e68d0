import gzip
import hashlib
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.models import OutboxEvent
from datasets.models import Dataset, DatasetVersion
from tests import factories
from tests.factories import refused

UPLOAD = "/api/datasets/upload"
FIELDS = [
    "id",
    "project",
    "name",
    "description",
    "status",
    "stage",
    "progress",
    "error",
    "version",
    "schema",
    "rows",
    "size_bytes",
    "sha256",
    "columns",
    "notes",
    "bad_row_count",
    "created_at",
]
KEYS = ["iris", "wine", "breast_cancer", "diabetes", "digits", "linnerud"]
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
OBJECTS = [{"age": row, "name": "Zoë" if row % 2 else "Bo", "paid": row % 3 == 0} for row in range(12)]


def send(client, project, content, filename="table.csv", **fields):
    file = SimpleUploadedFile(filename, content)
    return client.post(UPLOAD, {"file": file, "project": str(project.pk), **fields}, format="multipart")


def test_csv_is_stored_read_and_answered_to_the_contract(api, project, stored):
    content = factories.flowers()

    answer = send(api, project, content, "flowers.csv")

    body = answer.json()
    assert (answer.status_code, list(body)) == (201, FIELDS)
    assert (body["name"], body["status"], body["error"], body["version"], body["rows"]) == (
        "flowers",
        "ready",
        None,
        1,
        60,
    )
    assert (body["size_bytes"], body["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert body["project"] == str(project.pk)
    assert stored() == ["original", "table.parquet"]


def test_columns_are_answered_with_type_role_and_gaps(api, project):
    columns = send(api, project, factories.flowers()).json()["columns"]

    assert all(set(column) == {"name", "dtype", "role", "missing", "unique", "reason"} for column in columns)
    assert [(column["name"], column["dtype"], column["missing"]) for column in columns] == [
        ("length", "number", 0),
        ("width", "number", 7),
        ("colour", "category", 15),
        ("wild", "boolean", 0),
        ("picked", "datetime", 0),
        ("kind", "category", 0),
        ("weight", "number", 0),
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("people.json", json.dumps(OBJECTS).encode()),
        ("people.jsonl", "\n".join(map(json.dumps, OBJECTS)).encode()),
        ("people.csv", factories.csv(["age", "name", "paid"], [list(each.values()) for each in OBJECTS])),
    ],
)
def test_one_table_in_three_formats_is_one_table(api, project, name, content):
    answer = send(api, project, content, name, name="People", description="Who came.")

    body = answer.json()
    assert (answer.status_code, body["name"], body["description"]) == (201, "People", "Who came.")
    assert (body["rows"], [(each["name"], each["dtype"], each["unique"]) for each in body["columns"]]) == (
        12,
        [("age", "integer", 12), ("name", "category", 2), ("paid", "boolean", 2)],
    )


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("table.csv", b"", "empty"),
        ("table.csv", b"\n\n \n\n", "blank"),
        ("table.csv", b"a,b,c\n", "no rows"),
        ("table.csv", PNG, "save"),
        ("table.csv", b"a\n1\n2\n3\n", "one column"),
        ("table.json", b'[{"a": 1, "b": 2}, {"a": 1', "JSON"),
        ("table.json", b"[]", "no rows"),
        ("table.jsonl", b'{"a": 1, "b": 2}\nnone\nnone\n', "JSON"),
        ("table.csv", b"a,b\n1,\x00\x00\x00\n\x00\x00,2\n\x00\x00\x00\x00", "text"),
        ("table.csv", b"<!doctype html><html><body>No</body></html>", "web page"),
        ("table.csv.gz", b"\x1f\x8b\x08\x00broken", "gzip"),
    ],
)
def test_what_is_no_table_is_refused_with_words_and_leaves_nothing(
    api, project, stored, django_capture_on_commit_callbacks, name, content, words
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = send(api, project, content, name)

    status, _, attr = refused(answer)
    assert (status, attr) == (400, "file")
    assert words.lower() in answer.json()["errors"][0]["detail"].lower()
    assert (list(Dataset.objects.all()), list(DatasetVersion.objects.all()), stored()) == ([], [], [])


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("a,a,b", ["a", "a_2", "b"]),
        ("a,,b", ["a", "col_1", "b"]),
        ("A,a,b", ["A", "a", "b"]),
        (" a ,b,__proto__", ["a", "b", "__proto__"]),
    ],
)
def test_names_of_columns_are_made_whole_and_told_apart(api, project, header, names):
    rows = "".join(f"\n{row},{row * 2},word{row % 3}" for row in range(9))

    answer = send(api, project, f"{header}{rows}\n".encode())

    assert answer.status_code == 201
    assert [column["name"] for column in answer.json()["columns"]] == names


def test_rows_that_do_not_fit_are_left_out_and_counted(api, project):
    answer = send(api, project, b"a,b\n1,2\n3,4\n5,6,7,8\n7,8\n9,10\n")

    body = answer.json()
    assert (answer.status_code, body["rows"], body["bad_row_count"]) == (201, 4, 1)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.csv", "boot"),
        ("<script>alert(1)<x>.csv", "<script>alert(1)<x>"),
        ("  ", "table"),
        ("é\u202e名.csv", "é名"),
        (f"{'n' * 250}.csv", "n" * 196),
    ],
)
def test_name_of_the_file_is_kept_as_words_and_never_a_path(api, project, settings, stored, given, shown):
    file = io.BytesIO(factories.flowers())
    file.name = given

    answer = api.post(UPLOAD, {"file": file, "project": str(project.pk)}, format="multipart")

    version = DatasetVersion.objects.get()
    assert (answer.status_code, answer.json()["name"]) == (201, shown)
    assert (settings.FILES_DIR / "datasets" / str(version.pk) / "original").is_file()
    assert stored() == ["original", "table.parquet"]


@pytest.mark.parametrize("address", [UPLOAD, "/projects/{project}/data/upload"])
def test_body_announced_too_large_is_refused_before_it_is_read(person, project, stored, address):
    browser = Client(enforce_csrf_checks=True)  # whose check would read the form to find the token
    browser.force_login(person)
    length = str(101 * 1024**2)

    # The body has no byte: reading it would fail.
    answer = browser.post(
        address.format(project=project.pk), b"", content_type="multipart/form-data; boundary=b", CONTENT_LENGTH=length
    )

    assert answer.status_code == 413
    assert "100 MB" in answer.content.decode()
    assert stored() == []


def test_file_beyond_the_limit_is_refused_and_leaves_nothing(api, project, settings, stored):
    settings.UPLOAD_MAX_BYTES = 1024

    assert refused(send(api, project, factories.flowers(200))) == (413, "too_large", None)
    assert (list(Dataset.objects.all()), stored()) == ([], [])


@pytest.mark.parametrize("left_out", ["file", "project"])
def test_each_part_is_needed_and_named(api, project, left_out):
    parts = {"file": SimpleUploadedFile("t.csv", factories.flowers()), "project": str(project.pk)}
    del parts[left_out]

    assert refused(api.post(UPLOAD, parts, format="multipart")) == (400, "required", left_out)


@pytest.mark.parametrize(
    ("attr", "fields"),
    [
        ("project", {"project": "not-an-id"}),
        ("name", {"name": "n" * 201}),
        ("name", {"name": "a\0b"}),
        ("description", {"description": "d" * 5_001}),
    ],
)
def test_value_that_cannot_be_used_is_named(api, project, attr, fields):
    parts = {"file": SimpleUploadedFile("t.csv", factories.flowers()), "project": str(project.pk)} | fields

    status, _, named = refused(api.post(UPLOAD, parts, format="multipart"))

    assert (status, named, Dataset.objects.count()) == (400, attr, 0)


def test_another_kind_of_body_is_415(api, project):
    assert refused(api.post(UPLOAD, {"project": str(project.pk)}, format="json"))[0] == 415


def test_project_of_others_does_not_exist(stranger_api, project, stored):
    assert refused(send(stranger_api, project, factories.flowers())) == (404, "not_found", None)
    assert stored() == []


def test_viewer_may_not_upload(viewer_api, project, stored):
    assert refused(send(viewer_api, project, factories.flowers())) == (403, "permission_denied", None)
    assert stored() == []


def test_session_without_its_token_uploads_nothing(person, project):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)

    assert send(client, project, factories.flowers()).status_code == 403
    assert not Dataset.objects.exists()


def test_upload_tells_what_was_made(api, project, person):
    body = send(api, project, factories.flowers()).json()

    event = OutboxEvent.objects.get(subject_id=body["id"])
    assert (event.kind, event.actor, event.payload) == ("dataset.created", person, {"name": "table"})


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("?search=FLOWER", ["iris"]),
        ("?search=exercises%20twenty", ["linnerud"]),
        ("?search=nothing", []),
        ("?ordering=key", sorted(KEYS)),
        ("?ordering=-rows", ["digits", "breast_cancer", "diabetes", "wine", "iris", "linnerud"]),
        ("?ordering=make", KEYS),
        ("?search=which&ordering=-key&page_size=2", ["wine", "iris"]),
    ],
)
def test_samples_are_searched_and_ordered_as_any_list(api, query, keys):
    assert [sample["key"] for sample in api.get(f"/api/datasets/samples{query}").json()["results"]] == keys


def test_samples_are_listed_and_one_call_away(api, project):
    listed = api.get("/api/datasets/samples").json()["results"]
    answer = api.post("/api/datasets/samples", {"project": str(project.pk), "key": "iris"})

    iris = next(sample for sample in listed if sample["key"] == "iris")
    body = answer.json()
    assert [sample["key"] for sample in listed] == KEYS
    assert set(iris) == {"key", "title", "description", "rows", "columns", "target"}
    assert (answer.status_code, list(body)) == (201, FIELDS)
    assert (body["name"], body["rows"], len(body["columns"])) == (iris["title"], iris["rows"], iris["columns"])
    assert body["columns"][-1]["name"] == iris["target"]


def test_unknown_sample_is_refused_with_those_there_are(api, project):
    answer = api.post("/api/datasets/samples", {"project": str(project.pk), "key": "titanic"})

    assert refused(answer) == (400, "invalid", "key")
    assert ", ".join(KEYS) in answer.json()["errors"][0]["detail"]


def test_sample_for_a_project_of_others_is_404_and_for_a_viewer_403(stranger_api, viewer_api, person):
    elsewhere = factories.home_of(factories.a_person("bob"))

    def post(project):
        return refused(stranger_api.post("/api/datasets/samples", {"project": str(project.pk), "key": "iris"}))[0]

    assert (post(elsewhere), post(factories.home_of(person))) == (404, 403)
    assert not Dataset.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("people.tsv", b"age\tcity\n31\tOslo\n47\tBergen\n\tOslo\n"),
        ("people", b"age;city\r\n31;Oslo\r\n47;Bergen\r\n;Oslo\r\n"),
        ("people.csv.gz", gzip.compress(b"age,city\n31,Oslo\n47,Bergen\n,Oslo\n", mtime=0)),
        (
            "people.json.gz",
            gzip.compress(b'[{"age":31,"city":"Oslo"},{"age":47,"city":"Bergen"},{"city":"Oslo"}]', mtime=0),
        ),
    ],
)
def test_its_kin_and_zipped_files_are_the_same_table(api, project, name, content):
    answer = send(api, project, content, name)

    assert (answer.status_code, answer.json()["rows"]) == (201, 3)
    assert api.get(f"/api/datasets/{answer.json()['id']}/preview").json() == {
        "columns": ["age", "city"],
        "rows": [[31, "Oslo"], [47, "Bergen"], [None, "Oslo"]],
        "total": 3,
    }


@pytest.mark.parametrize(
    "names",
    [["Łódź", "東京", "🙂"], ["__proto__", "id", "{{7*7}}"], ["../../x", "<img onerror>", "constructor"]],
)
def test_odd_names_of_columns_are_kept(api, project, names):
    answer = send(api, project, f"{','.join(names)}\n1,2,3\n4,5,6\n7,8,8\n".encode())

    assert [column["name"] for column in answer.json()["columns"]] == names
    assert api.get(f"/api/datasets/{answer.json()['id']}/preview").json()["columns"] == names


@pytest.mark.parametrize(
    "text",
    [
        r'[{"a\u0000b": 1, "c": 2}, {"a\u0000b": 2, "c": 3}]',
        r'[{"a": "x\u0000y", "c": 2}, {"a": "z", "c": 3}]',
        r'[{"\ud800": 1, "c": 2}, {"\ud800": 2, "c": 3}]',
        r'[{"a": "\ud800", "c": 2}, {"a": "z", "c": 3}]',
        '[{"a": NaN, "c": 1e400}, {"a": 1, "c": 2}]',
        '[{"a": 1, "c": ' + "[" * 20_000,
    ],
)
def test_what_no_database_keeps_is_refused_or_left_out(api, project, text):
    answer = send(api, project, text.encode(), "odd.json")

    if answer.status_code == 201:
        assert api.get(f"/api/datasets/{answer.json()['id']}/preview").status_code == 200
    else:
        assert refused(answer)[0::2] == (400, "file")
        assert "unexpectedly" not in answer.json()["errors"][0]["detail"]


def test_zipped_file_that_grows_beyond_the_limit_leaves_nothing(
    api, project, settings, stored, django_capture_on_commit_callbacks
):
    settings.UPLOAD_MAX_BYTES = 100_000

    with django_capture_on_commit_callbacks(execute=True):
        answer = send(api, project, gzip.compress(b"a,b\n" + b"1,2\n" * 1_000_000), "bomb.csv.gz")

    assert refused(answer) == (413, "too_large", None)
    assert (Dataset.objects.count(), stored()) == (0, [])


def test_too_many_columns_are_refused_with_the_limit(api, project, settings):
    settings.UPLOAD_MAX_COLUMNS = 3

    answer = send(api, project, b"a,b,c,d\n1,2,3,4\n")

    assert refused(answer) == (413, "too_many_columns", None)
    assert "at most 3" in answer.json()["errors"][0]["detail"]


def test_upload_takes_nothing_that_the_platform_decides(api, project):
    gifts = {"status": "failed", "rows": 7, "sha256": "0" * 64, "version": 9, "id": str(project.pk)}

    body = send(api, project, factories.flowers(), **gifts).json()

    assert (body["status"], body["rows"], body["version"]) == ("ready", 60, 1)
    assert gifts["sha256"] != body["sha256"]
    assert gifts["id"] != body["id"]
