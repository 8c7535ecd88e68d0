import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from datasets.models import Recipe
from tests import factories

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def recipe(person):
    return factories.a_recipe(person)


def shown(answer):
    return html.unescape(answer.content.decode())


def test_list_says_what_will_stand_there(web, project):
    assert "No recipes yet" in shown(web.get(f"/projects/{project.pk}/recipes"))


def test_list_shows_names_and_steps(web, project, recipe):
    page = shown(web.get(f"/projects/{project.pk}/recipes"))

    assert "Basics" in page
    assert "Fill missing values" in page
    assert "Nothing matches" in shown(web.get(f"/projects/{project.pk}/recipes?q=zebra"))


def test_list_costs_the_same_queries_with_one_row_and_three(web, person, project, recipe):
    web.get(f"/projects/{project.pk}/recipes")  # what is asked once a session
    with CaptureQueriesContext(connection) as with_one:
        web.get(f"/projects/{project.pk}/recipes")
    factories.a_recipe(person, name="Second")
    factories.a_recipe(person, name="Third")
    with CaptureQueriesContext(connection) as with_three:
        web.get(f"/projects/{project.pk}/recipes")

    assert len(with_three) == len(with_one)


def test_recipe_shows_its_steps_in_words_and_where_to_use_it(web, person, recipe):
    dataset = factories.a_dataset(person)

    page = shown(web.get(f"/recipes/{recipe.pk}"))

    assert "Fill missing values: width (fill with median)" in page
    assert f"/data/{dataset.pk}/steps?recipe={recipe.pk}" in page


def test_recipe_is_renamed(web, recipe):
    answer = web.post(f"/recipes/{recipe.pk}", {"name": SCRIPT, "description": ""})

    assert (answer.status_code, Recipe.objects.get().name) == (302, SCRIPT)
    assert SCRIPT not in web.get(f"/recipes/{recipe.pk}").content.decode()


@pytest.mark.parametrize(("name", "words"), [("Other", "already"), ("", "required"), ("x\x00", "Null characters")])
def test_a_name_that_cannot_be_is_refused_beside_it(web, person, recipe, name, words):
    factories.a_recipe(person, name="Other")

    answer = web.post(f"/recipes/{recipe.pk}", {"name": name})

    assert answer.status_code == 400
    assert words in shown(answer)
    recipe.refresh_from_db()
    assert recipe.name == "Basics"


def test_recipe_is_deleted_after_a_question(web, project, recipe):
    assert "Models made with its steps keep them." in shown(web.get(f"/recipes/{recipe.pk}/delete"))

    answer = web.post(f"/recipes/{recipe.pk}/delete")

    assert answer["Location"] == f"/projects/{project.pk}/recipes"
    assert not Recipe.objects.exists()


def test_recipe_of_an_older_product_is_still_shown(web, recipe):
    Recipe.objects.update(steps=[{"kind": "gone", "columns": ["a"], "params": {}}])

    assert "gone: a" in shown(web.get(f"/recipes/{recipe.pk}"))
