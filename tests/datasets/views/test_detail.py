import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
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
    """Forty columns and ninety rows: four pages of each."""
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


def test_detail_shows_rows_under_their_columns(web, dataset):
    answer = web.get(f"/data/{dataset.pk}")

    assert heads(answer) == ["length", "width", "colour", "wild", "picked", "kind", "weight"]
    assert (len(answer.context["rows"]), answer.context["rows"][1][2]) == (25, "white")
    assert "60 rows × 7 columns" in " ".join(re.sub(r"<[^>]+>", " ", shown(answer)).split())


def test_detail_has_a_tab_of_columns(web, dataset):
    answer = web.get(f"/data/{dataset.pk}/columns")

    assert "rows" not in answer.context
    assert all(name in shown(answer) for name in heads(answer))
    assert "25%" in shown(answer)


@pytest.mark.parametrize(
    ("page", "first", "count"), [("1", 0, 25), ("2", 2500, 25), ("4", 7500, 15), ("99", 7500, 15), ("x", 0, 25)]
)
def test_rows_come_in_pages(web, wide, page, first, count):
    answer = web.get(f"/data/{wide.pk}", {"page": page})

    assert (answer.context["rows"][0][0], len(answer.context["rows"])) == (first, count)


@pytest.mark.parametrize(("page", "first", "count"), [("1", 0, 12), ("2", 12, 12), ("4", 36, 4), ("99", 36, 4)])
def test_many_columns_come_in_pages(web, wide, page, first, count):
    answer = web.get(f"/data/{wide.pk}", {"columns": page, "page": "2"})

    assert heads(answer) == [f"column {i}" for i in range(first, first + count)]
    assert answer.context["column_count"] == 40
    assert answer.context["rows"][0] == [2500 + i for i in range(first, first + count)]


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

    assert f'hx-get="/data/{dataset.pk}/reading?version=1"' in source
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
        web.get(f"/data/{dataset.pk}/columns"),
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


def test_a_bar_leads_to_an_address_that_says_what_is_asked(web, dataset):
    page = f"/data/{dataset.pk}"
    assert 'href="?bar=0.0"' in web.get(page).content.decode()

    bin_, value, missing = (web.get(page, {"bar": bar})["Location"] for bar in ("0.0", "2.1", "1.m"))

    assert bin_ == f"{page}?column=length&from=1.0&to=1.245#rows"
    assert value == f"{page}?column=colour&equals=red#rows"
    assert missing == f"{page}?column=width&missing=1#rows"


def test_a_bar_of_an_older_version_stays_with_it(web, dataset):
    page = f"/data/{dataset.pk}"
    assert 'href="?bar=1@0.0"' in web.get(page, {"version": "1"}).content.decode()

    answer = web.get(page, {"bar": "1@1.m"})

    assert answer["Location"] == f"{page}?column=width&missing=1&version=1#rows"
    assert web.get(page, {"bar": "7@1.m"}).status_code == 404


@pytest.mark.parametrize("bar", ["x", "0.999", "99.0", "0.", "-1.0", "0.0000000001", "٣.٣"])
def test_a_bar_that_is_not_there_shows_all_rows(web, dataset, bar):
    answer = web.get(f"/data/{dataset.pk}", {"bar": bar})

    assert (answer.status_code, answer["Location"]) == (302, f"/data/{dataset.pk}")


def test_rows_are_filtered_by_a_column_and_searched(web, dataset):
    asked = {"column": "colour", "equals": "red", "q": "LONG"}

    answer = web.get(f"/data/{dataset.pk}", asked)

    assert answer.context["page_obj"].paginator.count == 7
    assert {(row[2], row[5]) for row in answer.context["rows"]} == {("red", "long")}
    assert all(words in shown(answer) for words in ("colour is red", "“LONG”", "7 of 60 rows"))


def test_a_filter_is_taken_away_with_everything_else_kept(web, wide):
    answer = web.get(f"/data/{wide.pk}", {"column": "column 3", "from": "300", "columns": "2", "q": "12"})

    assert (answer.context["without_filter"], answer.context["without_search"]) == (
        "?columns=2&q=12",
        "?columns=2&column=column+3&from=300",
    )


@pytest.mark.parametrize(
    "asked",
    [{"column": "size", "equals": "3"}, {"column": "length", "from": "x"}, {"column": "colour", "from": "a"}],
)
def test_a_filter_that_does_not_fit_is_refused_and_all_rows_are_shown(web, dataset, asked):
    answer = web.get(f"/data/{dataset.pk}", asked)

    assert (answer.status_code, len(answer.context["rows"])) == (400, 25)
    assert "This filter cannot be used" in shown(answer)


def test_no_row_fits(web, dataset):
    assert "No row fits." in shown(web.get(f"/data/{dataset.pk}", {"q": "nowhere"}))


def test_the_first_warnings_stand_above_the_tabs_with_remedies(web, person):
    rows = [[row, 7, "" if row % 4 else row, row % 2] for row in range(40)]
    dataset = factories.a_dataset(person, factories.csv(["a", "same", "gaps", "b"], rows), "gaps.csv")

    source = shown(web.get(f"/data/{dataset.pk}"))

    assert "“gaps” is missing in most rows (75.0%)" in source
    assert f'href="/data/{dataset.pk}/train?leave_out=gaps"' in source
    assert f'href="/data/{dataset.pk}?column=gaps&missing=1#rows"' in source
    assert "more thing" in source


def test_detail_of_a_purged_version_says_so(web, dataset):
    dataset.versions.update(status=VersionStatus.PURGED)

    assert "This version was purged" in shown(web.get(f"/data/{dataset.pk}"))


@pytest.mark.parametrize("face", ["", "/columns/1", "/quality", "/relations"])
def test_pages_of_numbers_stay_light(web, person, face):
    rows = [[(row * 7919 + column * 104729) % 99991 / 7 for column in range(60)] for row in range(300)]
    dataset = factories.a_dataset(person, factories.csv([f"measure {i}" for i in range(60)], rows), "numbers.csv")

    answer = web.get(f"/data/{dataset.pk}{face}")

    assert answer.status_code == 200
    assert len(answer.content) < 60_000


@pytest.mark.parametrize("face", ["", "/columns/1", "/quality", "/relations"])
def test_faces_take_as_many_queries_for_many_columns_as_for_few(web, person, wide, face):
    few = factories.a_dataset(person, factories.csv(["a", "b", "c"], [[i, i % 3, i % 7] for i in range(20)]), "few.csv")

    def queries(dataset) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert web.get(f"/data/{dataset.pk}{face}").status_code == 200
        return len(captured)

    queries(few), queries(wide)  # explored, and the project remembered

    assert queries(few) == queries(wide)
