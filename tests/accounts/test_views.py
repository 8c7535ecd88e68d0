import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import credits, tokens
from accounts.models import User
from accounts.reset_links import reset_tokens
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

PAGES = ["/account", "/account/password", "/account/credits"]


def said(answer) -> list[str]:
    """What the next page will tell the person."""
    return [str(message) for message in get_messages(answer.wsgi_request)]


def is_signed_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_an_account_page_is_for_the_signed_in(client, page):
    answer = client.get(page)

    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in?next={page}")


@pytest.mark.parametrize("page", PAGES)
def test_an_account_page_is_shown(web, page):
    assert web.get(page).status_code == 200


# Sign in and out


@pytest.mark.parametrize("change", [str, str.upper])
def test_signing_in_leads_home(client, person, change):
    answer = client.post("/sign-in", {"username": change(person.email), "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("wished", "led_to"),
    [("/account/credits", "/account/credits"), ("https://evil.example", "/"), ("//evil.example", "/"), ("", "/")],
)
def test_signing_in_leads_back_within_the_product_only(client, person, wished, led_to):
    answer = client.post(f"/sign-in?next={wished}", {"username": person.email, "password": PASSWORD})

    assert answer["Location"] == led_to


def test_signing_in_changes_the_session(client, person):
    client.get("/sign-in")
    client.session["seen"] = True
    client.session.save()
    before = client.session.session_key

    client.post("/sign-in", {"username": person.email, "password": PASSWORD})

    assert client.session.session_key != before


def test_signing_in_refuses_alike_whatever_is_wrong(client, person, stranger):
    User.objects.filter(pk=stranger.pk).update(is_active=False)
    attempts = [(person.email, "wrong"), ("nobody@example.org", PASSWORD), (stranger.email, PASSWORD)]

    answers = [client.post("/sign-in", {"username": email, "password": password}) for email, password in attempts]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    words = "This email address and password do not belong together."
    assert [answer.context["form"].errors for answer in answers] == [{"__all__": [words]}] * 3
    assert not is_signed_in(client)


def test_the_signed_in_need_not_sign_in(web):
    for page in ("/sign-in", "/sign-up"):
        assert web.get(page)["Location"] == "/"


def test_signing_out_ends_the_session(web):
    answer = web.post("/sign-out")

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in")
    assert not is_signed_in(web)


def test_a_link_signs_nobody_out(web):
    assert web.get("/sign-out").status_code == 405
    assert is_signed_in(web)


@pytest.mark.parametrize("page", ["/sign-in", "/sign-up", "/sign-out", "/account", "/account/password"])
def test_a_form_from_elsewhere_is_refused(person, page):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)

    assert browser.post(page, {"username": person.email, "password": PASSWORD}).status_code == 403


# Profile


def test_the_profile_is_saved(web, person):
    answer = web.post("/account", {"full_name": "Ada Lovelace", "username": "countess"})

    person.refresh_from_db()
    assert (answer.status_code, answer["Location"], said(answer)) == (302, "/account", ["Your profile is saved."])
    assert (person.full_name, person.username) == ("Ada Lovelace", "countess")


@pytest.mark.parametrize("username", ["", "a b", "x" * 151])
def test_the_profile_refuses_what_is_no_username(web, person, username):
    answer = web.post("/account", {"full_name": "Ada", "username": username})

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["username"])
    assert User.objects.get(pk=person.pk).username == person.username


@pytest.mark.parametrize("change", [str, str.upper])
def test_the_profile_refuses_a_taken_username_and_shows_the_old_one_around(web, person, stranger, change):
    answer = web.post("/account", {"full_name": "Ada", "username": change(stranger.username)})

    assert answer.context["form"].errors == {"username": ["This username is taken. Choose another."]}
    assert answer.context["shell"]["user"].username == person.username


@pytest.mark.parametrize(
    ("changes", "attr"), [({"username": "bob@example.org"}, "username"), ({"full_name": "\u202eada"}, "full_name")]
)
def test_the_profile_refuses_names_that_pretend_beside_their_field(web, person, changes, attr):
    answer = web.post("/account", {"full_name": "Ada", "username": "ada"} | changes)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [attr])
    assert answer.context["shell"]["user"].username == person.username


def test_the_profile_takes_no_rights(web, person):
    web.post("/account", {"full_name": "Ada", "username": "ada", "is_staff": "on", "email": "new@example.org"})

    changed = User.objects.get(pk=person.pk)
    assert (changed.is_staff, changed.email) == (False, person.email)


def test_a_hostile_name_is_shown_as_text(web, person):
    User.objects.filter(pk=person.pk).update(full_name="<script>alert(1)</script>")

    assert "<script>alert(1)" not in web.get("/account").content.decode()


# Password


def change_password(client: Client, current=PASSWORD, new="a better horse"):
    return client.post("/account/password", {"current_password": current, "new_password": new})


