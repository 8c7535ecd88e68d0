import html

import pytest
from django.test import Client
from django.urls import include, path
from rest_framework.test import APIClient

from accounts.models import User
from mlplatform.urls import handler400, handler403, handler404, handler500  # noqa: F401 -- as in the URLconf
from tests import factories
from tests.factories import PASSWORD, refused
from workspaces.models import Role


def broken(request):
    raise RuntimeError("secret detail")


urlpatterns = [
    path("broken", broken),
    path("api/broken", broken),
    path("", include("mlplatform.urls")),
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def quiet(client=None):
    """A client that is answered by the error page where it would raise."""
    client = client or Client()
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("address", ["/api/nowhere", "/api/datasets/not-an-id", "/api/nowhere/"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_unknown_address_of_the_api_is_json(address, method):
    answer = getattr(Client(), method)(address)

    assert (refused(answer), answer["Content-Type"]) == ((404, "not_found", None), "application/json")
    assert answer.json()["type"] == "client_error"
    assert answer["X-Request-ID"]


@pytest.mark.parametrize("address", ["/nowhere", "/data/not-an-id", "/apiary", "/%00"])
def test_unknown_address_elsewhere_is_a_page(address):
    answer = Client().get(address)

    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing here" in answer.content.decode()


def test_a_bug_of_the_api_is_json_without_its_words():
    answer = quiet().get("/api/broken")

    assert refused(answer) == (500, "error", None)
    assert answer.json()["type"] == "server_error"
    assert "secret" not in answer.content.decode()


def test_a_bug_elsewhere_is_a_page_without_its_words():
    answer = quiet().get("/broken")

    assert (answer.status_code, answer["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert "secret" not in answer.content.decode()
    assert answer["X-Request-ID"]


def test_a_bug_is_shown_to_a_person_signed_in_too(web):
    assert quiet(web).get("/broken").status_code == 500


def test_expired_form_is_a_page_that_says_what_to_do(person):
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/sign-in", {"username": person.email, "password": factories.PASSWORD})

    assert answer.status_code == 403
    assert "This form has expired" in html.unescape(answer.content.decode())
    assert "reload the page and send the form again" in answer.content.decode()


def test_session_without_a_token_is_refused_by_the_api_in_json(person, project):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(person)

    assert refused(client.post("/api/workspaces", {"name": "Lab"})) == (403, "permission_denied", None)
    assert client.get("/api/workspaces").status_code == 200


@pytest.mark.parametrize("address", ["/sign-in", "/account", "/nowhere"])
def test_every_page_bears_the_headers_of_security(web, client, address):
    answer = Client().get(address) if address == "/sign-in" else web.get(address)

    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert {"default-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "form-action 'self'"} <= {
        directive.strip() for directive in policy.split(";")
    }
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


def test_answers_of_the_api_are_not_to_be_sniffed_either(api):
    assert api.get("/api/datasets")["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("theme", ["system", "light", "dark"])
def test_theme_is_kept_in_a_cookie_and_shown(client, theme):
    answer = client.post("/theme", {"theme": theme, "next": "/sign-in?next=/account"})

    cookie = answer.cookies["theme"]
    assert (answer.status_code, answer["Location"], cookie.value) == (302, "/sign-in?next=/account", theme)
    assert (cookie["samesite"], cookie["max-age"]) == ("Lax", 365 * 24 * 3600)
    assert f'data-theme="{theme}"' in client.get("/sign-in").content.decode()


@pytest.mark.parametrize("theme", ["", "pink", "<script>", "dark; Path=/admin"])
def test_theme_there_is_none_of_is_not_kept(client, theme):
    answer = client.post("/theme", {"theme": theme, "next": "/sign-in"})

    assert (answer.status_code, "theme" in answer.cookies) == (302, False)


@pytest.mark.parametrize("theme", ["pink", '"><script>'])
def test_cookie_from_elsewhere_is_no_theme(client, theme):
    client.cookies["theme"] = theme

    assert 'data-theme="system"' in client.get("/sign-in").content.decode()


@pytest.mark.parametrize(
    "away",
    [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        " //evil.example",
        "",
    ],
)
def test_theme_leads_back_into_this_site_only(client, away):
    assert client.post("/theme", {"theme": "dark", "next": away})["Location"] == "/"


def test_theme_is_posted(client):
    assert client.get("/theme").status_code == 405


def test_the_page_to_close_an_account_says_what_goes_and_what_stays(web, person, stranger):
    shared = factories.home_of(stranger).workspace
    factories.join(person, shared, Role.VIEWER)

    page = web.get("/account/close").content.decode()

    assert factories.home_of(person).workspace.name in page.split("You leave")[0]
    assert shared.name in page.split("You leave")[1]
    assert 'href="/account/close"' in web.get("/account").content.decode()


def test_an_account_is_closed_with_password_and_tick(web, person):
    answer = web.post("/account/close", {"password": PASSWORD, "is_sure": "on"}, follow=True)

    assert answer.redirect_chain == [("/sign-in", 302)]
    assert "Your account is closed" in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"password": "wrong", "is_sure": "on"}, "password"),
        ({"password": PASSWORD}, "is_sure"),
        ({"is_sure": "on"}, "password"),
    ],
)
def test_an_account_is_not_closed_by_a_slip(web, person, form, field):
    answer = web.post("/account/close", form)

    assert (answer.status_code, field in answer.context["form"].errors) == (400, True)
    assert User.objects.get() == person


def test_who_owns_what_others_work_in_is_sent_to_its_members_first(web, person, stranger):
    home = factories.home_of(person).workspace
    factories.join(stranger, home, Role.EDITOR)

    page = web.get("/account/close").content.decode()
    answer = web.post("/account/close", {"password": PASSWORD, "is_sure": "on"})

    assert f"/workspaces/{home.pk}/members" in page
    assert 'name="password"' not in page
    assert (answer.status_code, User.objects.count()) == (409, 2)


def test_a_program_closes_the_account_with_the_password(api, person):
    assert refused(api.delete("/api/auth/me"))[::2] == (400, "password")
    assert refused(api.delete("/api/auth/me", {"password": "wrong"}))[::2] == (400, "password")
    assert User.objects.get() == person

    assert api.delete("/api/auth/me", {"password": PASSWORD}).status_code == 204
    assert not User.objects.exists()


def test_a_browser_without_the_token_of_its_form_closes_nothing(person):
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(person)

    assert browser.delete("/api/auth/me", {"password": PASSWORD}).status_code == 403
    assert User.objects.get() == person
