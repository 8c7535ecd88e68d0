import json
from functools import partial
from uuid import uuid4

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from accounts.credits import balance_of
from predictions.models import Prediction
from tests import factories
from tests.factories import a_row, at_once
from workspaces.models import Role

ONE = {
    "id", "prediction", "probabilities", "confidence", "warnings", "model", "version", "inference_ms", "cache_hit",
    "credits_charged", "credits_left",
}  # fmt: skip


def ask(client, model, **body):
    return client.post(f"/api/models/{model.pk}/predict", body)


def ask_raw(client, model, text):
    return client.post(f"/api/models/{model.pk}/predict", text, content_type="application/json")


def refused(answer):
    """(status, code, attr) of a refusal."""
    error = answer.json()["errors"][0]
    return answer.status_code, error["code"], error["attr"]


def test_one_row(api, model):
    answer = ask(api, model, features=a_row())

    assert answer.status_code == 200
    said = answer.json()
    assert set(said) == ONE
    assert (said["prediction"], said["warnings"]) == ("long", [])
    assert set(said["probabilities"]) == {"long", "short"}
    assert sum(said["probabilities"].values()) == pytest.approx(1)
    assert said["confidence"] == said["probabilities"]["long"] > 0.5
    assert (said["model"], said["version"], said["cache_hit"]) == (str(model.pk), 1, False)
    assert (said["credits_charged"], said["credits_left"]) == (5, 9)
    assert said["id"] == str(Prediction.objects.get().pk)


def test_a_whole_row_of_the_table_is_answered_and_what_is_not_used_is_told(api, model):
    answer = ask(api, model, features=a_row() | {"kind": "short"})

    assert (answer.status_code, answer.json()["prediction"]) == (200, "long")
    detail = "The model does not use kind; its value was left out."
    assert answer.json()["warnings"] == [{"code": "unused_column", "column": "kind", "detail": detail}]
    assert Prediction.objects.get().rows == [a_row()]


def test_a_typo_is_refused_beside_a_column_that_is_not_used(api, model):
    answer = ask(api, model, features={"lenght": 4.2, "kind": "short"})

    assert refused(answer) == (400, "invalid", "features.lenght")
    assert "did you mean 'length'?" in answer.json()["errors"][0]["detail"]


def test_many_rows_are_one_charge(api, person, model):
    answer = ask(api, model, instances=[a_row(length=1.0), a_row(), a_row(length=1.5)])

    said = answer.json()
    assert answer.status_code == 200
    assert set(said) == ONE - {"prediction", "probabilities", "confidence", "warnings"} | {"predictions"}
    assert [row["prediction"] for row in said["predictions"]] == ["short", "long", "short"]
    assert {frozenset(row) for row in said["predictions"]} == {
        frozenset({"prediction", "probabilities", "confidence", "warnings"})
    }
    assert (said["credits_charged"], said["credits_left"], balance_of(person)) == (5, 9, 9)


def test_thousand_rows_are_answered(api, model):
    answer = ask(api, model, instances=[a_row()] * 1_000)

    assert answer.status_code == 200
    assert len(answer.json()["predictions"]) == 1_000


def test_amount_has_no_probabilities(api, person):
    model = factories.a_model(person, target="weight", algorithm="linear")
    row = {name: value for name, value in a_row(kind="long").items() if name != "weight"}

    said = ask(api, model, features=row).json()

    assert set(said) == ONE - {"probabilities", "confidence"}
    assert said["prediction"] == pytest.approx(13, abs=4)


