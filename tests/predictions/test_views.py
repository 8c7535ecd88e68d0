import html

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.credits import balance_of
from core.actor import Actor
from predictions import services
from predictions.models import Prediction
from tests import factories
from tests.factories import a_row
from workspaces.models import Role

ODD_NAMES = ["<script>alert(1)</script>", "csrfmiddlewaretoken", "{{7*7}}", "東京"]
ODD_CLASSES = ["<b>bold</b>", "{% now %}"]


@pytest.fixture
def odd_model(person):
    """A model whose columns and classes are called what a page could mistake for its own."""
    rows = [
        [row % 20 + 0.25, row % 7 + 0.5, ["<i>x</i>", "y", "z"][row % 3], row * 3 % 11, ODD_CLASSES[row % 20 > 9]]
        for row in range(60)
    ]
    table = factories.csv([*ODD_NAMES, "answer"], rows)
    return factories.a_model(
        person, factories.a_dataset(person, table), target="answer", name="<img src=x>", features=ODD_NAMES
    )


def address(model):
    return f"/models/{model.pk}/predict"


def filled(*values):
    return {f"f{place}": value for place, value in enumerate(values)}


ROW = filled("4.2", "2.5", "red", "yes", "2024-05-03", "12.1")


def shown(answer):
    """The page's text, as a browser would read it."""
    return html.unescape(answer.content.decode())


def test_form_has_a_field_for_each_column(web, model):
    answer = web.get(address(model))

    assert answer.status_code == 200
    assert [field.label for field in answer.context["form"]] == list(a_row())
    assert answer.context["cost"] == 5


def test_filled_form_is_answered_charged_and_kept(web, person, model):
    answer = web.post(address(model), ROW)

    kept = Prediction.objects.get()
    assert answer.status_code == 200
    assert answer.context["answer"]["prediction"] == "long"
    assert (kept.rows[0]["length"], kept.answers[0]["prediction"]) == ("4.2", "long")
    assert (answer.context["balance"], balance_of(person)) == (9, 9)
    assert f"/predictions/{kept.pk}" in shown(answer)


def test_form_sent_twice_is_answered_twice_and_charged_once(web, person, model):
    form = ROW | {"showing": web.get(address(model)).context["showing"]}

    first, second = (web.post(address(model), form) for _ in range(2))

    assert first.context["answer"]["detail_url"] == second.context["answer"]["detail_url"]
    assert (Prediction.objects.count(), balance_of(person)) == (1, 9)


def test_form_and_api_give_the_same_answer(web, actor, person, model):
    factories.give(person, 10)
    web.post(address(model), ROW)
    by_form = Prediction.objects.get()

    by_api = services.predict(actor=actor, model=model, rows=[a_row()])

    assert by_form.answers == by_api.answers


def test_fields_left_empty_are_missing(web, model):
    answer = web.post(address(model), filled("5.5", "", "", "", "", ""))

    assert answer.context["answer"]["prediction"] == "long"
    assert len(answer.context["answer"]["warnings"]) == 5


@pytest.mark.parametrize(
    ("place", "value"), [(0, "long"), (1, "1\0"), (3, "perhaps"), (4, "soon"), (0, "NaN"), (0, "1e400")]
)
def test_value_that_cannot_be_read_is_shown_beside_its_field(web, person, model, place, value):
    answer = web.post(address(model), ROW | {f"f{place}": value})

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [f"f{place}"]
    assert answer.context["answer"] is None
    assert balance_of(person) == 14


def test_random_row_is_one_held_out_and_fills_the_form(web, model):
    answer = web.get(address(model), {"row": "random"})

    filled_in = {name: answer.context["form"][name].value() for name in answer.context["form"].fields}
    assert answer.context["example"]["actual"] in ("long", "short")
    assert web.post(address(model), filled_in).context["answer"]["prediction"] == answer.context["example"]["actual"]


def test_random_row_of_a_model_whose_files_are_gone_is_an_empty_form(web, model):
    (settings.FILES_DIR / model.holdout_key).unlink()

    answer = web.get(address(model), {"row": "random"})

    assert (answer.status_code, answer.context["example"]) == (200, None)


def test_without_credits_the_page_says_so(web, person, model):
    factories.spend_everything(person)

    answer = web.post(address(model), ROW)

    assert answer.status_code == 402
    assert "This costs 5 credits and you have 0." in shown(answer)
    assert not Prediction.objects.exists()


