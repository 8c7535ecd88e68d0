import re

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import keys
from accounts.models import ApiKey, RememberedAnswer
from core.actor import Actor
from tests import factories
from tests.factories import a_key

pytestmark = pytest.mark.django_db

PAGE = "/account/keys"


def make(client: Client, **wish):
    return client.post(PAGE, {"name": "CI", "scopes": ["read"], "lifetime": ""} | wish)


def raw_in(answer) -> str:
    return re.search(r"mlp_\w{8}_[\w-]{43}", answer.content.decode())[0]


def test_a_new_key_is_shown_once_with_a_call_that_works(web, person):
    made = make(web)

    raw = raw_in(made)
    assert keys.authenticate(raw).user == person
    assert made.context["made"]["curl"] == f"curl http://testserver/api/projects \\\n  -H 'X-API-Key: {raw}'"
    assert "no-store" in made["Cache-Control"]
    assert raw not in web.get(PAGE).content.decode()


def test_a_form_sent_twice_makes_one_key_and_says_so(web):
    showing = web.get(PAGE).context["showing"]
    raw = raw_in(make(web, showing=showing))

    again = make(web, showing=showing)

    assert (again["Location"], ApiKey.objects.count()) == (PAGE, 1)
    (told,) = get_messages(again.wsgi_request)
    assert "one key made" in str(told)
    assert keys.authenticate(raw) == ApiKey.objects.get()


def test_nothing_that_is_kept_of_the_form_opens_a_door(web):
    raw = raw_in(make(web, showing="a"))

    assert ApiKey.objects.get().digest not in RememberedAnswer.objects.get().body
    assert raw not in RememberedAnswer.objects.get().body


def test_a_form_filled_in_anew_makes_another_key(web):
    made = make(web, showing="a")

    make(web, showing=made.context["showing"])

    assert ApiKey.objects.count() == 2


@pytest.mark.parametrize(
    ("scope", "call"), [("read", "/api/projects"), ("predict", "/predict"), ("write", "/api/workspaces")]
)
def test_the_call_is_one_that_the_key_may_make(web, scope, call):
    assert call in make(web, scopes=[scope]).context["made"]["curl"].splitlines()[0]


def test_a_key_is_made_as_it_was_chosen(web, person):
    make(web, scopes=["predict", "write"], lifetime="90")

    key = ApiKey.objects.get()
    assert (key.user, key.name, key.scopes) == (person, "CI", ["predict", "write"])
    assert (key.expires_at - timezone.now()).days == 89


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["admin"]}, "scopes"),
        ({"lifetime": "1000000"}, "lifetime"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused_beside_its_field(web, wish, field):
    answer = make(web, **wish)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])
    assert not ApiKey.objects.exists()


def test_the_list_tells_what_each_key_may_and_whether_it_still_does(web, person, actor):
    past, ended = a_key(person)[0], a_key(person)[0]
    ApiKey.objects.filter(pk=past.pk).update(expires_at=timezone.now())
    keys.revoke(actor=actor, key=ended)
    a_key(person)

    rows = list(web.get(PAGE).context["page_obj"])

    assert [row["state"] for row in rows] == ["Active", "Revoked", "Expired"]
    assert rows[0]["scopes"] == ["read", "predict", "write"]


def test_the_list_shows_nobody_elses_keys(web, stranger):
    key, _ = a_key(stranger)

    assert key.prefix not in web.get(PAGE).content.decode()
    for method in (web.get, web.post):
        assert method(f"{PAGE}/{key.pk}", {"name": "Mine"}).status_code == 404
        assert method(f"{PAGE}/{key.pk}/revoke").status_code == 404
    assert ApiKey.objects.get().is_active


def test_the_empty_list_says_what_will_stand_there(web):
    assert "No API keys yet" in web.get(PAGE).content.decode()
    assert "Nothing matches" in web.get(f"{PAGE}?q=none").content.decode()


def test_a_key_is_renamed(web, person):
    key, _ = a_key(person)
    assert web.get(f"{PAGE}/{key.pk}").context["form"].initial == {"name": "CI"}

    answer = web.post(f"{PAGE}/{key.pk}", {"name": "Laptop"})

    assert (answer.status_code, answer["Location"], ApiKey.objects.get().name) == (302, PAGE, "Laptop")
    assert list(web.post(f"{PAGE}/{key.pk}", {"name": " "}).context["form"].errors) == ["name"]


def test_a_key_is_revoked_after_a_question(web, person):
    key, raw = a_key(person)
    asked = web.get(f"{PAGE}/{key.pk}/revoke")
    assert (asked.context["title"], keys.authenticate(raw)) == ("Revoke “CI”?", key)

    answer = web.post(f"{PAGE}/{key.pk}/revoke")

    assert (answer["Location"], keys.authenticate(raw)) == (PAGE, None)
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["“CI” is revoked."]
    assert f"{PAGE}/{key.pk}/revoke" not in web.get(PAGE).content.decode()


def test_a_hostile_name_is_shown_as_text(web, person):
    keys.create(actor=Actor(person), name="<script>alert(1)</script>")

    for page in (PAGE, f"{PAGE}/{ApiKey.objects.get().pk}", f"{PAGE}/{ApiKey.objects.get().pk}/revoke"):
        assert "<script>alert(1)" not in web.get(page).content.decode()


@pytest.mark.parametrize("page", ["", "/revoke"])
def test_a_form_from_elsewhere_is_refused(person, page):
    key, _ = a_key(person)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)

    assert browser.post(f"{PAGE}/{key.pk}{page}", {"name": "New"}).status_code == 403
    assert browser.post(PAGE, {"name": "New", "scopes": ["read"]}).status_code == 403


def test_the_page_costs_the_same_queries_with_one_row_and_three(web, person):
    a_key(person)
    web.get(PAGE)
    with CaptureQueriesContext(connection) as with_one:
        web.get(PAGE)
    a_key(person), a_key(person)
    with CaptureQueriesContext(connection) as with_three:
        assert len(web.get(PAGE).context["page_obj"]) == 3

    assert len(with_three) == len(with_one)


def test_a_full_page_of_keys_is_light(web, person):
    for _ in range(26):
        factories.a_key(person)

    assert len(web.get(PAGE).content) < 60_000
