import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.credits import balance_of
from core.models import OutboxEvent
from datasets import drafts, recipes
from tests import factories
from training.models import Job, ModelVersion
from training.states import JobState
from workspaces.models import Role

ODD = ["<script>alert(1)</script>", "csrfmiddlewaretoken", "{{7*7}}", "東京"]


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


@pytest.fixture
def odd_dataset(person):
    rows = [[row % 20 + 0.25, row % 7 + 0.5, ["<i>x</i>", "y"][row % 2], row * 3 % 11] for row in range(60)]
    return factories.a_dataset(person, factories.csv(ODD, rows))


def choice(**changes):
    """What the training form sends for a logistic regression of `kind`."""
    return {
        "target": "kind",
        "task": "classification",
        "features": ["length", "colour"],
        "algorithm": "logistic",
        "train_percentage": "80",
        "metric": "accuracy",
        "logistic-C": "1.0",
        "logistic-max_iter": "1000",
        "logistic-solver": "lbfgs",
    } | changes


def shown(answer):
    """The page's text, as a browser would read it."""
    return html.unescape(answer.content.decode())


def test_form_starts_a_training(web, person, dataset):
    answer = web.post(f"/data/{dataset.pk}/train", choice())

    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/training/{job.pk}")
    assert (job.plan["features"], job.plan["params"]["C"]) == (["length", "colour"], 1.0)
    assert balance_of(person) == 14


def columns_of(answer):
    return {item["column"].name: item for item in answer.context["columns"]}


def test_columns_come_with_their_signal_and_those_that_know_the_answer_are_unticked(web, dataset):
    answer = web.get(f"/data/{dataset.pk}/train", {"target": "kind"})

    columns = columns_of(answer)
    assert (columns["length"]["leak"], columns["length"]["checked"], columns["length"]["signal"]) == (
        "exclude",
        False,
        1,
    )
    assert (columns["colour"]["leak"], columns["colour"]["checked"]) == (None, True)
    assert all(words in shown(answer) for words in ("knows the answer", "it is left out unless you choose it"))


def test_columns_to_leave_out_are_unticked(web, dataset):
    answer = web.get(f"/data/{dataset.pk}/train", {"target": "kind", "leave_out": ["colour", "nothing"]})

    ticked = [name for name, item in columns_of(answer).items() if item["checked"]]
    assert ticked == ["width", "wild", "picked", "weight"]


def test_form_does_without_signals_that_cannot_be_told(web, dataset):
    answer = web.get(f"/data/{dataset.pk}/train", {"target": "picked"})

    assert (answer.status_code, answer.context["has_signal"]) == (200, False)
    assert columns_of(answer)["length"]["checked"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("features", {"features": []}),
        ("features", {"features": ["nothing"]}),
        ("train_percentage", {"train_percentage": "99"}),
        ("metric", {"metric": "magic"}),
        ("algorithm", {"algorithm": "magic"}),
        ("seed", {"seed": "-1"}),
    ],
)
def test_form_shows_a_refusal_beside_its_field(web, dataset, field, changes):
    answer = web.post(f"/data/{dataset.pk}/train", choice(**changes))

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert not Job.objects.exists()


def test_form_without_credits_says_so(web, person, dataset):
    factories.spend_everything(person)

    answer = web.post(f"/data/{dataset.pk}/train", choice())

    assert answer.status_code == 402
    assert "you have 0. Ask an administrator for more." in shown(answer)
    assert not Job.objects.exists()


def test_pages_of_odd_names_show_them_and_run_nothing(web, person, odd_dataset):
    model = factories.a_model(person, odd_dataset, target=ODD[2], name="<img src=x>")

    pages = [
        web.get(f"/data/{odd_dataset.pk}/train", {"target": ODD[0]}),
        web.get(f"/training/{model.job_id}"),
        web.get(f"/models/{model.pk}"),
        web.get(f"/projects/{model.project_id}/training"),
        web.get(f"/projects/{model.project_id}/models"),
    ]

    for page in pages:
        source = page.content.decode()
        assert page.status_code == 200
        assert not any(raw in source for raw in ["<script>alert", "<i>x", "<img src=x>"])
        assert ODD[2] in shown(page) or ODD[0] in shown(page)


def test_stop_asks_then_cancels(web, person):
    job = factories.a_job(person)

    assert web.get(f"/training/{job.pk}/stop").status_code == 200
    job.refresh_from_db()
    assert job.state == JobState.QUEUED

    assert web.post(f"/training/{job.pk}/stop")["Location"] == f"/training/{job.pk}"
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert web.post(f"/training/{job.pk}/stop").status_code == 302


