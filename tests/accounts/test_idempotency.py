from datetime import timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import credits, queries, tokens
from accounts.models import LedgerEntry, RememberedAnswer
from predictions import services
from predictions.loaded import LoadedModels
from predictions.models import Prediction
from tests import factories
from tests.factories import a_key, a_row, at_once, ledger_sum, refused
from training.models import Job
from workspaces.models import Membership, Role

pytestmark = pytest.mark.django_db

WISH = {"target": "kind", "algorithm": "logistic"}
REUSED = (409, "idempotency_key_reused", None)


@pytest.fixture(autouse=True)
def _nothing_is_loaded(monkeypatch):
    """Equal fits give equal files, which the cache of models would know from another test."""
    monkeypatch.setattr(services, "loaded_models", LoadedModels())


@pytest.fixture
def model(person):
    """Its owner has 14 credits left."""
    return factories.a_model(person)


@pytest.fixture
def dataset(person):
    return factories.a_dataset(person)


def signed_in(person) -> APIClient:
    client = APIClient()
    client.force_login(person)
    return client


def predict(client, model, key="one", **change):
    body = {"features": a_row(**change)}
    return client.post(f"/api/models/{model.pk}/predict", body, headers={"Idempotency-Key": key})


def train(client, dataset, key="one", **change):
    return client.post("/api/training", a_body(dataset) | change, headers={"Idempotency-Key": key})


def a_body(dataset) -> dict:
    return {"project": str(dataset.project_id), "dataset": str(dataset.pk)} | WISH


def forget(**ago) -> None:
    RememberedAnswer.objects.update(created_at=timezone.now() - timedelta(**ago))


def spent(person) -> int:
    assert credits.balance_of(person) == ledger_sum(person)
    return 15 - credits.balance_of(person)


# Once


def test_a_prediction_sent_again_is_answered_as_before(api, person, model):
    first, again = predict(api, model), predict(api, model)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert (Prediction.objects.count(), spent(person)) == (1, 6)


def test_a_training_sent_again_is_the_same_job(api, person, dataset, doorbell, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first, again = train(api, dataset), train(api, dataset)

    assert (first.status_code, again.status_code, first.content) == (201, 201, again.content)
    assert (Job.objects.count(), spent(person), len(doorbell)) == (1, 1, 1)


def test_other_keys_and_no_key_are_other_requests(api, person, dataset):
    train(api, dataset)
    train(api, dataset, key="two")
    api.post("/api/training", a_body(dataset))

    assert (Job.objects.count(), spent(person), RememberedAnswer.objects.count()) == (3, 3, 2)


def test_a_key_is_ones_own(api, stranger, model):
    actor = factories.join(stranger, model.project.workspace, Role.EDITOR)
    predict(api, model)

    answer = predict(signed_in(actor.user), model)

    assert "Idempotent-Replayed" not in answer
    assert (Prediction.objects.count(), spent(stranger)) == (2, 5)


def test_a_key_is_the_same_by_session_token_and_api_key(person, model):
    by_token, by_key = APIClient(), APIClient()
    by_token.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(person)['access']}")
    by_key.credentials(HTTP_X_API_KEY=a_key(person)[1])

    answers = [predict(client, model) for client in (signed_in(person), by_token, by_key)]

    assert len({answer.content for answer in answers}) == 1
    assert Prediction.objects.count() == 1


def test_the_same_json_written_otherwise_is_the_same_request(api, model):
    predict(api, model)
    row = dict(reversed(a_row().items()))

    again = api.post(f"/api/models/{model.pk}/predict/", {"features": row}, headers={"Idempotency-Key": "one"})

    assert (again.status_code, again["Idempotent-Replayed"]) == (200, "true")


def test_the_same_key_with_another_request_is_refused(api, person, model, dataset):
    predict(api, model)

    assert refused(predict(api, model, colour="white")) == REUSED
    assert refused(train(api, dataset)) == REUSED
    assert (Prediction.objects.count(), spent(person)) == (1, 6)


def test_a_file_is_told_by_its_content(api, person):
    address = f"/api/training/{factories.a_job(person).pk}/reproduce"

    def send(content: bytes):
        file = SimpleUploadedFile("t.csv", content)
        return api.post(address, {"file": file}, format="multipart", headers={"Idempotency-Key": "one"})

    assert [send(b"1").status_code, send(b"1").status_code] == [201, 201]
    assert refused(send(b"2")) == REUSED
    assert Job.objects.count() == 2


@pytest.mark.parametrize("key", ["", "  ", "x" * 256, "a\x01b"])
def test_what_is_no_key_is_refused_by_name(api, person, model, key):
    assert refused(predict(api, model, key=key)) == (400, "invalid", "Idempotency-Key")
    assert (Prediction.objects.count(), spent(person)) == (0, 1)


@pytest.mark.parametrize("key", ["x" * 255, "a b/c?ü", "0"])
def test_any_printable_string_is_a_key(api, model, key):
    predict(api, model, key=key)

    assert predict(api, model, key=key)["Idempotent-Replayed"] == "true"


