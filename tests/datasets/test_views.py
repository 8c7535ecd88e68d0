import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from datasets.models import Dataset, DatasetVersion, VersionStatus
from tests import factories
from workspaces.models import Role

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


@pytest.fixture
def wide(person):
    """Forty columns and ninety rows: three pages of each."""
    rows = [[row * 100 + column for column in range(40)] for row in range(90)]
    return factories.a_dataset(person, factories.csv([f"column {i}" for i in range(40)], rows), "wide.csv")


@pytest.fixture
def viewer(client, stranger, project):
    """A web client signed in as a viewer of the project."""
    factories.join(stranger, project.workspace, Role.VIEWER)
    client.force_login(stranger)
    return client


def upload(client, project, content=None, filename="flowers.csv", name=""):
    content = factories.flowers() if content is None else content
    file = SimpleUploadedFile(filename, content)
    return client.post(f"/projects/{project.pk}/data/upload", {"file": file, "name": name})


def shown(answer):
    """The page's text, as a browser would read it."""
    return html.unescape(answer.content.decode())


def heads(answer):
    return [item["column"].name for item in answer.context["columns"]]


def names(answer):
    return [dataset.name for dataset in answer.context["page_obj"]]


def test_list_of_nothing_offers_an_upload_and_samples(web, project):
    answer = web.get(f"/projects/{project.pk}/data")

    assert (answer.status_code, names(answer)) == (200, [])
    assert all(words in shown(answer) for words in ("No data yet", "Iris flowers", "Upload a file"))


def test_list_shows_the_tables_of_this_project(web, project, person):
    factories.a_dataset(person, factories.flowers(1200), "many.csv")
    factories.a_dataset(factories.a_person("bob"), filename="foreign.csv")

    answer = web.get(f"/projects/{project.pk}/data")

    assert names(answer) == ["many"]
    assert all(words in shown(answer) for words in ("many", "1,200", "Ready"))
    assert "foreign" not in shown(answer)


def test_list_is_searched_and_sorted(web, project, person):
    for rows, name in ((30, "small.csv"), (90, "large.csv")):
        factories.a_dataset(person, factories.flowers(rows), name)
    page = f"/projects/{project.pk}/data"

    assert names(web.get(page)) == ["large", "small"]
    assert names(web.get(page, {"sort": "rows"})) == ["small", "large"]
    assert names(web.get(page, {"sort": "-size_bytes"})) == ["large", "small"]
    assert names(web.get(page, {"q": "SMA"})) == ["small"]
    assert "Nothing matches" in shown(web.get(page, {"q": SCRIPT}))


@pytest.mark.parametrize("query", [{"q": "\0"}, {"q": SCRIPT}, {"page": "x"}, {"page": "999"}, {"sort": "project"}])
def test_list_survives_odd_queries(web, dataset, query):
    answer = web.get(f"/projects/{dataset.project_id}/data", query)

    assert answer.status_code == 200
    assert SCRIPT not in answer.content.decode()


def test_list_takes_as_many_queries_for_three_as_for_one(web, person, project):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert web.get(f"/projects/{project.pk}/data").status_code == 200
        return len(captured)

    factories.a_dataset(person)
    queries()  # the first visit remembers the project
    with_one = queries()
    factories.a_dataset(person)
    factories.a_dataset(person)

    assert with_one == queries()


def test_upload_leads_to_the_table(web, project):
    assert web.get(f"/projects/{project.pk}/data/upload").status_code == 200

    answer = upload(web, project, name="Garden")

    dataset = Dataset.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/data/{dataset.pk}")
    assert (dataset.name, dataset.project, dataset.versions.get().rows) == ("Garden", project, 60)


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "The file is empty."), (b"a\n1\n2\n", "Only one column"), (b"a,b\n", "no rows")]
)
def test_upload_of_what_is_no_table_says_why_beside_the_field(web, project, content, words):
    answer = upload(web, project, content)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["file"])
    assert words in shown(answer)
    assert not Dataset.objects.exists()