@pytest.mark.parametrize("state", JobState)
def test_job_page_of_every_state(web, person, state):
    job = factories.a_job(person)
    Job.objects.filter(pk=job.pk).update(state=state, stage="fitting", error="It broke." if state == "failed" else "")

    answer = web.get(f"/training/{job.pk}")

    assert answer.status_code == 200
    assert ("It broke." in shown(answer)) is (state == "failed")


def test_archive_asks_then_archives(web, person):
    model = factories.a_model(person)

    assert web.get(f"/models/{model.pk}/archive").status_code == 200
    assert not ModelVersion.objects.get().is_archived
    web.post(f"/models/{model.pk}/archive")

    assert ModelVersion.objects.get().is_archived
    assert list(web.get(f"/projects/{model.project_id}/models").context["page_obj"]) == []
    archived = web.get(f"/projects/{model.project_id}/models", {"status": "archived"})
    assert [row["id"] for row in archived.context["page_obj"]] == [model.pk]


@pytest.mark.parametrize(
    ("now", "offered"),
    [
        ("active", ["deprecate", "archive"]),
        ("deprecated", ["restore", "archive"]),
        ("archived", ["restore", "deprecate"]),
    ],
)
def test_a_model_offers_the_statuses_it_has_not(web, person, now, offered):
    model = factories.a_model(person)
    ModelVersion.objects.update(status=now)

    answer = web.get(f"/models/{model.pk}")

    assert [act["name"] for act in answer.context["acts"]] == offered
    for name in offered:
        assert f'<form method="post" action="/models/{model.pk}/{name}">' in shown(answer)


@pytest.mark.parametrize(
    ("act", "status", "said"),
    [("restore", "active", "is active again."), ("deprecate", "deprecated", "is deprecated.")],
)
def test_a_status_is_asked_for_then_changed(web, person, act, status, said):
    model = factories.a_model(person)
    ModelVersion.objects.update(status="archived")

    asked = web.get(f"/models/{model.pk}/{act}")
    unchanged = ModelVersion.objects.get().status
    done = web.post(f"/models/{model.pk}/{act}", follow=True)

    assert (asked.status_code, unchanged, ModelVersion.objects.get().status) == (200, "archived", status)
    assert f"“{model}” {said}" in shown(done)
    event = OutboxEvent.objects.filter(kind="model.updated").get()
    assert event.payload["fields"] == ["status"]


def pages_of(model):
    return [
        f"/data/{model.dataset_version.dataset_id}/train",
        f"/projects/{model.project_id}/training",
        f"/training/{model.job_id}",
        f"/training/{model.job_id}/stop",
        f"/projects/{model.project_id}/models",
        f"/models/{model.pk}",
        f"/models/{model.pk}/download",
        *(f"/models/{model.pk}/{act}" for act in ("restore", "deprecate", "archive")),
    ]


def test_strangers_find_no_page_and_nobody_signs_in_first(client, person, stranger):
    pages = pages_of(factories.a_model(person))

    assert [client.get(page).status_code for page in pages] == [302] * len(pages)
    client.force_login(stranger)
    assert [client.get(page).status_code for page in pages] == [404] * len(pages)


def test_viewers_look_and_change_nothing(client, person, stranger):
    model = factories.a_model(person)
    factories.join(stranger, model.project.workspace, Role.VIEWER)
    client.force_login(stranger)

    assert client.get(f"/models/{model.pk}").context["acts"] == []
    for act in ("restore", "deprecate", "archive"):
        assert client.post(f"/models/{model.pk}/{act}").status_code == 403
    assert client.post(f"/training/{model.job_id}/stop").status_code == 403
    assert client.post(f"/data/{model.dataset_version.dataset_id}/train", choice()).status_code == 403
    assert not ModelVersion.objects.get().is_archived


@pytest.mark.parametrize("page", ["training", "models"])
def test_lists_take_as_many_queries_for_three_as_for_one(web, person, dataset, page):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            answer = web.get(f"/projects/{dataset.project_id}/{page}")
        assert answer.status_code == 200
        return len(captured)

    factories.a_model(person, dataset)
    queries()  # the first visit remembers the project
    with_one = queries()
    factories.a_model(person, dataset)
    factories.a_model(person, dataset)

    assert with_one == queries()


FILL = {"kind": "impute", "columns": ["width"]}


def choices(web, dataset, query=""):
    """What the form offers as feature steps, by label."""
    return {each["label"]: each for each in web.get(f"/data/{dataset.pk}/train?{query}").context["step_choices"]}


