import json
import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.test import APIClient

from accounts.models import ApiKey, User
from core.actor import Scope
from tests import factories
from tests.factories import a_key, a_row, refused
from tests.test_access_matrix import addresses

pytestmark = pytest.mark.django_db

FIELDS = {"id", "name", "prefix", "scopes", "expires_at", "last_used_at", "revoked", "created_at"}
WAYS = {
    "X-API-Key": lambda raw: {"HTTP_X_API_KEY": raw},
    "Authorization": lambda raw: {"HTTP_AUTHORIZATION": f"Api-Key {raw}"},
    "authorization in small letters": lambda raw: {"HTTP_AUTHORIZATION": f"api-key {raw}"},
}
NOT_VALID = (401, "key_not_valid", None)
NOT_ALLOWED = (403, "key_not_allowed", None)


def bearing(raw: str, way: str = "X-API-Key") -> APIClient:
    client = APIClient()
    client.credentials(**WAYS[way](raw))
    return client


def keyed(person, *scopes) -> APIClient:
    return bearing(a_key(person, *scopes)[1])


# Making and keeping


def test_a_new_key_is_shown_once(api):
    made = api.post("/api/api-keys", {"name": "CI"})

    body = made.json()
    assert (made.status_code, set(body)) == (201, FIELDS | {"key"})
    assert body["key"].startswith(f"{body['prefix']}_")
    assert (body["name"], body["scopes"], body["expires_at"], body["last_used_at"], body["revoked"]) == (
        "CI", ["read", "predict"], None, None, False,
    )  # fmt: skip
    assert made["Cache-Control"] == "no-store"
    for later in (api.get(f"/api/api-keys/{body['id']}"), api.get("/api/api-keys")):
        assert body["key"] not in later.content.decode()
    assert set(api.get(f"/api/api-keys/{body['id']}").json()) == FIELDS


def test_a_key_is_made_as_wished(api):
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()

    body = api.post("/api/api-keys", {"name": "CI", "scopes": ["write"], "expires_at": tomorrow}).json()

    assert (body["scopes"], body["expires_at"]) == (["write"], tomorrow.replace("+00:00", "Z"))


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"name": ""}, (400, "blank", "name")),
        ({"name": "x" * 101}, (400, "max_length", "name")),
        ({"name": None}, (400, "null", "name")),
        ({"name": "a\0b"}, (400, "null_characters_not_allowed", "name")),
        ({"scopes": []}, (400, "invalid", "scopes")),
        ({"scopes": ["admin"]}, (400, "invalid_choice", "scopes.0")),
        ({"scopes": [["read"]]}, (400, "invalid_choice", "scopes.0")),
        ({"scopes": "read"}, (400, "not_a_list", "scopes")),
        ({"scopes": ["read", "read"]}, (400, "invalid", "scopes")),
        ({"expires_at": "2020-01-01T00:00:00Z"}, (400, "invalid", "expires_at")),
        ({"expires_at": "soon"}, (400, "invalid", "expires_at")),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(api, change, answer):
    assert refused(api.post("/api/api-keys", {"name": "CI"} | change)) == answer
    assert not ApiKey.objects.exists()


def test_a_wish_writes_nothing_but_what_it_may(api, person, stranger):
    sent = {"name": "CI", "user": str(stranger.pk), "prefix": "mlp_12345678", "digest": "0" * 64, "revoked": True}

    made = api.post("/api/api-keys", sent).json()
    api.patch(f"/api/api-keys/{made['id']}", sent | {"scopes": ["write"], "expires_at": None, "name": "New"})

    key = ApiKey.objects.get()
    assert (key.user, key.name, key.scopes, key.is_revoked) == (person, "New", ["read", "predict"], False)
    assert key.prefix == made["prefix"] != "mlp_12345678"


