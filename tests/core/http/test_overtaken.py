"""Requests during which their own account is closed, or a row they rest on is deleted, by another connection."""

from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from accounts.models import User
from core.actor import Actor
from core.http.overtaken import overtaken
from mlplatform import closing
from tests import factories
from tests.factories import PASSWORD, at_once
from workspaces.models import Membership, Project

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def web(person, project):
    web = Client(raise_request_exception=False)
    web.force_login(person)
    return web


@pytest.fixture
def api(person):
    """Signed in by session, so that who asks is read anew with every request."""
    api = APIClient(raise_request_exception=False)
    api.force_login(person)
    return api


@pytest.fixture
def close_in_between(person, project, monkeypatch):
    """The account is closed, over another connection, once the next request knows who is asking."""
    known = Actor.of

    def close():
        monkeypatch.setattr(Actor, "of", known)
        (answer,) = at_once(partial(closing.close_account, actor=Actor(person), password=PASSWORD))
        assert answer is None

    def of(request):
        actor = known(request)
        assert actor.user.pk == person.pk
        close()
        return actor

    monkeypatch.setattr(Actor, "of", of)


@pytest.mark.usefixtures("close_in_between")
@pytest.mark.parametrize(
    ("method", "address", "body", "statuses"),
    [
        ("get", "/api/auth/me", None, {401}),
        ("patch", "/api/auth/me", {"full_name": "Ada"}, {401}),
        ("post", "/api/auth/password", {"current_password": PASSWORD, "new_password": "another horse"}, {400}),
        ("get", "/api/credits", None, {401}),
        ("get", "/api/api-keys", None, {200}),
        ("post", "/api/api-keys", {"name": "CI"}, {401}),
        ("post", "/api/workspaces", {"name": "Lab"}, {401}),
    ],
)
def test_the_api_says_that_one_is_signed_out(api, method, address, body, statuses):
    answer = getattr(api, method)(address, body)

    assert answer.status_code in statuses
    assert User.objects.count() == 0
    if answer.status_code == 401:
        assert factories.refused(answer)[1:] == ("not_authenticated", None)
        assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.usefixtures("close_in_between")
@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/account", {"full_name": "Ada", "username": "ada"}),
        ("/account/keys", {"name": "CI", "scopes": ["read"], "lifetime": "", "showing": "a"}),
        ("/workspaces/new", {"name": "Lab", "showing": "a"}),
        ("/account/close", {"password": PASSWORD, "is_sure": "on"}),
    ],
)
def test_a_form_leads_to_the_sign_in(web, address, form):
    answer = web.post(address, form)

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=/")
    assert (User.objects.count(), Project.objects.count()) == (0, 0)


@pytest.mark.usefixtures("close_in_between")
@pytest.mark.parametrize("address", ["/", "/account", "/account/credits", "/account/keys", "/workspaces"])
def test_a_page_leads_to_the_sign_in_or_shows_nobodys_frame(web, address):
    answer = web.get(address)

    assert answer.status_code in {200, 302}
    if answer.status_code == 200:
        assert answer.context["shell"]["user"] is None


@pytest.mark.usefixtures("close_in_between")
def test_a_page_of_the_project_is_not_found(web, project):
    answer = web.get(f"/projects/{project.pk}")

    assert (answer.status_code, answer.context["shell"]["user"]) == (404, None)


@pytest.fixture
def close_at_the_password(person, monkeypatch):
    """The account is closed, over another connection, once the next sign-in has compared the password."""
    check = User.check_password

    def checked(person, password):
        monkeypatch.setattr(User, "check_password", check)
        at_once(partial(closing.close_account, actor=Actor(person), password=PASSWORD))
        return check(person, password)

    monkeypatch.setattr(User, "check_password", checked)


@pytest.mark.usefixtures("close_at_the_password")
def test_signing_in_meanwhile_is_refused(person):
    answer = Client(raise_request_exception=False).post("/sign-in", {"username": person.email, "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=/")


@pytest.mark.usefixtures("close_at_the_password")
def test_signing_in_by_token_meanwhile_is_refused(person):
    body = {"email": person.email, "password": PASSWORD}

    answer = APIClient(raise_request_exception=False).post("/api/auth/login", body)

    assert factories.refused(answer) == (401, "authentication_failed", None)


def test_a_session_that_ended_meanwhile_leads_to_the_sign_in(web, person, project, monkeypatch):
    second = Project.objects.create(workspace=project.workspace, name="Second")
    known = Actor.of

    def of(request):
        monkeypatch.setattr(Actor, "of", known)
        web.session.flush()
        return known(request)

    monkeypatch.setattr(Actor, "of", of)

    answer = web.get(f"/projects/{second.pk}")

    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in?next=/projects/{second.pk}")


def test_a_person_who_goes_while_somebody_adds_them_is_a_conflict(api, project, stranger, monkeypatch):
    admit = Membership.objects.get_or_create

    def close_and_admit(**wish):
        User.objects.filter(pk=stranger.pk).delete()
        return admit(**wish)

    monkeypatch.setattr(Membership.objects, "get_or_create", close_and_admit)
    body = {"email": stranger.email, "role": "viewer"}

    answer = api.post(f"/api/workspaces/{project.workspace_id}/members", body)

    assert factories.refused(answer) == (409, "deleted_meanwhile", None)


@pytest.mark.parametrize("round_", range(3))
def test_whatever_comes_while_an_account_is_closed_is_no_error_of_ours(person, project, round_):
    def ask(client, method, address, body):
        return getattr(client, method)(address, body).status_code

    calls = []
    for method, address, body in [
        ("post", "/api/api-keys", {"name": "CI"}),
        ("patch", "/api/auth/me", {"full_name": f"Ada {round_}"}),
        ("post", "/api/workspaces", {"name": "Lab"}),
        ("post", "/api/auth/login", {"email": person.email, "password": PASSWORD}),
        ("get", f"/projects/{project.pk}", None),
        ("get", "/account/credits", None),
    ]:
        client = APIClient(raise_request_exception=False)
        client.force_login(person)
        calls.append(partial(ask, client, method, address, body))

    answers = at_once(partial(closing.close_account, actor=Actor(person), password=PASSWORD), *calls)

    assert answers[0] is None
    assert {answer for answer in answers[1:] if not isinstance(answer, int) or answer >= 500} == set()


def test_other_errors_are_left_as_they_are(person):
    request = RequestFactory().get("/")
    request.user = person

    bugs = [ValueError(), IntegrityError("UNIQUE constraint failed"), User.DoesNotExist()]

    assert [overtaken(request, bug) for bug in bugs] == [None] * 3
    assert overtaken(request, DatabaseError("no row")).code == "deleted_meanwhile"
