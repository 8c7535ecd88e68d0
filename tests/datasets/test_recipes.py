import pytest

from core.actor import Actor
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.models import OutboxEvent
from datasets import recipes
from datasets.models import DatasetVersion, Recipe, VersionStatus
from datasets.queries import newest_version
from tests import factories
from workspaces.models import Role

FILL = {"kind": "impute", "columns": ["width"]}
GROUP = {"kind": "rare_categories", "columns": ["colour"]}
COMPLETE = {"strategy": "median", "fill_value": "0", "indicator": False}


@pytest.fixture
def version(person):
    return newest_version(factories.a_dataset(person))


def kinds_of_events(recipe):
    return list(OutboxEvent.objects.filter(subject_id=recipe.pk).order_by("pk").values_list("kind", flat=True))


def test_create_recipe_completes_the_steps_and_tells(actor, project):
    recipe = recipes.create_recipe(actor=actor, project=project, name=" Basics ", steps=[FILL])

    recipe.refresh_from_db()
    assert (recipe.name, recipe.created_by) == ("Basics", actor.user)
    assert recipe.steps == [{**FILL, "params": COMPLETE}]
    assert kinds_of_events(recipe) == ["recipe.created"]


@pytest.mark.parametrize(
    ("steps", "attr"),
    [
        ([FILL] * 51, "steps"),
        ("impute", "steps"),
        ([FILL, {"kind": "guess", "columns": ["a"]}], "steps.1.kind"),
        ([{**FILL, "columns": "width"}], "steps.0.columns"),
        ([{**FILL, "params": {"strategy": 5}}], "steps.0.params.strategy"),
        ([{**FILL, "params": {"stratgy": "mean"}}], "steps.0.params.stratgy"),
        ([{**FILL, "columns": ["a\x00b"]}], "steps"),
        ([{**FILL, "columns": [f"{number}" * 100 for number in range(3_000)]}], "steps"),
    ],
)
def test_steps_that_no_table_could_use_are_not_kept(actor, project, steps, attr):
    with pytest.raises(InvalidInput) as refusal:
        recipes.create_recipe(actor=actor, project=project, name="Basics", steps=steps)

    assert refusal.value.attr == attr
    assert not Recipe.objects.exists()
    assert not OutboxEvent.objects.filter(kind="recipe.created").exists()


def test_what_reads_like_a_nul_is_none(actor, project):
    recipe = recipes.create_recipe(actor=actor, project=project, name="Odd", steps=[{**FILL, "columns": ["\\u0000"]}])

    assert recipe.steps[0]["columns"] == ["\\u0000"]


def test_a_name_is_taken_once_in_a_project(person, stranger, actor, project):
    factories.a_recipe(person)
    elsewhere = factories.a_recipe(stranger)

    with pytest.raises(InvalidInput) as refusal:
        recipes.create_recipe(actor=actor, project=project, name="Basics", steps=[FILL])

    assert (refusal.value.attr, refusal.value.code) == ("name", "unique")
    assert elsewhere.name == "Basics"


def test_update_recipe_changes_what_differs_and_tells(person, actor):
    recipe = factories.a_recipe(person)

    recipes.update_recipe(actor=actor, recipe=recipe, name="Basics", steps=[GROUP])
    recipes.update_recipe(actor=actor, recipe=recipe, name="Basics")

    recipe.refresh_from_db()
    assert [step["kind"] for step in recipe.steps] == ["rare_categories"]
    assert kinds_of_events(recipe) == ["recipe.created", "recipe.updated"]
    assert recipe.updated_at > recipe.created_at


def test_renaming_to_a_taken_name_changes_nothing(person, actor):
    recipe, other = factories.a_recipe(person), factories.a_recipe(person, name="Other")

    with pytest.raises(InvalidInput):
        recipes.update_recipe(actor=actor, recipe=other, name=recipe.name)

    other.refresh_from_db()
    assert other.name == "Other"


