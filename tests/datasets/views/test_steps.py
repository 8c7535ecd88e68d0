import html
import re

import pytest

from datasets.drafts import draft_of
from datasets.models import DatasetVersion, Recipe, VersionStatus
from ml.steps.registry import get_step
from tests import factories
from workspaces.models import Role

FILL = {"kind": "impute", "columns": ["width"]}
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


def shown(answer):
    return html.unescape(answer.content.decode())


def draft(web, dataset):
    return draft_of(web.session, dataset.pk)


def send(web, dataset, do, **fields):
    """Send a form of the page as it stands now."""
    path = f"/data/{dataset.pk}/steps"
    mark = re.search(r'name="mark" value="(\w+)"', web.get(path).content.decode())[1]
    return web.post(path, {"do": do, "mark": mark, **fields})


def add(web, dataset, kind, *columns, **fields):
    """Fill in the form of a step; what is not given is left as it was shown."""
    properties = get_step(kind).params["properties"] if kind != "guess" else {}
    usual = {f"step-{name}": schema["default"] for name, schema in properties.items() if schema["default"] is not False}
    return send(web, dataset, "keep", **{"kind": kind, "step-columns": columns, **usual, **fields})


def fill(web, dataset, **fields):
    return add(web, dataset, "impute", "width", **fields)


def test_page_without_steps_offers_every_kind(web, dataset):
    page = shown(web.get(f"/data/{dataset.pk}/steps"))

    assert "No steps yet" in page
    for name in ("Fill missing values", "Group rare categories", "Date parts", "Words of a text", "Drop columns"):
        assert name in page


def test_an_address_fills_in_the_step_to_add(web, dataset):
    answer = web.get(f"/data/{dataset.pk}/steps?add=impute&columns=width,colour&columns=wild")

    form = answer.context["form"]
    assert [tick["column"].name for tick in form.ticks if tick["checked"]] == ["width", "colour", "wild"]
    assert "picked" not in [tick["column"].name for tick in form.ticks]  # a date, which this step does not take


def test_an_address_fills_in_parameters_too(web, dataset):
    page = f"/data/{dataset.pk}/steps"

    marking = web.get(f"{page}?add=mark_missing&columns=width&values=0.5&values=-1").context["form"]
    filling = web.get(f"{page}?add=impute&columns=width&strategy=mean&fill_value=7").context["form"]

    assert marking["values"].value() == "0.5, -1"
    assert (filling["strategy"].value(), filling["fill_value"].value()) == ("mean", "7")


def test_an_address_may_name_columns_that_the_step_cannot_take(web, dataset):
    answer = web.get(f"/data/{dataset.pk}/steps?add=impute&columns=width,picked,nothing")

    assert answer.context["form"].left_out == ["picked", "nothing"]


@pytest.mark.parametrize(
    "query", ["add=guess", "edit=0", "edit=x", "step=99", "step=²", "add=impute&columns=%00", "version=²"]
)
def test_odd_addresses_show_the_page(web, dataset, query):
    assert web.get(f"/data/{dataset.pk}/steps?{query}").status_code == 200


def test_a_step_is_added_and_shown_before_and_after(web, dataset):
    answer = fill(web, dataset)

    assert (answer.status_code, answer["Location"]) == (302, f"/data/{dataset.pk}/steps?step=0")
    page = web.get(answer["Location"])
    preview = page.context["preview"]
    assert preview["title"] == "Step 1: Fill missing values"
    assert preview["basis"] == "Fitted on all 60 rows"
    assert [row["before"][0]["value"] for row in preview["rows"][:2]] == [None, 1.5]
    assert [(row["after"][0]["value"], row["after"][0]["is_new"]) for row in preview["rows"][:2]] == [
        (2.5, True),
        (1.5, False),
    ]


def test_a_step_is_tried_without_being_kept(web, dataset):
    answer = send(
        web,
        dataset,
        "try",
        **{"kind": "impute", "step-columns": "width", "step-strategy": "mean", "step-fill_value": "0"},
    )

    assert (answer.status_code, answer.context["trying"], draft(web, dataset).steps) == (200, True, [])
    assert answer.context["preview"]["after"][0]["name"] == "width"
    assert answer.context["form"]["strategy"].value() == "mean"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"step-columns": []}, "Tick at least one column."),
        ({"step-columns": ["picked"]}, "This step cannot take picked here."),
        ({"step-strategy": "best"}, "Select a valid choice. best is not one of the available choices."),
        ({"step-columns": ["colour"]}, "The median is of numbers, and colour is of type category"),
    ],
)
def test_a_step_that_cannot_be_is_shown_again_with_the_reason(web, dataset, fields, words):
    answer = fill(web, dataset, **fields)

    assert (answer.status_code, draft(web, dataset).steps) == (400, [])
    assert words in shown(answer)


def test_a_refused_parameter_is_called_by_its_label(web, dataset):
    answer = add(web, dataset, "bin", "width", **{"step-bins": "1"})

    assert answer.context["form"].errors == {"bins": ["Ranges must be a whole number from 2 to 100; got 1."]}


def test_a_kind_that_is_not_there_is_refused(web, dataset):
    assert add(web, dataset, "guess", "width").status_code == 400


