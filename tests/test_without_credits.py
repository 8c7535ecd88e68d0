"""With credits switched off no page and no answer speaks of them."""

import pytest
from django.test import Client

from accounts import credits
from accounts.credits import Cost
from tests import factories
from tests.factories import a_row
from tests.test_access_matrix import FILLED
from training.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _credits_are_off(settings):
    settings.CREDITS_ENABLED = False


def seen(client, address: str, **posted) -> str:
    """The page, which is there and does not say the word."""
    answer = client.post(address, posted["body"]) if posted else client.get(address)
    html = answer.content.decode()
    assert answer.status_code == 200, address
    assert "credit" not in html.lower(), address
    assert "refund" not in html.lower(), address
    return html


def test_no_page_of_the_newcomers_way_says_credit():
    visitor, newcomer = Client(), Client()
    for address in ("/sign-in", "/sign-up", "/password-reset"):
        seen(visitor, address)
    person = factories.a_person()
    newcomer.force_login(person)
    dataset = factories.a_dataset(person)
    home = f"/projects/{dataset.project_id}"
    for address in (home, f"{home}/data", f"{home}/data/upload", f"{home}/training", f"{home}/models"):
        seen(newcomer, address)
    for address in (f"/data/{dataset.pk}", f"/data/{dataset.pk}/train", f"/data/{dataset.pk}/delete"):
        seen(newcomer, address)

    job = factories.a_job(person, dataset)
    for address in (f"/training/{job.pk}", f"/training/{job.pk}/stop"):
        seen(newcomer, address)
    model = factories.a_model(person, dataset)
    for address in (f"/training/{model.job_id}", f"/models/{model.pk}", f"/models/{model.pk}/archive"):
        seen(newcomer, address)

    assert "Predict" in seen(newcomer, f"/models/{model.pk}/predict")
    made = seen(newcomer, f"/models/{model.pk}/predict", body=FILLED)
    kept = next(part for part in made.split('"') if part.startswith("/predictions/"))
    for address in (kept, f"{home}/predictions", home, "/account", "/account/keys", "/account/password"):
        seen(newcomer, address)
    seen(newcomer, "/account/keys", body={"name": "CI", "scopes": ["read", "predict"], "lifetime": ""})
    assert newcomer.get("/account/credits").status_code == 404


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_training_given_back_says_nothing_of_it(web, person, settings, state):
    settings.CREDITS_ENABLED = True
    job = factories.a_job(person)
    credits.refund(Cost.TRAIN, row=job.pk, reference="Stopped")
    Job.objects.filter(pk=job.pk).update(state=state, error="It broke.")
    assert "1 credit" in web.get(f"/training/{job.pk}").content.decode()

    settings.CREDITS_ENABLED = False

    seen(web, f"/training/{job.pk}")


def test_no_answer_of_the_api_tells_a_price(api, person):
    model = factories.a_model(person)

    made = api.post(f"/api/models/{model.pk}/predict", {"features": a_row()})
    answers = [
        made,
        api.get(f"/api/predictions/{made.json()['id']}"),
        api.get("/api/predictions"),
        api.get(f"/api/training/{model.job_id}"),
        api.get("/api/training/jobs"),
        api.get(f"/api/models/{model.pk}"),
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert [answer.content.decode() for answer in answers if b"credit" in answer.content] == []
    assert api.get("/api/auth/me").json()["credits"] is None