def test_form_offers_the_recipes_of_the_project_and_says_which_do_not_fit(web, person, stranger, dataset):
    factories.a_recipe(person, FILL, name="Fits")
    factories.a_recipe(person, {"kind": "impute", "columns": ["height"]}, name="Does not")
    factories.a_recipe(stranger, name="Theirs")

    found = choices(web, dataset, "target=kind")

    assert {label: choice["faults"] for label, choice in found.items()} == {
        "Fits": [],
        "Does not": ["Fill missing values needs a column height."],
    }
    assert found["Fits"]["lines"] == ["Fill missing values: width (fill with median)"]


def test_form_trains_with_a_recipe_whose_later_changes_it_does_not_take(web, person, actor, dataset):
    recipe = factories.a_recipe(person, FILL)
    chosen = choices(web, dataset, f"target=kind&steps={recipe.pk}")["Basics"]
    assert chosen["checked"]

    web.post(f"/data/{dataset.pk}/train", choice(features=["length", "width"], steps=chosen["value"]))
    recipes.update_recipe(actor=actor, recipe=recipe, steps=[{"kind": "drop", "columns": ["width"]}])

    job = Job.objects.get()
    assert [step["kind"] for step in job.plan["steps"]] == ["impute"]
    assert "Fill missing values: width (fill with median)" in shown(web.get(f"/training/{job.pk}"))


def test_form_trains_with_the_draft_of_the_table(web, dataset):
    session = web.session
    drafts.keep(session, dataset.pk, drafts.Draft(steps=recipes.complete([FILL])))
    session.save()
    chosen = choices(web, dataset, "target=kind&steps=draft")["Your steps for this table"]

    answer = web.post(f"/data/{dataset.pk}/train", choice(features=["length", "width"], steps=chosen["value"]))

    assert (chosen["checked"], answer.status_code) == (True, 302)
    assert [step["columns"] for step in Job.objects.get().plan["steps"]] == [["width"]]


def test_form_refuses_steps_that_are_gone_or_others_by_now(web, person, actor, dataset):
    recipe = factories.a_recipe(person, FILL)
    value = choices(web, dataset)["Basics"]["value"]

    recipes.update_recipe(actor=actor, recipe=recipe, steps=[{"kind": "drop", "columns": ["width"]}])
    changed = web.post(f"/data/{dataset.pk}/train", choice(steps=value))
    recipes.delete_recipe(actor=actor, recipe=recipe)
    gone = web.post(f"/data/{dataset.pk}/train", choice(steps=value))

    assert (changed.status_code, gone.status_code) == (400, 400)
    assert "These steps have changed since this page was shown." in shown(changed)
    assert "These steps are gone by now." in shown(gone)
    assert (Job.objects.count(), balance_of(person)) == (0, 15)


@pytest.mark.parametrize("value", ["draft:x", "job-x:y", "x", "\x00", "00000000-0000-0000-0000-000000000000:x"])
def test_form_refuses_steps_that_never_were(web, dataset, value):
    assert web.post(f"/data/{dataset.pk}/train", choice(steps=value)).status_code == 400
    assert web.get(f"/data/{dataset.pk}/train", {"steps": value}).status_code == 200


def test_form_shows_what_hinders_a_step_beside_the_steps(web, person, dataset):
    factories.a_recipe(person, FILL)
    value = choices(web, dataset)["Basics"]["value"]

    answer = web.post(f"/data/{dataset.pk}/train", choice(features=["length"], steps=value))

    assert answer.status_code == 400
    assert answer.context["form"].errors["steps"] == [
        "Step 1: width is not among the features; add it to them, or take it out of this step."
    ]


def test_form_takes_the_steps_of_an_earlier_job(web, person, dataset):
    job = factories.a_job(person, dataset, steps=[FILL])

    chosen = choices(web, dataset, f"target=kind&steps=job-{job.pk}")[f"The steps of “{job.name}”"]

    assert chosen["checked"]
    assert chosen["lines"] == ["Fill missing values: width (fill with median)"]


def test_a_model_tells_its_steps_and_asks_for_raw_columns(web, person, dataset):
    model = factories.a_model(person, dataset, steps=[FILL, {"kind": "one_hot", "columns": ["colour"]}])

    page = shown(web.get(f"/models/{model.pk}"))

    assert "Fill missing values: width (fill with median)" in page
    assert {"width", "colour"} <= {field.name for field in model.fields}
    assert "colour = red" not in shown(web.get(f"/models/{model.pk}/predict"))