def test_archived_and_broken_models_say_so(web, person, model):
    (settings.FILES_DIR / model.file_key).unlink()
    broken = web.post(address(model), ROW)
    web.post(f"/models/{model.pk}/archive")
    archived = web.post(address(model), ROW)

    assert (broken.status_code, archived.status_code) == (409, 409)
    assert "Nothing was charged." in shown(broken)
    assert "This model is archived." in shown(archived)
    assert balance_of(person) == 14


def test_stranger_finds_nothing_and_viewer_may_look_only(client, stranger, model):
    client.force_login(stranger)
    assert client.get(address(model)).status_code == 404
    assert client.post(address(model), ROW).status_code == 404

    factories.join(stranger, model.project.workspace, Role.VIEWER)
    assert client.get(address(model)).status_code == 200
    assert client.post(address(model), ROW).status_code == 403
    assert balance_of(stranger) == 15


def test_nobody_is_sent_to_sign_in(model):
    for page in (address(model), f"/projects/{model.project_id}/predictions"):
        assert Client().get(page)["Location"].startswith("/sign-in")


def test_form_needs_its_token(person, model):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)

    assert client.post(address(model), ROW).status_code == 403
    assert not Prediction.objects.exists()


def test_odd_names_are_shown_as_they_are_and_nothing_runs(web, odd_model):
    web.post(address(odd_model), filled("18", "2.5", "<i>x</i>", "3"))
    made = Prediction.objects.get()

    pages = [
        web.get(address(odd_model)),
        web.get(f"/predictions/{made.pk}"),
        web.get(f"/projects/{odd_model.project_id}/predictions"),
    ]

    assert made.answers[0]["prediction"] == "{% now %}"
    for page in pages:
        source = page.content.decode()
        assert page.status_code == 200
        assert not any(raw in source for raw in ["<script>alert", "<i>x", "<b>bold", "<img src=x>"])
    for page in pages[:2]:
        assert all(name in shown(page) for name in ODD_NAMES)


def test_column_called_like_the_token_keeps_its_value(web, odd_model):
    web.post(address(odd_model), filled("18", "2.5", "y", "3") | {"csrfmiddlewaretoken": "sent by the browser"})

    assert Prediction.objects.get().rows == [dict(zip(ODD_NAMES, ["18", "2.5", "y", "3"], strict=True))]


def test_detail_shows_what_was_asked_and_answered(web, actor, model):
    made = services.predict(actor=actor, model=model, rows=[a_row(colour="violet"), a_row(length=1)])

    answer = web.get(f"/predictions/{made.pk}")

    first, second = answer.context["results"]
    assert (first["prediction"], second["prediction"]) == ("long", "short")
    assert "The model was not trained on any row with this value of colour." in shown(answer)


def test_detail_of_a_failure_says_why(web, actor, model):
    (settings.FILES_DIR / model.file_key).unlink()
    web.post(address(model), ROW)

    answer = web.get(f"/predictions/{Prediction.objects.get().pk}")

    assert answer.status_code == 200
    assert "The model's file is gone." in shown(answer)


def test_detail_shows_the_first_rows_of_many(web, actor, model):
    made = services.predict(actor=actor, model=model, rows=[a_row()] * 30)

    answer = web.get(f"/predictions/{made.pk}")

    assert (len(answer.context["results"]), answer.context["results_count"]) == (20, 30)


def test_strangers_find_no_prediction(client, stranger, actor, model):
    made = services.predict(actor=actor, model=model, rows=[a_row()])
    client.force_login(stranger)

    assert client.get(f"/predictions/{made.pk}").status_code == 404
    assert client.get(f"/projects/{model.project_id}/predictions").status_code == 404


def test_list_is_of_this_project_and_takes_as_many_queries_for_three_as_for_one(web, person, model):
    page = f"/projects/{model.project_id}/predictions"

    def predict() -> None:
        factories.give(person, 5)
        services.predict(actor=Actor(person), model=model, rows=[a_row()])

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert web.get(page).status_code == 200
        return len(captured)

    predict()
    queries()  # the first visit remembers the project
    with_one = queries()
    predict()
    predict()

    assert with_one == queries()
    assert len(web.get(page).context["page_obj"].object_list) == 3


def test_list_without_predictions_leads_on(web, model):
    assert "No predictions yet" in shown(web.get(f"/projects/{model.project_id}/predictions"))


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\0"},
        {"q": "%"},
        {"page": "x"},
        {"page": "999"},
        {"sort": "caller__password"},
    ],
)
def test_list_survives_odd_queries(web, model, query):
    assert web.get(f"/projects/{model.project_id}/predictions", query).status_code == 200