def test_a_key_is_renamed_and_revoked_and_stays_listed(api, person):
    key, raw = a_key(person)

    renamed = api.patch(f"/api/api-keys/{key.pk}", {"name": "Laptop"})
    revoked = [api.delete(f"/api/api-keys/{key.pk}").status_code for _ in range(2)]

    assert (renamed.status_code, set(renamed.json()), revoked) == (200, FIELDS, [204, 204])
    listed = api.get("/api/api-keys").json()["results"]
    assert [(row["name"], row["revoked"]) for row in listed] == [("Laptop", True)]
    assert refused(bearing(raw).get("/api/projects")) == NOT_VALID


def test_keys_are_ones_own(api, stranger):
    key, _ = a_key(stranger)

    assert api.get("/api/api-keys").json()["count"] == 0
    for method in (api.get, api.patch, api.delete):
        assert method(f"/api/api-keys/{key.pk}", {"name": "Mine"}).status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [("search=lap", ["Laptop"]), ("ordering=name", ["CI", "Laptop"]), ("page_size=1", ["Laptop"]), ("search=no", [])],
)
def test_keys_are_searched_and_ordered(api, query, names):
    for name in ("CI", "Laptop"):
        api.post("/api/api-keys", {"name": name})

    assert [row["name"] for row in api.get(f"/api/api-keys?{query}").json()["results"]] == names


def test_the_list_costs_the_same_queries_with_one_row_and_three(api, person):
    a_key(person)
    with CaptureQueriesContext(connection) as with_one:
        api.get("/api/api-keys")
    a_key(person), a_key(person)
    with CaptureQueriesContext(connection) as with_three:
        assert api.get("/api/api-keys").json()["count"] == 3

    assert len(with_three) == len(with_one)


# Using


@pytest.mark.parametrize("way", WAYS)
def test_a_key_comes_in_a_header(person, project, way):
    key, raw = a_key(person, Scope.READ)

    answer = bearing(raw, way).get("/api/projects")

    assert [row["id"] for row in answer.json()["results"]] == [str(project.pk)]
    assert ApiKey.objects.get(pk=key.pk).last_used_at is not None


def test_a_key_in_the_address_is_no_credential(person):
    _, raw = a_key(person)

    for name in ("key", "api_key", "api-key", "X-API-Key", "token", "access_token"):
        assert APIClient().get("/api/projects", {name: raw}).status_code == 401
    assert ApiKey.objects.get().last_used_at is None


@pytest.mark.parametrize("raw", ["", " ", "mlp_", "mlp_abcdefgh_" + "x" * 43, "Bearer x", "é" * 56, "x" * 5000])
@pytest.mark.parametrize("way", WAYS)
def test_what_is_no_key_is_401(db, raw, way):
    answer = bearing(raw, way).get("/api/projects")

    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer


def test_a_key_that_has_ended_is_401_at_once(api, person):
    for end in (
        lambda key: api.delete(f"/api/api-keys/{key.pk}"),
        lambda key: ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now()),
        lambda key: User.objects.filter(pk=person.pk).update(is_active=False),
    ):
        key, raw = a_key(person)
        assert bearing(raw).get("/api/projects").status_code == 200
        end(key)
        assert refused(bearing(raw).get("/api/projects")) == NOT_VALID


def test_a_bad_key_is_not_helped_by_a_session(person):
    client = bearing("mlp_abcdefgh_" + "x" * 43)
    client.force_login(person)

    assert client.get("/api/projects").status_code == 401


def test_a_key_needs_no_csrf_token_and_pages_take_no_key(person, project):
    _, raw = a_key(person)
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_X_API_KEY=raw)

    assert client.post("/api/workspaces", {"name": "Lab"}).status_code == 201
    assert client.get(f"/projects/{project.pk}")["Location"].startswith("/sign-in")


def test_the_admin_takes_no_key(person):
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)

    assert keyed(person).get("/admin/")["Location"].startswith("/admin/login/")


def test_a_key_is_never_logged(person, caplog, capfd):
    _, raw = a_key(person)
    secret = raw.rpartition("_")[2]

    with caplog.at_level(logging.DEBUG):
        for client in (bearing(raw), bearing(f"{raw}x"), bearing(raw, "Authorization")):
            client.get("/api/projects")
            client.get("/api/auth/me")

    assert secret not in caplog.text + "".join(capfd.readouterr())


