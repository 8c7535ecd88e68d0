import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.actor import Actor
from datasets.models import VersionStatus
from predictions import services as predictions
from predictions.loaded import LoadedModels
from tests import factories
from tests.factories import a_row
from workspaces import services as workspaces


@pytest.fixture(autouse=True)
def _nothing_is_loaded(monkeypatch):
    """Equal fits give equal files, which the cache of models would know from another test."""
    monkeypatch.setattr(predictions, "loaded_models", LoadedModels())


def steps(web, project):
    """Which of the three steps are done, and the place of the current one."""
    answer = web.get(f"/projects/{project.pk}")
    assert answer.status_code == 200
    found = answer.context["steps"]
    return [step["done"] for step in found], [step["current"] for step in found]


def current(answer):
    return [place.label for place in answer.context["shell"]["nav"] if place.current]


def test_steps_are_ticked_as_they_are_taken(web, person, project):
    assert steps(web, project) == ([False, False, False], [True, False, False])

    dataset = factories.a_dataset(person)
    assert steps(web, project) == ([True, False, False], [False, True, False])

    model = factories.a_model(person, dataset)
    assert steps(web, project) == ([True, True, False], [False, False, True])

    predictions.predict(actor=Actor(person), model=model, rows=[a_row()])
    assert steps(web, project) == ([True, True, True], [False, False, False])


def test_step_leads_to_where_it_is_taken(web, person, project):
    model = factories.a_model(person)

    data, train, predict = web.get(f"/projects/{project.pk}").context["steps"]

    assert data["action_url"] == f"/projects/{project.pk}/data/upload"
    assert train["action_url"] == f"/data/{model.dataset_version.dataset_id}/train"
    assert predict["action_url"] == f"/models/{model.pk}/predict"


def test_a_step_that_cannot_be_taken_yet_leads_nowhere(web, project):
    _, train, predict = web.get(f"/projects/{project.pk}").context["steps"]

    assert (train["action_url"], predict["action_url"]) == ("", "")


def test_a_table_that_could_not_be_read_is_no_step_taken(web, person, project):
    factories.a_dataset(person).versions.update(status=VersionStatus.FAILED, columns=[], profile=[])

    done, _ = steps(web, project)

    assert done == [False, False, False]


def test_a_prediction_in_another_project_ticks_nothing(web, person, stranger, project):
    model = factories.a_model(stranger)
    predictions.predict(actor=Actor(stranger), model=model, rows=[a_row()])

    assert steps(web, project)[0] == [False, False, False]


def test_newcomer_is_offered_samples_until_there_is_data(web, person, project):
    assert b"Iris flowers" in web.get(f"/projects/{project.pk}").content

    factories.a_dataset(person)

    assert b"Iris flowers" not in web.get(f"/projects/{project.pk}").content


def test_overview_takes_as_many_queries_for_three_as_for_one(web, person, project):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert web.get(f"/projects/{project.pk}").status_code == 200
        return len(captured)

    dataset = factories.a_dataset(person)
    factories.a_model(person, dataset)
    queries()  # the first visit remembers the project
    with_one = queries()
    factories.a_model(person, factories.a_dataset(person))
    factories.a_model(person, dataset)

    assert with_one == queries()


def test_frame_marks_the_place_one_is_at(web, person, project):
    model = factories.a_model(person)
    dataset = model.dataset_version.dataset
    places = {
        f"/projects/{project.pk}": ["Overview"],
        f"/projects/{project.pk}/data": ["Data"],
        f"/projects/{project.pk}/data/upload": ["Data"],
        f"/data/{dataset.pk}": ["Data"],
        f"/data/{dataset.pk}/train": ["Training"],
        f"/projects/{project.pk}/training": ["Training"],
        f"/training/{model.job_id}": ["Training"],
        f"/projects/{project.pk}/models": ["Models"],
        f"/models/{model.pk}": ["Models"],
        f"/models/{model.pk}/archive": ["Models"],
        f"/models/{model.pk}/predict": ["Predictions"],
        f"/projects/{project.pk}/predictions": ["Predictions"],
        "/account": [],
    }

    assert {page: current(web.get(page)) for page in places} == places


def test_frame_marks_the_place_for_those_who_listen(web, project):
    source = web.get(f"/projects/{project.pk}/data").content.decode()

    assert re.findall(r'rail__link" href="([^"]+)" aria-current="page"', source) == [f"/projects/{project.pk}/data"]


def test_frame_stays_in_the_project_last_looked_at(web, actor, project):
    other = workspaces.create_project(actor=actor, workspace=project.workspace, name="Other")

    web.get(f"/projects/{other.pk}/data")

    assert web.get("/account").context["shell"]["project"] == other
    assert web.get("/")["Location"] == f"/projects/{other.pk}"


def test_frame_shows_credits_where_they_count(web, settings, project):
    assert web.get("/account").context["shell"]["credits"] == 15

    settings.CREDITS_ENABLED = False
    assert web.get("/account").context["shell"]["credits"] is None
