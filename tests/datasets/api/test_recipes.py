import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.credits import balance_of
from datasets.models import Recipe
from ml.steps.registry import all_steps
from tests import factories
from tests.factories import refused
from training.models import Job

FILL = {"kind": "impute", "columns": ["width"]}


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


@pytest.fixture
def recipe(person):
    return factories.a_recipe(person)


def sent(api, path, body):
    return api.post(f"/api/{path}", body, format="json")


def wish(project, dataset, **changes):
    return {"project": project.pk, "dataset": dataset.pk, "target": "kind", "algorithm": "logistic", **changes}


def test_catalogue_is_public_and_lists_every_kind():
    answer = APIClient().get("/api/feature-steps")

    assert answer.status_code == 200
    assert [kind["kind"] for kind in answer.json()] == [kind.key for kind in all_steps()]
    assert set(answer.json()[0]) >= {"kind", "name", "description", "takes", "params"}


def test_preview_shows_rows_before_after_and_after_each_step(api, dataset):
    steps = [FILL, {"kind": "drop", "columns": ["colour"]}]

    answer = sent(api, f"datasets/{dataset.pk}/steps/preview", {"steps": steps, "target": "kind", "rows": 2})

    found = answer.json()
    assert (answer.status_code, found["fitted_on"], found["exact"]) == (200, 60, True)
    assert [row[1] for row in found["before"]["rows"]] == [None, 1.5]
    assert [len(step["columns"]) for step in found["steps"]] == [6, 5]
    assert found["after"]["rows"] == found["steps"][1]["rows"]


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "steps"),
        ({"steps": [FILL] * 51}, "steps"),
        ({"steps": [{"kind": "impute", "columns": ["Width"]}]}, "steps.0.columns"),
        ({"steps": [FILL, {**FILL, "params": {"strategy": []}}]}, "steps.1.params.strategy"),
        ({"steps": [{**FILL, "columns": ["kind"]}], "target": "kind"}, "steps.0.columns"),
        ({"steps": [FILL], "target": "nothing"}, "target"),
        ({"steps": [FILL], "rows": 101}, "rows"),
    ],
)
def test_preview_names_what_is_wrong(api, dataset, body, attr):
    status, _, found = refused(sent(api, f"datasets/{dataset.pk}/steps/preview", body))

    assert (status, found) == (400, attr)


def test_preview_of_a_version_that_is_not_there(api, dataset):
    answer = sent(api, f"datasets/{dataset.pk}/steps/preview", {"steps": [FILL], "version": 2})

    assert refused(answer) == (404, "not_found", None)


def test_recipe_is_made_read_changed_and_deleted(api, project):
    made = sent(api, "recipes", {"project": project.pk, "name": "Basics", "steps": [FILL]})
    path = f"/api/recipes/{made.json()['id']}"

    changed = api.patch(path, {"name": "Better", "description": "For ships."}, format="json")

    assert (made.status_code, changed.status_code) == (201, 200)
    assert api.get(path).json() == changed.json()
    assert (changed.json()["name"], changed.json()["steps"][0]["params"]["strategy"]) == ("Better", "median")
    assert (api.delete(path).status_code, api.get(path).status_code) == (204, 404)


def test_a_taken_name_is_refused_beside_it(api, project, recipe):
    answer = sent(api, "recipes", {"project": project.pk, "name": recipe.name, "steps": [FILL]})

    assert refused(answer) == (400, "unique", "name")


def test_steps_are_checked_when_a_recipe_is_changed(api, recipe):
    answer = api.patch(f"/api/recipes/{recipe.pk}", {"steps": [{"kind": "guess"}]}, format="json")

    assert refused(answer) == (400, "invalid", "steps.0.kind")
    assert Recipe.objects.get().steps == recipe.steps


def test_list_is_filtered_searched_and_ordered(api, person, project, recipe):
    factories.a_recipe(person, name="Another")

    assert [each["name"] for each in api.get("/api/recipes?ordering=-name").json()["results"]] == ["Basics", "Another"]
    assert api.get("/api/recipes?search=basi").json()["count"] == 1
    assert api.get(f"/api/recipes?project={project.pk}").json()["count"] == 2
    assert api.get("/api/recipes?project=00000000-0000-0000-0000-000000000000").json()["count"] == 0