# Scopes


@pytest.mark.parametrize(
    ("scope", "reads", "writes", "predicts"),
    [(Scope.READ, 200, 403, 403), (Scope.WRITE, 403, 201, 403), (Scope.PREDICT, 403, 403, 200)],
)
def test_a_key_does_what_its_scope_names(person, scope, reads, writes, predicts):
    model = factories.a_model(person)
    client = keyed(person, scope)

    answers = [
        client.get(f"/api/models/{model.pk}"),
        client.post("/api/projects", {"workspace": str(model.project.workspace_id), "name": "Next"}),
        client.post(f"/api/models/{model.pk}/predict", {"features": a_row()}),
    ]

    assert [answer.status_code for answer in answers] == [reads, writes, predicts]
    lacking = ["read", "write", "predict"]
    for answer, needed in zip(answers, lacking, strict=True):
        if answer.status_code == 403:
            assert refused(answer) == NOT_ALLOWED
            assert f"“{needed}”" in answer.json()["errors"][0]["detail"]


def test_a_key_that_only_writes_runs_a_training_from_start_to_stop(person):
    dataset = factories.a_dataset(person)
    client = keyed(person, Scope.WRITE)
    wish = {"project": str(dataset.project_id), "dataset": str(dataset.pk), "target": "kind", "algorithm": "logistic"}

    job = client.post("/api/training", wish)
    assert job.status_code == 201
    assert client.post(f"/api/training/{job.json()['id']}/stop").status_code == 202
    assert client.patch(f"/api/datasets/{dataset.pk}", {"name": "New"}).status_code == 200
    assert refused(client.get(f"/api/training/{job.json()['id']}")) == NOT_ALLOWED


def test_a_key_that_reads_sees_credits_and_ledger(person):
    client = keyed(person, Scope.READ)

    assert client.get("/api/credits").json()["balance"] == 15
    assert client.get("/api/credits/ledger").json()["count"] == 1


def test_a_key_without_scopes_does_nothing(person):
    key, raw = a_key(person)
    ApiKey.objects.filter(pk=key.pk).update(scopes=[])

    assert refused(bearing(raw).get("/api/projects")) == NOT_ALLOWED


def test_the_browsable_api_hides_what_a_key_may_not_do(person):
    answer = keyed(person, Scope.READ).get("/api/workspaces", HTTP_ACCEPT="text/html")

    assert answer.status_code == 200
    assert 'method="POST"' not in answer.content.decode()


ACCOUNT = [route for route in addresses() if route.startswith(("api/auth", "api/api-keys", "api/admin"))]


@pytest.mark.parametrize("route", ACCOUNT)
def test_no_key_reaches_an_account_or_staff_address(person, route):
    """Each refuses keys; the public ones look at no credential at all."""
    User.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True)
    key, raw = a_key(person)
    view = addresses()[route].cls
    address = "/" + route.replace("<uuid:pk>", str(key.pk))
    methods = [name for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)]

    for method in methods:
        answer = getattr(bearing(raw), method)(address, {"name": "New"})
        if AllowAny in view.permission_classes:
            assert view.authentication_classes == []
        else:
            assert refused(answer) == NOT_ALLOWED, method


# The document


def test_the_document_says_where_a_key_may_go(client):
    document = json.loads(client.get("/api-docs.json").content)

    scheme = document["components"]["securitySchemes"]["apiKey"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "X-API-Key")
    paths = document["paths"]
    assert {"apiKey": []} in paths["/api/models/{id}/predict"]["post"]["security"]
    assert "needs the scope `predict`" in paths["/api/models/{id}/predict"]["post"]["description"]
    assert "needs the scope `write`" in paths["/api/training"]["post"]["description"]
    assert {"apiKey": []} not in paths["/api/api-keys"]["get"]["security"]