def test_upload_without_a_file_says_so(web, project):
    answer = web.post(f"/projects/{project.pk}/data/upload", {"name": "Garden"})

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["file"])
    assert not Dataset.objects.exists()


def test_upload_announced_too_large_is_refused_as_a_page(web, project):
    answer = web.post(f"/projects/{project.pk}/data/upload", CONTENT_LENGTH=str(101 * 1024**2))

    assert answer.status_code == 413
    assert "larger than the limit of 100 MB" in shown(answer)


def test_upload_beyond_the_limit_is_refused_beside_the_form(web, project, settings):
    settings.UPLOAD_MAX_BYTES = 1024

    answer = upload(web, project, factories.flowers(200))

    assert answer.status_code == 413
    assert "larger than the limit" in shown(answer)


def test_upload_needs_the_token_of_its_form(person, project):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)

    assert upload(client, project).status_code == 403
    assert not Dataset.objects.exists()


def test_sample_is_one_click_away(web, project):
    answer = web.post(f"/projects/{project.pk}/data/sample", {"key": "iris"})

    dataset = Dataset.objects.get()
    assert (answer["Location"], dataset.name) == (f"/data/{dataset.pk}", "Iris flowers")
    assert web.get(f"/projects/{project.pk}/data/sample").status_code == 405
    assert web.post(f"/projects/{project.pk}/data/sample", {"key": "titanic"}).status_code == 400


def test_detail_shows_rows_under_their_columns(web, dataset):
    answer = web.get(f"/data/{dataset.pk}")

    assert answer.context["tab"] == "preview"
    assert heads(answer) == ["length", "width", "colour", "wild", "picked", "kind", "weight"]
    assert (len(answer.context["rows"]), answer.context["rows"][1][2]) == (40, "white")
    assert "60 rows × 7 columns" in " ".join(re.sub(r"<[^>]+>", " ", shown(answer)).split())


def test_detail_has_a_tab_of_columns(web, dataset):
    answer = web.get(f"/data/{dataset.pk}", {"tab": "columns"})

    assert (answer.context["tab"], "rows" in answer.context) == ("columns", False)
    assert all(name in shown(answer) for name in heads(answer))
    assert "25%" in shown(answer)


@pytest.mark.parametrize(
    ("page", "first", "count"), [("1", 0, 40), ("2", 4000, 40), ("3", 8000, 10), ("99", 8000, 10), ("x", 0, 40)]
)
def test_rows_come_in_pages(web, wide, page, first, count):
    answer = web.get(f"/data/{wide.pk}", {"page": page})

    assert (answer.context["rows"][0][0], len(answer.context["rows"])) == (first, count)


@pytest.mark.parametrize(("page", "first", "count"), [("1", 0, 16), ("2", 16, 16), ("3", 32, 8), ("99", 32, 8)])
@pytest.mark.parametrize("tab", ["preview", "columns"])
def test_many_columns_come_in_pages(web, wide, tab, page, first, count):
    answer = web.get(f"/data/{wide.pk}", {"tab": tab, "columns": page, "page": "2"})

    assert heads(answer) == [f"column {i}" for i in range(first, first + count)]
    assert answer.context["column_count"] == 40
    if tab == "preview":
        assert answer.context["rows"][0] == [4000 + i for i in range(first, first + count)]


def test_pages_of_rows_and_of_columns_keep_each_other(web, wide):
    source = shown(web.get(f"/data/{wide.pk}", {"columns": "2", "page": "2"}))

    links = re.findall(r'rel="next" href="([^"]+)"', source)
    assert sorted(tuple(sorted(link.lstrip("?").split("&"))) for link in links) == [
        ("columns=2", "page=3"),
        ("columns=3", "page=2"),
    ]


def test_detail_of_one_being_read_asks_again_by_itself(web, dataset):
    dataset.versions.update(status=VersionStatus.PROCESSING, columns=[], profile=[])

    source = web.get(f"/data/{dataset.pk}").content.decode()

    assert f'hx-get="/data/{dataset.pk}"' in source
    assert "Train a model" not in source


