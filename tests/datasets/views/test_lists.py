import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datasets.models import Dataset, DatasetVersion, VersionStatus
from tests import factories

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


def shown(answer):
    """The page's text, as a browser would read it."""
    return html.unescape(answer.content.decode())


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


def test_list_says_how_far_a_reading_is_and_asks_again(web, dataset):
    page = f"/projects/{dataset.project_id}/data"
    at_rest = shown(web.get(page))
    DatasetVersion.objects.update(status=VersionStatus.PROCESSING, stage="typing", progress=0.423)

    meanwhile = shown(web.get(page))

    assert ("Reading 42%" in meanwhile, 'hx-trigger="every 2s"' in meanwhile) == (True, True)
    assert 'hx-trigger="every 2s"' not in at_rest


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
    assert "This data stays, for models rest on it" in shown(answer)
    assert Dataset.objects.exists()
