from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from core.actor import Actor
from predictions import services
from predictions.models import Prediction
from tests import factories
from tests.factories import a_row
from workspaces.models import Membership, Role

FIELDS = {
    "id", "model", "model_name", "version", "success", "rows", "answers", "warnings", "error", "inference_ms",
    "cache_hit", "credits_charged", "created_at",
}  # fmt: skip


@pytest.fixture
def member(stranger, model):
    """Another person, an editor in the workspace of the model."""
    return factories.join(stranger, model.project.workspace, Role.EDITOR)


def predict(actor, model, **change):
    factories.give(actor.user, 5)
    return services.predict(actor=actor, model=model, rows=[a_row(**change)])


def ids(client, **query):
    answer = client.get("/api/predictions", query)
    assert answer.status_code == 200
    return [row["id"] for row in answer.json()["results"]]


def test_prediction_is_kept_as_it_was_asked_and_answered(api, actor, model):
    made = predict(actor, model, colour="violet")

    kept = api.get(f"/api/predictions/{made.pk}").json()

    assert set(kept) == FIELDS
    assert (kept["model"], kept["model_name"], kept["version"]) == (str(model.pk), "Flowers", 1)
    assert (kept["rows"], kept["success"], kept["error"]) == ([a_row(colour="violet")], True, "")
    assert kept["answers"] == made.answers
    assert kept["warnings"][0][0]["code"] == "unseen_category"
    assert kept["credits_charged"] == 5


def test_callers_see_their_own_and_the_owner_sees_all(api, stranger_api, actor, member, model):
    own, others = predict(actor, model), predict(member, model)

    assert ids(api) == [str(others.pk), str(own.pk)]
    assert ids(stranger_api) == [str(others.pk)]
    assert stranger_api.get(f"/api/predictions/{own.pk}").status_code == 404
    assert api.get(f"/api/predictions/{others.pk}").status_code == 200


def test_caller_who_left_keeps_their_own_history(stranger, stranger_api, member, model):
    made = predict(member, model)
    Membership.objects.filter(user=stranger, workspace=model.project.workspace).delete()

    assert ids(stranger_api) == [str(made.pk)]


def test_owner_who_left_sees_only_their_own(api, person, actor, member, model):
    own = predict(actor, model)
    predict(member, model)
    Membership.objects.filter(user=person, workspace=model.project.workspace).delete()

    assert ids(api) == [str(own.pk)]


def test_list_filters_searches_and_orders(api, actor, person, model):
    other = factories.a_model(person, model.dataset_version.dataset, name="Roses", params={"C": 2})
    first, second, third = predict(actor, model), predict(actor, other), predict(actor, model)
    Prediction.objects.filter(pk=third.pk).update(success=False)
    first, second, third = str(first.pk), str(second.pk), str(third.pk)

    assert ids(api) == [third, second, first]
    assert ids(api, model=str(model.pk)) == [third, first]
    assert ids(api, success="false") == [third]
    assert ids(api, success="true", ordering="created_at") == [first, second]
    assert ids(api, search="rose") == [second]
    assert ids(api, page_size=1) == [third]
    assert ids(api, model=str(uuid4())) == []
    assert ids(api, ordering="caller__password") == [third, second, first]
    assert api.get("/api/predictions", {"model": "mine"}).status_code == 400


@pytest.mark.parametrize(
    ("success", "answers"), [("TRUE", True), ("1", True), ("False", False), ("0", False), ("", None)]
)
def test_success_is_asked_for_in_any_of_the_usual_words(api, actor, model, success, answers):
    made, failed = predict(actor, model), predict(actor, model)
    Prediction.objects.filter(pk=failed.pk).update(success=False)
    by_success = {True: str(made.pk), False: str(failed.pk)}

    assert ids(api, success=success) == [pk for key, pk in sorted(by_success.items()) if answers in (key, None)]


@pytest.mark.parametrize("success", ["bogus", "2", "yes", "null", "true,false"])
def test_an_unknown_word_for_success_is_refused_by_its_name(api, actor, model, success):
    predict(actor, model)

    answer = api.get("/api/predictions", {"success": success})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"code": "invalid", "detail": f"Say true or false; got '{success}'.", "attr": "success"}
    ]


def test_list_takes_as_many_queries_for_three_as_for_one(api, actor, model):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            ids(api)
        return len(captured)

    predict(actor, model)
    with_one = queries()
    predict(actor, model)
    predict(actor, model)

    assert with_one == queries() == 2


def test_history_cannot_be_written(api, actor, model):
    made = predict(actor, model)

    for method in ("put", "patch", "delete"):
        assert getattr(api, method)(f"/api/predictions/{made.pk}", {}).status_code == 405
    assert api.post("/api/predictions", {}).status_code == 405


def test_strangers_and_nobody_see_nothing(stranger_api, actor, model):
    made = predict(actor, model)

    assert ids(stranger_api) == []
    assert stranger_api.get(f"/api/predictions/{made.pk}").status_code == 404
    assert APIClient().get(f"/api/predictions/{made.pk}").status_code == 401
    assert APIClient().get("/api/predictions").status_code == 401


def test_addresses_work_with_a_trailing_slash(api, person, model):
    made = predict(Actor(person), model)

    assert api.get("/api/predictions/").json()["count"] == 1
    assert api.get(f"/api/predictions/{made.pk}/").status_code == 200