def test_detail_of_one_that_failed_says_why(web, dataset):
    dataset.versions.update(status=VersionStatus.FAILED, error=f"Only {SCRIPT} was found.", columns=[], profile=[])

    answer = web.get(f"/data/{dataset.pk}")

    assert f"Only {SCRIPT} was found." in shown(answer)
    assert SCRIPT not in answer.content.decode()


def test_rows_left_out_are_told_with_their_lines(web, project):
    upload(web, project, b"a,b\n1,2\n3,4\n5,6,7,8\n7,8\n9,10\n")

    answer = web.get(f"/data/{Dataset.objects.get().pk}")

    assert "1 row could not be read and is left out" in shown(answer)
    assert "Line 4:" in shown(answer)


def test_names_and_values_are_shown_as_they_are_and_nothing_runs(web, project):
    rows = [[f"<b>{row % 2}</b>", "{{7*7}}" if row % 2 else SCRIPT, row] for row in range(20)]
    upload(web, project, factories.csv([SCRIPT, "{% now %}", '"a""b"'], rows), f"{SCRIPT}.csv", name=f"{SCRIPT}.csv")
    dataset = Dataset.objects.get()

    pages = [
        web.get(f"/data/{dataset.pk}"),
        web.get(f"/data/{dataset.pk}", {"tab": "columns"}),
        web.get(f"/data/{dataset.pk}/delete"),
        web.get(f"/projects/{project.pk}/data"),
        web.get(f"/projects/{project.pk}"),
    ]

    for page in pages:
        source = page.content.decode()
        assert page.status_code == 200
        assert not any(raw in source for raw in (SCRIPT, "<b>0", "<b>1"))
        assert SCRIPT in shown(page)
    assert "{{7*7}}" in shown(pages[0])
    assert DatasetVersion.objects.get().schema[2].name == 'a"b'


def test_delete_asks_then_deletes(web, dataset, stored, django_capture_on_commit_callbacks):
    page = f"/data/{dataset.pk}/delete"

    asked = web.get(page)
    assert (asked.status_code, Dataset.objects.count()) == (200, 1)
    assert "This cannot be undone." in shown(asked)

    with django_capture_on_commit_callbacks(execute=True):
        answer = web.post(page, follow=True)

    assert answer.redirect_chain == [(f"/projects/{dataset.project_id}/data", 302)]
    assert "“flowers” is deleted." in shown(answer)
    assert (Dataset.objects.count(), stored()) == (0, [])


def test_delete_of_one_a_model_rests_on_says_why(web, person, dataset):
    factories.a_model(person, dataset)

    answer = web.post(f"/data/{dataset.pk}/delete", follow=True)

    assert answer.redirect_chain == [(f"/data/{dataset.pk}", 302)]
    assert "A model rests on this dataset, so it stays." in shown(answer)
    assert Dataset.objects.exists()


def pages_of(dataset):
    return [
        f"/projects/{dataset.project_id}/data",
        f"/projects/{dataset.project_id}/data/upload",
        f"/data/{dataset.pk}",
        f"/data/{dataset.pk}/delete",
    ]


def test_strangers_find_no_page_and_nobody_signs_in_first(client, stranger, dataset):
    pages = pages_of(dataset)

    assert [client.get(page)["Location"].split("?")[0] for page in pages] == ["/sign-in"] * 4
    client.force_login(stranger)
    assert [client.get(page).status_code for page in pages] == [404] * 4
    assert upload(client, dataset.project).status_code == 404


def test_viewers_look_and_change_nothing(viewer, dataset):
    detail = shown(viewer.get(f"/data/{dataset.pk}"))

    assert "Train a model" not in detail
    assert f"/data/{dataset.pk}/delete" not in detail
    assert upload(viewer, dataset.project).status_code == 403
    assert viewer.post(f"/projects/{dataset.project_id}/data/sample", {"key": "iris"}).status_code == 403
    assert viewer.post(f"/data/{dataset.pk}/delete").status_code == 403
    assert Dataset.objects.count() == 1