# A day


def test_an_answer_is_remembered_for_a_day(api, person, dataset):
    first = train(api, dataset)
    forget(hours=23, minutes=59)
    assert train(api, dataset).content == first.content

    forget(hours=24)
    another = train(api, dataset, name="Another")

    assert another.status_code == 201
    assert (Job.objects.count(), RememberedAnswer.objects.count(), spent(person)) == (2, 1, 2)


# Refusals


def test_a_refusal_is_not_remembered(api, person, model):
    factories.spend_everything(person)
    assert refused(predict(api, model)) == (402, "insufficient_credits", None)
    assert not RememberedAnswer.objects.exists()

    factories.give(person, 5)

    assert predict(api, model).status_code == 200


def test_a_refused_body_is_told_as_without_a_key(api, dataset, model):
    assert refused(train(api, dataset, target="nothing")) == (400, "invalid", "target")
    assert refused(train(api, dataset, version=0)) == (400, "min_value", "version")
    assert refused(predict(api, model, length="long"))[::2] == (400, "features.length")
    answer = api.post("/api/training", "{", content_type="application/json", headers={"Idempotency-Key": "one"})
    assert refused(answer)[:2] == (400, "parse_error")
    assert not RememberedAnswer.objects.exists()


def test_somebody_who_may_not_is_told_so(api, person, model):
    Membership.objects.filter(user=person).update(role=Role.VIEWER)

    assert refused(predict(api, model))[0] == 403
    assert not RememberedAnswer.objects.exists()


def test_what_was_refused_may_be_sent_otherwise(api, dataset):
    train(api, dataset, target="nothing")

    assert train(api, dataset).status_code == 201


def test_a_failed_prediction_is_recorded_as_without_a_key(api, person, model, settings, tmp_path):
    settings.FILES_DIR = tmp_path / "elsewhere"

    answer = predict(api, model)

    assert refused(answer) == (409, "model_failed", None)
    assert [(each.success, each.credits_charged) for each in Prediction.objects.all()] == [(False, 0)]
    assert (RememberedAnswer.objects.count(), spent(person)) == (0, 1)


def test_whatever_else_breaks_takes_everything_back(person, dataset, monkeypatch):
    monkeypatch.setattr(Job, "save", lambda *args, **how: 1 / 0)  # after the charge
    client = signed_in(person)
    client.raise_request_exception = False

    answer = train(client, dataset)

    assert answer.status_code == 500
    assert (Job.objects.count(), RememberedAnswer.objects.count(), spent(person)) == (0, 0, 0)
    assert list(LedgerEntry.objects.filter(wallet_id=person.pk).values_list("amount", flat=True)) == [15]


# At once


@pytest.mark.xdist_group(factories.MANY_CONNECTIONS)
@pytest.mark.django_db(transaction=True)
def test_a_prediction_sent_fifty_times_at_once_is_made_once(doorbell, person, model):
    answers = at_once(*[partial(predict, signed_in(person), model) for _ in range(50)])

    assert {getattr(answer, "status_code", answer) for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer for answer in answers) == 49
    assert (Prediction.objects.count(), spent(person)) == (1, 6)


@pytest.mark.xdist_group(factories.MANY_CONNECTIONS)
@pytest.mark.django_db(transaction=True)
def test_a_training_sent_fifty_times_at_once_is_started_once(doorbell, person, dataset):
    answers = at_once(*[partial(train, signed_in(person), dataset) for _ in range(50)])

    assert {getattr(answer, "status_code", answer) for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (Job.objects.count(), spent(person), len(doorbell)) == (1, 1, 1)
    assert queries.wallets_out_of_balance() == []


@pytest.mark.django_db(transaction=True)
def test_refusals_at_once_are_each_told(doorbell, person, model):
    factories.spend_everything(person)

    answers = at_once(*[partial(predict, signed_in(person), model) for _ in range(10)])

    assert {getattr(answer, "status_code", answer) for answer in answers} == {402}
    assert not RememberedAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_old_key_sent_at_once_is_done_once_more(doorbell, person, dataset):
    first = train(signed_in(person), dataset)
    forget(hours=25)

    answers = at_once(*[partial(train, signed_in(person), dataset) for _ in range(10)])

    assert {getattr(answer, "status_code", answer) for answer in answers} == {201}
    again = {answer.json()["id"] for answer in answers}
    assert (len(again), first.json()["id"] in again, Job.objects.count()) == (1, False, 2)


def test_a_key_in_any_letters_is_a_key(person, dataset):
    client, key = signed_in(person), "ключ-🔑".encode().decode("latin-1")  # as a server hands it on

    first, second = (train(client, dataset, key=key) for _ in range(2))

    assert (first.status_code, second.status_code, second["Idempotent-Replayed"]) == (201, 201, "true")
    assert RememberedAnswer.objects.get().key == "ключ-🔑"