def test_steps_are_moved_changed_and_removed(web, dataset):
    fill(web, dataset)
    add(web, dataset, "rare_categories", "colour")

    send(web, dataset, "up:1")
    assert [step["kind"] for step in draft(web, dataset).steps] == ["rare_categories", "impute"]
    send(web, dataset, "down:1")  # there is no further down
    fill(web, dataset, place="1", **{"step-strategy": "mean"})
    assert draft(web, dataset).steps[1]["params"]["strategy"] == "mean"
    send(web, dataset, "remove:0")
    assert [step["kind"] for step in draft(web, dataset).steps] == ["impute"]
    send(web, dataset, "clear")
    assert draft(web, dataset).steps == []


def test_a_page_that_shows_other_steps_than_there_are_changes_nothing(web, dataset):
    fill(web, dataset)
    before = draft(web, dataset)

    answer = web.post(f"/data/{dataset.pk}/steps", {"do": "clear", "mark": "of an older page"}, follow=True)

    assert "The steps have changed since this page was shown" in shown(answer)
    assert draft(web, dataset) == before


def test_a_step_that_another_made_impossible_says_so_in_its_place(web, dataset):
    fill(web, dataset)
    add(web, dataset, "drop", "width")
    send(web, dataset, "up:1")

    page = web.get(f"/data/{dataset.pk}/steps?step=1")

    assert page.context["steps"][1]["fault"] == "Fill missing values needs a column width."
    assert page.context["preview"]["fault"].startswith("Step 2 cannot be taken on this table.")
    assert "Train with these steps" not in shown(page)


def test_the_target_is_left_alone(web, dataset):
    send(web, dataset, "target", target="kind")

    page = web.get(f"/data/{dataset.pk}/steps?add=drop")

    assert "kind" not in [tick["column"].name for tick in page.context["form"].ticks]
    assert page.context["train_query"] == "steps=draft&target=kind"
    assert send(web, dataset, "target", target="nothing").status_code == 400
    assert draft(web, dataset).target == "kind"


def test_steps_are_saved_as_a_recipe_and_loaded_on_another_table(web, person, dataset):
    fill(web, dataset)
    send(web, dataset, "save", name="Basics")
    other = factories.a_dataset(person)

    send(web, other, "load", recipe=str(Recipe.objects.get().pk))

    assert draft(web, other).steps == draft(web, dataset).steps == Recipe.objects.get().steps


@pytest.mark.parametrize(
    ("name", "words"), [("Basics", "already"), ("  ", "Use 1 to 200 characters."), ("x" * 201, "Use 1")]
)
def test_a_name_that_cannot_be_is_refused_beside_it(web, person, dataset, name, words):
    factories.a_recipe(person)
    fill(web, dataset)

    answer = send(web, dataset, "save", name=name)

    assert (answer.status_code, answer.context["refused"]["do"]) == (400, "save")
    assert words in answer.context["refused"]["detail"]
    assert Recipe.objects.count() == 1


def test_a_recipe_of_others_or_one_that_is_gone_is_not_loaded(web, stranger, dataset):
    theirs = factories.a_recipe(stranger)

    for recipe in (str(theirs.pk), "", "x", "00000000-0000-0000-0000-000000000000"):
        assert send(web, dataset, "load", recipe=recipe).status_code == 404
    assert draft(web, dataset).steps == []


def test_a_recipe_that_does_not_fit_says_what_is_missing(web, person, dataset):
    recipe = factories.a_recipe(person, {"kind": "impute", "columns": ["height"]})

    send(web, dataset, "load", recipe=str(recipe.pk))

    assert "Fill missing values needs a column height." in shown(web.get(f"/data/{dataset.pk}/steps"))


def test_odd_names_and_values_are_shown_as_text(web, person):
    rows = [[f"<b>{row % 3}</b>", row] for row in range(60)]
    dataset = factories.a_dataset(person, factories.csv([SCRIPT, "b"], rows))

    add(web, dataset, "rare_categories", SCRIPT, **{"step-share": "0.5", "step-name": "<i>x</i>"})
    page = web.get(f"/data/{dataset.pk}/steps")

    assert draft(web, dataset).steps[0]["columns"] == [SCRIPT]
    source = page.content.decode()
    assert SCRIPT not in source
    assert "<i>x</i>" not in source
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in source


def test_columns_of_a_wide_table_are_typed_or_all_taken(web, person):
    header = [f"c{number}" for number in range(160)]
    dataset = factories.a_dataset(
        person, factories.csv(header, [[row * 7 % 11 + each for each in range(160)] for row in range(30)])
    )

    add(web, dataset, "scale", "c1\r\nc2\r\n")
    add(web, dataset, "clip_outliers", "", **{"step-every": "on"})

    steps = draft(web, dataset).steps
    assert steps[0]["columns"] == ["c1", "c2"]
    assert len(steps[1]["columns"]) == len(web.get(f"/data/{dataset.pk}/steps?add=scale").context["form"].fitting)
    assert len(web.get(f"/data/{dataset.pk}/steps").content) < 60_000


def test_the_page_waits_until_the_table_is_read(web, dataset):
    DatasetVersion.objects.update(status=VersionStatus.PROCESSING)

    assert web.get(f"/data/{dataset.pk}/steps").status_code == 200
    assert web.post(f"/data/{dataset.pk}/steps", {"do": "clear"}).status_code == 200


def test_viewers_try_steps_and_save_none(client, person, stranger, project, dataset):
    factories.join(stranger, project.workspace, Role.VIEWER)
    client.force_login(stranger)

    fill(client, dataset)

    assert len(draft(client, dataset).steps) == 1
    assert "Train with these steps" not in shown(client.get(f"/data/{dataset.pk}/steps"))
    assert send(client, dataset, "save", name="Mine").status_code == 403
    assert not Recipe.objects.exists()