def test_a_changed_password_signs_out_other_devices_only(web, person):
    other = Client()
    other.force_login(person)
    refresh = tokens.issue(person)["refresh"]

    answer = change_password(web)

    assert (answer.status_code, answer["Location"]) == (302, "/account")
    assert said(answer) == ["Your password is changed. Other devices have been signed out."]
    assert (is_signed_in(web), is_signed_in(other)) == (True, False)
    assert User.objects.get(pk=person.pk).check_password("a better horse")
    with pytest.raises(tokens.InvalidToken):
        tokens.rotate(refresh)


@pytest.mark.parametrize(
    ("current", "new", "attr"),
    [
        ("wrong", "a better horse", "current_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "x" * 129, "new_password"),
        (PASSWORD, "", "new_password"),
    ],
)
def test_a_refused_password_is_told_beside_its_field(web, person, current, new, attr):
    answer = change_password(web, current, new)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [attr])
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)
    assert current not in answer.content.decode()


# A forgotten password


@pytest.fixture
def link(person) -> str:
    return f"/password-reset/{person.pk}/{reset_tokens.make_token(person)}"


def test_the_sign_in_page_leads_to_the_reset(client):
    assert 'href="/password-reset"' in client.get("/sign-in").content.decode()


@pytest.mark.parametrize("known", [True, False])
def test_asking_for_a_link_answers_alike_and_mails_whom_it_should(
    client, person, mailoutbox, django_capture_on_commit_callbacks, known
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/password-reset", {"email": person.email if known else "nobody@example.org"})

    assert (answer.status_code, answer["Location"]) == (302, "/password-reset?sent")
    assert "Check your mail" in client.get(answer["Location"]).content.decode()
    assert [mail.to for mail in mailoutbox] == ([[person.email]] if known else [])


def test_asking_with_no_address_says_so_beside_the_field(client):
    assert list(client.post("/password-reset", {"email": "ada"}).context["form"].errors) == ["email"]


def test_the_link_sets_a_password_once_and_ends_the_sessions(client, web, person, link):
    other = Client()
    other.force_login(person)

    answer = client.post(link, {"new_password": "a better horse"})

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in")
    assert said(answer) == ["Your password is changed. Sign in with the new one."]
    assert User.objects.get(pk=person.pk).check_password("a better horse")
    assert not is_signed_in(other)
    assert not client.post(link, {"new_password": "a third horse"}).context["is_live"]
    assert User.objects.get(pk=person.pk).check_password("a better horse")


@pytest.mark.parametrize("new", ["", "short", "password", "73920184", "x" * 129])
def test_a_refused_new_password_is_told_beside_its_field_and_the_link_lives_on(client, person, link, new):
    answer = client.post(link, {"new_password": new})

    assert (list(answer.context["form"].errors), answer.context["is_live"]) == (["new_password"], True)
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)


def test_a_dead_link_shows_no_form_but_the_way_to_a_new_one(client, link):
    page = client.get(link + "0").content.decode()

    assert ('name="new_password"' in page, 'href="/password-reset"' in page) == (False, True)


def test_the_page_of_a_link_is_kept_nowhere_and_named_to_no_other_host(client, link):
    answer = client.get(link)

    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"


# Credits


def test_the_credits_page_shows_balance_prices_and_ledger(web, person):
    factories.give(person, 100)

    answer = web.get("/account/credits")

    assert answer.context["balance"] == 115
    assert [(cost["label"], cost["credits"]) for cost in answer.context["costs"]] == [
        ("A training", 1),
        ("A prediction call", 5),
    ]
    assert [entry.amount for entry in answer.context["page_obj"]] == [100, 15]


def test_the_credits_page_shows_nobody_elses(web, stranger):
    factories.give(stranger, 777)

    assert "777" not in web.get("/account/credits").content.decode()


def test_there_is_no_credits_page_while_credits_are_switched_off(web, settings):
    chip = 'class="credits-chip"'
    assert chip in web.get("/account/credits").content.decode()
    settings.CREDITS_ENABLED = False

    assert web.get("/account/credits").status_code == 404
    assert chip not in web.get("/account").content.decode()


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ("?q=second", [200]),
        ("?q=nothing-like-it", []),
        ("?sort=amount", [15, 100, 200]),
        ("?sort=-amount", [200, 100, 15]),
        ("?sort=wallet__user__password", [200, 100, 15]),
        ("?page=9", [200, 100, 15]),
    ],
)
def test_the_ledger_of_the_page_is_searched_and_sorted(web, person, query, amounts):
    credits.grant(person, 100, key="first", reference="The first gift")
    credits.grant(person, 200, key="second", reference="The second gift")

    answer = web.get(f"/account/credits{query}")

    assert [entry.amount for entry in answer.context["page_obj"]] == amounts


def test_the_credits_page_costs_the_same_queries_with_one_row_and_three(web, person):
    web.get("/account/credits")
    with CaptureQueriesContext(connection) as with_one:
        web.get("/account/credits")
    factories.give(person, 1)
    factories.give(person, 1)
    with CaptureQueriesContext(connection) as with_three:
        assert len(web.get("/account/credits").context["page_obj"]) == 3

    assert len(with_three) == len(with_one)