def test_delete_recipe_tells_its_name(person, actor):
    recipe = factories.a_recipe(person)
    key = recipe.pk

    recipes.delete_recipe(actor=actor, recipe=recipe)

    assert not Recipe.objects.exists()
    assert OutboxEvent.objects.get(subject_id=key, kind="recipe.deleted").payload == {"name": "Basics"}


@pytest.mark.parametrize(("joined", "refusal"), [(True, Forbidden), (False, NotFound)])
def test_only_editors_change_recipes(person, stranger, project, joined, refusal):
    recipe, other = factories.a_recipe(person), Actor(stranger)
    if joined:
        factories.join(stranger, project.workspace, Role.VIEWER)

    for deed in (
        lambda: recipes.create_recipe(actor=other, project=project, name="Mine", steps=[FILL]),
        lambda: recipes.update_recipe(actor=other, recipe=recipe, name="Mine"),
        lambda: recipes.delete_recipe(actor=other, recipe=recipe),
    ):
        with pytest.raises(refusal):
            deed()

    assert list(Recipe.objects.values_list("name", flat=True)) == ["Basics"]


def test_faults_say_what_a_table_lacks_step_by_step(version):
    steps = [
        {"kind": "impute", "columns": ["height"]},
        FILL,
        {"kind": "log", "columns": ["colour", "length"]},
        {"kind": "drop", "columns": ["kind"]},
    ]

    assert recipes.faults(steps, version.schema, target="kind") == {
        0: "Fill missing values needs a column height.",
        2: "Logarithm takes integer or number, unlike colour (here category).",
        3: "kind is the target, which steps leave alone; take it out of this step.",
    }
    assert recipes.faults([FILL, GROUP], version.schema, target="kind") == {}


def test_faults_of_too_many_steps_are_said_once(version):
    assert list(recipes.faults([FILL] * 51, version.schema, target=None)) == [0]


def test_columns_before_are_those_that_earlier_steps_left(version):
    steps = [{"kind": "drop", "columns": ["length", "picked"]}]

    found = recipes.columns_before(steps, version.schema, target="kind")

    assert [column.name for column in found] == ["width", "colour", "wild", "weight"]


def test_a_recipe_that_does_not_fit_is_refused_with_the_reason(person, version):
    recipe = factories.a_recipe(person, {"kind": "impute", "columns": ["height", "depth"]})

    with pytest.raises(InvalidInput) as refusal:
        recipes.used_on(recipe, version, target="kind")

    assert (refusal.value.attr, refusal.value.detail) == (
        "recipe",
        "“Basics” does not fit this table. Fill missing values needs columns height, depth.",
    )


def test_preview_shows_rows_before_and_after(version):
    found = recipes.preview(version, [FILL], rows=2)

    assert [row[1] for row in found["before"]["rows"]] == [None, 1.5]
    assert [row[1] for row in found["after"]["rows"]] == [2.5, 1.5]
    assert (found["fitted_on"], found["exact"], found["steps"][0]["kind"]) == (60, True, "impute")


@pytest.mark.parametrize(
    ("steps", "target", "attr"),
    [
        ([{**FILL, "columns": ["Width"]}], None, "steps.0.columns"),
        ([FILL], "shape", "target"),
        ([{**FILL, "columns": ["width"] * 20_001}], None, "steps"),
        ([None, 3], None, "steps.0"),
    ],
)
def test_preview_names_what_is_wrong(version, steps, target, attr):
    with pytest.raises(InvalidInput) as refusal:
        recipes.preview(version, steps, target=target)

    assert refusal.value.attr == attr


def test_preview_waits_until_the_table_is_read(version):
    DatasetVersion.objects.update(status=VersionStatus.PROCESSING)
    version.refresh_from_db()

    with pytest.raises(Conflict):
        recipes.preview(version, [FILL])


def test_words_tell_a_step_in_a_line():
    many = {"kind": "impute", "columns": list("abcdefg"), "params": {**COMPLETE, "indicator": True}}

    assert recipes.words(many) == "Fill missing values: a, b, c, d, e and 2 more (fill with median, say where yes)"
    assert recipes.words({"kind": "gone", "columns": ["a"], "params": {"x": 1}}) == "gone: a"