def test_list_costs_the_same_queries_with_one_row_and_three(api, person, recipe):
    with CaptureQueriesContext(connection) as with_one:
        assert api.get("/api/recipes").json()["count"] == 1
    factories.a_recipe(person, name="Second")
    factories.a_recipe(person, name="Third")
    with CaptureQueriesContext(connection) as with_three:
        assert api.get("/api/recipes").json()["count"] == 3

    assert len(with_three) == len(with_one)


def test_strangers_find_no_recipe(stranger_api, recipe):
    assert stranger_api.get("/api/recipes").json()["count"] == 0
    assert stranger_api.get(f"/api/recipes/{recipe.pk}").status_code == 404


def test_viewers_read_recipes_and_change_none(viewer_api, recipe, project):
    assert viewer_api.get(f"/api/recipes/{recipe.pk}").json()["name"] == "Basics"
    assert viewer_api.delete(f"/api/recipes/{recipe.pk}").status_code == 403
    assert sent(viewer_api, "recipes", {"project": project.pk, "name": "Mine", "steps": [FILL]}).status_code == 403
    assert list(Recipe.objects.all()) == [recipe]


def test_training_takes_steps_and_tells_them(api, project, dataset):
    job = sent(api, "training", wish(project, dataset, steps=[FILL])).json()

    assert [step["kind"] for step in job["steps"]] == ["impute"]
    assert job["steps"][0]["params"]["strategy"] == "median"
    assert [step.to_json() for step in Job.objects.get().fit_plan.steps] == job["steps"]


def test_training_takes_the_steps_of_a_recipe_as_they_are_then(api, project, dataset, recipe):
    job = sent(api, "training", wish(project, dataset, recipe=recipe.pk)).json()

    api.patch(f"/api/recipes/{recipe.pk}", {"steps": [{"kind": "drop", "columns": ["width"]}]}, format="json")

    assert [step["kind"] for step in api.get(f"/api/training/{job['id']}").json()["steps"]] == ["impute"]


@pytest.mark.parametrize(
    ("changes", "attr"),
    [
        ({"steps": [{"kind": "guess", "columns": ["width"]}]}, "steps.0.kind"),
        ({"steps": [FILL, {"kind": "scale", "columns": ["colour"]}]}, "steps.1.columns"),
        ({"steps": [{"kind": "impute", "columns": ["kind"]}]}, "steps.0.columns"),
        ({"steps": "impute"}, "steps"),
        ({"steps": [FILL], "recipe": True}, "recipe"),
    ],
)
def test_training_with_steps_that_cannot_be_starts_and_charges_nothing(api, person, project, dataset, changes, attr):
    if changes.get("recipe"):
        changes = changes | {"recipe": factories.a_recipe(person).pk}

    answer = sent(api, "training", wish(project, dataset, **changes))

    assert refused(answer) == (400, "invalid", attr)
    assert (Job.objects.count(), balance_of(person)) == (0, 15)


def test_training_with_a_recipe_that_does_not_fit_says_why(api, person, project, dataset):
    recipe = factories.a_recipe(person, {"kind": "impute", "columns": ["height"]})

    answer = sent(api, "training", wish(project, dataset, recipe=recipe.pk))

    assert refused(answer) == (400, "invalid", "recipe")
    assert "needs a column height" in answer.json()["errors"][0]["detail"]


def test_training_with_the_recipe_of_another_workspace_finds_none(api, stranger, project, dataset):
    answer = sent(api, "training", wish(project, dataset, recipe=factories.a_recipe(stranger).pk))

    assert refused(answer) == (404, "not_found", None)
    assert Job.objects.count() == 0


def test_models_tell_their_steps(api, person, dataset):
    model = factories.a_model(person, dataset, steps=[FILL])

    found = api.get(f"/api/models/{model.pk}").json()

    assert [(step["kind"], step["columns"]) for step in found["steps"]] == [("impute", ["width"])]
    assert "width" in [field["name"] for field in found["input_schema"]]