def test_row_gets_the_same_answer_alone_as_among_others(api, person, model):
    factories.give(person, 100)
    rows = [a_row(length=length / 2) for length in range(2, 12)]

    together = ask(api, model, instances=rows).json()["predictions"]
    alone = [ask(api, model, features=row).json() for row in rows]

    for among, single in zip(together, alone, strict=True):
        assert single["probabilities"] == pytest.approx(among["probabilities"], abs=1e-9)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"features": a_row(), "instances": [a_row()]},
        {"features": None},
        {"features": [a_row()]},
        {"features": "row"},
        {"features": {}},
        {"instances": []},
        {"instances": {}},
        {"instances": [a_row()] * 1_001},
        {"instances": [a_row(), 7]},
        {"instances": [a_row(), {}]},
        {"instances": None},
        [a_row()],
        "row",
        None,
        7,
    ],
    ids=lambda body: json.dumps(body)[:30],
)
def test_body_that_is_no_row_nor_rows_is_400(api, person, model, body):
    answer = ask_raw(api, model, json.dumps(body))

    assert answer.status_code == 400
    assert answer.json()["type"] == "validation_error"
    assert (balance_of(person), Prediction.objects.count()) == (14, 0)


@pytest.mark.parametrize(
    ("attr", "body"),
    [
        ("features.wide", {"features": a_row(wide=1)}),
        ("features.width", {"features": a_row(width="wide")}),
        ("features.width", {"features": a_row(width=[1])}),
        ("features.width", {"features": a_row(width={"a": 1})}),
        ("features.width", {"features": a_row(width=True)}),
        ("features.width", {"features": a_row(width="NaN")}),
        ("features.width", {"features": a_row(width="Infinity")}),
        ("features.width", {"features": a_row(width=10**400)}),
        ("features.width", {"features": a_row(width="1\0")}),
        ("features.width", {"features": a_row(width="\0")}),
        ("features.colour", {"features": a_row(colour="re\0d")}),
        ("features.colour", {"features": a_row(colour=["red"])}),
        ("features.colour", {"features": a_row(colour=10**400)}),
        ("features.colour", {"features": a_row(colour="x" * 100_001)}),
        ("features.wild", {"features": a_row(wild="perhaps")}),
        ("features.wild", {"features": a_row(wild=2)}),
        ("features.wild", {"features": a_row(wild="yes\0")}),
        ("features.picked", {"features": a_row(picked="soon")}),
        ("features.picked", {"features": a_row(picked=20240503)}),
        ("features.picked", {"features": a_row(picked="2024-02-30")}),
        ("features.picked", {"features": a_row(picked="2024-05-03\0")}),
        ("instances.1.width", {"instances": [a_row(), a_row(width="wide")]}),
        ("instances.2.wide", {"instances": [a_row(), a_row(), {"wide": 1}]}),
    ],
)
def test_value_that_cannot_be_read_is_400_naming_it(api, person, model, attr, body):
    answer = ask(api, model, **body)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == attr
    assert (balance_of(person), Prediction.objects.count()) == (14, 0)


def test_unknown_column_is_told_with_the_nearest(api, model):
    detail = ask(api, model, features=a_row(Lenght=1)).json()["errors"][0]["detail"]

    assert "There is no column 'Lenght'; did you mean 'length'?" in detail
    assert "colour, wild, picked" in detail


@pytest.mark.parametrize(
    "value",
    ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "9" * 5_000, '"\\ud800"', "[" * 20_000, "[[[[1]]]]", "1,}"],
    ids=lambda value: value[:12],
)
def test_odd_json_is_400(api, person, model, value):
    for column in ("width", "colour", "wild", "picked"):
        answer = ask_raw(api, model, f'{{"features": {{"length": 4, "{column}": {value}}}}}')
        assert (column, answer.status_code) == (column, 400)

    assert (balance_of(person), Prediction.objects.count()) == (14, 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        '{"features": {"\\u0000": 1}}',
        '{"features": {"\\ud800": 1}}',
    ],
)
def test_broken_body_is_400(api, model, text):
    assert ask_raw(api, model, text).status_code == 400


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", "features.length=4"),
        ("application/x-www-form-urlencoded", "features={}"),
        (
            "multipart/form-data; boundary=x",
            '--x\r\nContent-Disposition: form-data; name="features"\r\n\r\n1\r\n--x--\r\n',
        ),
        ("text/plain", "length=4"),
    ],
)
def test_body_of_another_type_is_415(api, model, content_type, body):
    answer = api.generic("POST", f"/api/models/{model.pk}/predict", body, content_type=content_type)

    assert refused(answer)[:2] == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("unseen_category", {"colour": "violet"}),
        ("unseen_category", {"colour": "<script>alert(1)</script>"}),
        ("unseen_category", {"colour": 10**200}),
        ("out_of_range", {"length": 99}),
        ("out_of_range", {"length": 10**200}),
        ("out_of_range", {"picked": "1999-01-01"}),
        ("imputed", {"width": None}),
        ("imputed", {"width": " "}),
        ("imputed", {"colour": "N/A"}),
    ],
)
def test_unusual_value_is_answered_with_a_warning(api, model, code, change):
    answer = ask(api, model, features=a_row(**change))

    assert answer.status_code == 200
    warnings = answer.json()["warnings"]
    assert [(warning["code"], warning["column"]) for warning in warnings] == [(code, next(iter(change)))]


