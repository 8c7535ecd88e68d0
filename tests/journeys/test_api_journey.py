"""A program's way through the product, with nothing but its tokens: from an account to a prediction."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from tests import factories
from training import tasks


@pytest.fixture
def client(db):
    return APIClient()


def register(client, name: str) -> dict:
    body = {"email": f"{name}@example.org", "username": name, "password": factories.PASSWORD, "full_name": "Ada L."}
    answer = client.post("/api/auth/register", body)
    assert answer.status_code == 201
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
    return answer.json()


def made(answer):
    assert answer.status_code == 201, answer.content
    return answer.json()


def got(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()


def start(client, project: str, **wish) -> dict:
    table = SimpleUploadedFile("flowers.csv", factories.flowers(), content_type="text/csv")
    dataset = made(client.post("/api/datasets/upload", {"file": table, "project": project}, format="multipart"))
    assert (dataset["status"], dataset["rows"], dataset["version"]) == ("ready", 60, 1)
    preview = got(client.get(f"/api/datasets/{dataset['id']}/preview", {"limit": 2}))
    assert (preview["total"], len(preview["rows"]), preview["columns"][0]) == (60, 2, "length")
    features = ["length", "width", "colour", "wild", "picked", "weight"]  # `length` gives `kind` away, so it is named
    body = {"project": project, "dataset": dataset["id"], "target": "kind", "algorithm": "random_forest"}
    return made(client.post("/api/training", body | {"features": features} | wish))


def test_from_an_account_to_a_prediction(client):
    person = register(client, "ada")
    assert person["user"]["credits"] == 15
    workspace = got(client.get("/api/workspaces"))["results"][0]
    project = made(client.post("/api/projects", {"workspace": workspace["id"], "name": "Flowers"}))

    job = start(client, project["id"], name="Flower kinds")
    assert job["state"] == "queued"
    tasks.run_training(job["id"])

    job = got(client.get("/api/training/status", {"job_id": job["id"]}))
    assert (job["state"], job["progress"], job["error"]) == ("succeeded", 1.0, None)
    events = got(client.get(f"/api/training/{job['id']}/events"))
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert {event["kind"] for event in events} == {"state", "progress", "log", "metric"}

    model = got(client.get(f"/api/models/{job['model']}"))
    assert (model["name"], model["version"], model["metrics"]) == ("Flower kinds", 1, job["metrics"])
    answer = got(client.post(f"/api/models/{model['id']}/predict", {"features": factories.a_row()}))
    assert (answer["prediction"], answer["credits_left"]) == ("long", 9)
    assert got(client.get("/api/predictions"))["results"][0]["id"] == answer["id"]

    balance = got(client.get("/api/credits"))["balance"]
    ledger = got(client.get("/api/credits/ledger"))["results"]
    assert [entry["amount"] for entry in ledger] == [-5, -1, 15]
    assert sum(entry["amount"] for entry in ledger) == ledger[0]["balance_after"] == balance == 9


def test_a_stopped_training_gives_the_credit_back(client):
    person = register(client, "ada")
    project = got(client.get("/api/projects"))["results"][0]
    job = start(client, project["id"])

    assert client.post(f"/api/training/{job['id']}/stop").status_code == 202
    tasks.run_training(job["id"])

    assert got(client.get(f"/api/training/{job['id']}"))["state"] == "cancelled"
    assert got(client.get("/api/models"))["count"] == 0
    ledger = got(client.get("/api/credits/ledger"))["results"]
    assert [(entry["amount"], entry["kind"]) for entry in ledger] == [(1, "refund"), (-1, "training"), (15, "grant")]
    assert got(client.get("/api/auth/me"))["credits"] == person["user"]["credits"] == 15


def test_upload_of_a_second_person_is_out_of_reach(client):
    register(client, "ada")
    job = start(client, got(client.get("/api/projects"))["results"][0]["id"])
    other = APIClient()
    register(other, "eve")

    for address in (f"training/{job['id']}", f"datasets/{job['dataset']}", f"projects/{job['project']}"):
        assert other.get(f"/api/{address}").status_code == 404
    for plural in ("training/jobs", "datasets", "models", "predictions"):
        assert got(other.get(f"/api/{plural}"))["count"] == 0


def test_tokens_are_needed_and_rotate(client):
    pair = register(client, "ada")
    client.credentials()
    assert client.get("/api/auth/me").status_code == 401

    fresh = got(client.post("/api/auth/refresh", {"refresh": pair["refresh"]}))
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {fresh['access']}")
    assert got(client.get("/api/auth/me"))["username"] == "ada"

    assert client.post("/api/auth/refresh", {"refresh": pair["refresh"]}).status_code == 401
    assert client.get("/api/auth/me").status_code == 401