def test_columns_left_out_are_missing(api, model):
    answer = ask(api, model, features={"length": 5.5})

    assert (answer.status_code, answer.json()["prediction"]) == (200, "long")
    assert {warning["column"] for warning in answer.json()["warnings"]} == set(a_row()) - {"length"}


def test_explanations_and_other_extras_are_not_in_the_way(api, model):
    assert ask(api, model, features=a_row(), credits_charged=0, caller="me").json()["credits_charged"] == 5


def test_without_credits_is_402_and_keeps_nothing(api, person, model):
    factories.spend_everything(person)

    answer = ask(api, model, features=a_row())

    assert refused(answer) == (402, "insufficient_credits", None)
    assert (balance_of(person), factories.ledger_sum(person), Prediction.objects.count()) == (0, 0, 0)


def test_archived_model_is_409(api, person, model):
    api.delete(f"/api/models/{model.pk}")

    assert refused(ask(api, model, features=a_row())) == (409, "model_archived", None)
    assert balance_of(person) == 14


def test_broken_model_is_409_and_in_the_history(api, person, model):
    (settings.FILES_DIR / model.file_key).write_bytes(b"damaged")

    answer = ask(api, model, features=a_row())

    assert refused(answer) == (409, "model_failed", None)
    assert balance_of(person) == 14
    failed = api.get("/api/predictions", {"success": "false"}).json()["results"]
    assert [(row["success"], row["credits_charged"], row["inference_ms"]) for row in failed] == [(False, 0, None)]


def test_stranger_is_404_viewer_is_403_editor_is_200(stranger, stranger_api, model):
    assert ask(stranger_api, model, features=a_row()).status_code == 404

    membership = factories.join(stranger, model.project.workspace, Role.VIEWER).user.memberships.last()
    assert refused(ask(stranger_api, model, features=a_row())) == (403, "permission_denied", None)
    assert balance_of(stranger) == 15

    membership.role = Role.EDITOR
    membership.save()
    assert ask(stranger_api, model, features=a_row()).status_code == 200
    assert balance_of(stranger) == 10


def test_what_a_stranger_sends_does_not_matter(stranger_api, model):
    for text in ("{", "{}", '{"features": {"length": "x"}}'):
        assert ask_raw(stranger_api, model, text).status_code == 404


def test_nobody_is_let_in_without_credentials(model):
    assert ask(APIClient(), model, features=a_row()).status_code == 401


def test_unknown_model_is_404(api):
    assert api.post(f"/api/models/{uuid4()}/predict", {"features": {}}).status_code == 404


def test_address_works_with_a_trailing_slash(api, model):
    assert api.post(f"/api/models/{model.pk}/predict/", {"features": a_row()}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_calls_at_once_at_a_balance_for_three(doorbell):
    person = factories.a_person()
    model = factories.a_model(person)
    factories.spend_everything(person)
    factories.give(person, 15)

    def call() -> int:
        client = APIClient()
        client.force_authenticate(person)
        return ask(client, model, features=a_row()).status_code

    statuses = at_once(*[partial(call)] * 8)

    assert sorted(statuses) == [200] * 3 + [402] * 5
    assert (balance_of(person), factories.ledger_sum(person), Prediction.objects.count()) == (0, 0, 3)
