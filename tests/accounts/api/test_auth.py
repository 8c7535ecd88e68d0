import hmac
from base64 import urlsafe_b64encode
from functools import partial

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import User
from tests import factories
from tests.factories import PASSWORD, at_once, refused

pytestmark = pytest.mark.django_db

USER_FIELDS = {"id", "email", "username", "full_name", "mail_when_done", "is_staff", "credits", "created_at"}
DEAD = (401, "token_not_valid", None)


@pytest.fixture
def nobody() -> APIClient:
    return APIClient()


def bearing(access: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client


def sign_in(person) -> dict:
    return APIClient().post("/api/auth/login", {"email": person.email, "password": PASSWORD}).json()


def trade(refresh: str):
    return APIClient().post("/api/auth/refresh", {"refresh": refresh})


# Register


def wish(**changes):
    return {"email": "Ada@Example.org", "username": "ada", "password": PASSWORD} | changes


def test_register_answers_with_the_person_and_tokens(nobody):
    answer = nobody.post("/api/auth/register", wish(full_name="Ada Lovelace"))

    person = User.objects.get()
    body = answer.json()
    assert (answer.status_code, set(body)) == (201, {"user", "access", "refresh"})
    assert body["user"] == {
        "id": str(person.pk),
        "email": "ada@example.org",
        "username": "ada",
        "full_name": "Ada Lovelace",
        "mail_when_done": False,
        "is_staff": False,
        "credits": 15,
        "created_at": person.date_joined.isoformat().replace("+00:00", "Z"),
    }
    assert bearing(body["access"]).get("/api/auth/me").json() == body["user"]
    assert trade(body["refresh"]).status_code == 200


@pytest.mark.parametrize(
    ("changes", "attr"),
    [
        ({"email": "not an address"}, "email"),
        ({"email": f"{'a' * 250}@example.org"}, "email"),
        ({"email": ""}, "email"),
        ({"email": None}, "email"),
        ({"username": ""}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "a" * 151}, "username"),
        ({"username": "a\0b"}, "username"),
        ({"username": ["ada"]}, "username"),
        ({"password": ""}, "password"),
        ({"password": "short"}, "password"),
        ({"password": "password"}, "password"),
        ({"password": "12345678"}, "password"),
        ({"password": "ada@example.org"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"password": "x" * 1_000_000}, "password"),
        ({"full_name": "x" * 151}, "full_name"),
    ],
)
def test_register_refuses_and_names_the_field(nobody, changes, attr):
    answer = nobody.post("/api/auth/register", wish(**changes))

    assert (refused(answer)[0], refused(answer)[2]) == (400, attr)
    assert answer.json()["type"] == "validation_error"
    assert User.objects.count() == 0


def test_a_password_of_ten_megabytes_is_refused(nobody):
    answer = nobody.post("/api/auth/register", wish(password="x" * 10_000_000))

    assert (refused(answer)[0], refused(answer)[2]) == (400, "password")


@pytest.mark.parametrize("missing", ["email", "username", "password"])
def test_register_names_what_is_missing(nobody, missing):
    body = {name: value for name, value in wish().items() if name != missing}

    assert refused(nobody.post("/api/auth/register", body)) == (400, "required", missing)


@pytest.mark.parametrize(
    ("changes", "attr"),
    [
        ({"email": "ADA@EXAMPLE.ORG", "username": "other"}, "email"),
        ({"email": "other@example.org"}, "username"),
        ({"email": "other@example.org", "username": "ADA"}, "username"),
    ],
)
def test_register_refuses_what_is_taken(nobody, changes, attr):
    nobody.post("/api/auth/register", wish())

    answer = nobody.post("/api/auth/register", wish(**changes))

    assert refused(answer) == (400, "unique", attr)
    assert User.objects.count() == 1


def test_register_takes_no_rights_and_no_credits(nobody):
    gifts = {
        "is_staff": True,
        "is_superuser": True,
        "is_active": False,
        "credits": 1000,
        "balance": 1000,
        "wallet": {"balance": 1000},
        "id": "550e8400-e29b-41d4-a716-446655440000",
        "role": "admin",
        "created_at": "2001-01-01T00:00:00Z",
    }

    answer = nobody.post("/api/auth/register", wish(**gifts))

    person = User.objects.get()
    assert answer.status_code == 201
    assert (person.is_staff, person.is_superuser, person.is_active, person.wallet.balance) == (False, False, True, 15)
    assert (str(person.pk) != gifts["id"], person.date_joined.year > 2001) == (True, True)


def test_register_needs_no_cookie_or_token_and_ignores_a_dead_one():
    assert bearing("dead").post("/api/auth/register", wish()).status_code == 201


# Sign in


def test_login_answers_with_tokens_and_the_person(nobody, person):
    answer = nobody.post("/api/auth/login", {"email": person.email, "password": PASSWORD})

    body = answer.json()
    assert (answer.status_code, set(body), set(body["user"])) == (200, {"access", "refresh", "user"}, USER_FIELDS)
    assert bearing(body["access"]).get("/api/auth/me").json() == body["user"]


def test_login_takes_the_email_in_any_case(nobody, person):
    answer = nobody.post("/api/auth/login", {"email": f" {person.email.upper()} ", "password": PASSWORD})

    assert answer.status_code == 200


@pytest.mark.parametrize("lookalike", ["ad\u0131@example.org", "ad\u0130@example.org"])
def test_login_is_no_matter_of_somebody_elses_lookalike_address(nobody, lookalike):
    for number, email in enumerate(["adi@example.org", lookalike]):
        nobody.post("/api/auth/register", wish(email=email, username=f"ada{number}"))

    answer = nobody.post("/api/auth/login", {"email": "ADI@example.org", "password": PASSWORD})

    assert (answer.status_code, answer.json()["user"]["email"]) == (200, "adi@example.org")


@pytest.mark.parametrize("password", ["wrong", f" {PASSWORD}", PASSWORD.upper(), "x" * 1_000])
def test_login_refuses_a_wrong_password(nobody, person, password):
    answer = nobody.post("/api/auth/login", {"email": person.email, "password": password})

    assert refused(answer) == (401, "authentication_failed", None)
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


def test_login_says_the_same_of_a_wrong_password_an_unknown_and_an_inactive_person(nobody, person, stranger):
    User.objects.filter(pk=stranger.pk).update(is_active=False)
    attempts = [(person.email, "wrong"), ("nobody@example.org", "wrong"), (stranger.email, PASSWORD)]

    answers = [nobody.post("/api/auth/login", {"email": email, "password": password}) for email, password in attempts]

    assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}


@pytest.mark.parametrize(
    ("body", "attr"),
    [({"password": "x"}, "email"), ({"email": "a@b.c"}, "password"), ({"email": "a@b.c", "password": ""}, "password")],
)
def test_login_names_what_is_missing(nobody, body, attr):
    answer = nobody.post("/api/auth/login", body)

    assert (refused(answer)[0], refused(answer)[2]) == (400, attr)


def test_login_refuses_a_password_too_long_to_be_one(nobody, person):
    answer = nobody.post("/api/auth/login", {"email": person.email, "password": "x" * 1_001})

    assert refused(answer) == (400, "max_length", "password")


# Refresh and sign out


def test_refresh_rotates_and_the_old_token_is_dead(person):
    old = sign_in(person)

    answer = trade(old["refresh"])

    new = answer.json()
    assert (answer.status_code, set(new)) == (200, {"access", "refresh"})
    assert new["refresh"] != old["refresh"]
    assert bearing(new["access"]).get("/api/auth/me").status_code == 200
    assert trade(new["refresh"]).status_code == 200
    assert refused(trade(old["refresh"])) == DEAD


def test_a_refresh_token_sent_again_ends_its_sign_in_and_no_other(person):
    stolen, elsewhere = sign_in(person), sign_in(person)
    kept = trade(stolen["refresh"]).json()

    assert refused(trade(stolen["refresh"])) == DEAD

    assert refused(trade(kept["refresh"])) == DEAD
    for access in (stolen["access"], kept["access"]):
        assert refused(bearing(access).get("/api/auth/me")) == DEAD
    assert bearing(elsewhere["access"]).get("/api/auth/me").status_code == 200
    assert trade(elsewhere["refresh"]).status_code == 200


def test_tokens_last_half_an_hour_and_a_week(person):
    pair = sign_in(person)

    access, refresh = AccessToken(pair["access"]), RefreshToken(pair["refresh"])
    assert (access["exp"] - access["iat"], refresh["exp"] - refresh["iat"]) == (30 * 60, 7 * 24 * 3600)


@pytest.mark.django_db(transaction=True)
def test_refresh_at_once_by_many_works_once_and_ends_the_sign_in(person):
    refresh = sign_in(person)["refresh"]

    answers = at_once(*[partial(trade, refresh)] * 20)

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19
    (traded,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert refused(trade(traded["refresh"])) == DEAD
    assert refused(bearing(traded["access"]).get("/api/auth/me")) == DEAD


@pytest.mark.parametrize("raw", ["", "nonsense", "a.b.c", "x" * 10_000])
def test_refresh_refuses_what_is_no_token(raw):
    assert trade(raw).status_code == (401 if raw else 400)


def test_refresh_refuses_an_access_token(person):
    assert refused(trade(sign_in(person)["access"])) == DEAD


@pytest.mark.parametrize("body", [{}, {"refresh": None}, {"refresh": []}, []])
def test_refresh_names_what_is_missing(nobody, body):
    assert refused(nobody.post("/api/auth/refresh", body))[0] == 400


def test_logout_kills_the_refresh_token(nobody, person):
    pair = sign_in(person)

    answer = nobody.post("/api/auth/logout", {"refresh": pair["refresh"]})

    assert (answer.status_code, answer.content) == (204, b"")
    assert refused(trade(pair["refresh"])) == DEAD
    assert refused(nobody.post("/api/auth/logout", {"refresh": pair["refresh"]})) == DEAD


def test_logout_kills_the_access_tokens_too(nobody, person):
    pair = sign_in(person)
    later = trade(pair["refresh"]).json()

    nobody.post("/api/auth/logout", {"refresh": later["refresh"]})

    for access in (pair["access"], later["access"]):
        assert refused(bearing(access).get("/api/auth/me")) == DEAD


def test_login_notes_when(person):
    before = timezone.now()

    sign_in(person)

    assert User.objects.get(pk=person.pk).last_login >= before


def test_logout_leaves_another_device_alone(nobody, person):
    here, there = sign_in(person), sign_in(person)

    nobody.post("/api/auth/logout", {"refresh": here["refresh"]})

    assert trade(there["refresh"]).status_code == 200


# Dead tokens


def test_a_token_of_an_inactive_person_is_dead(person):
    pair = sign_in(person)
    User.objects.filter(pk=person.pk).update(is_active=False)

    assert bearing(pair["access"]).get("/api/auth/me").status_code == 401
    assert refused(trade(pair["refresh"])) == DEAD


def test_a_token_of_a_deleted_person_is_dead(person):
    pair = sign_in(person)
    person.delete()

    assert bearing(pair["access"]).get("/api/auth/me").status_code == 401
    assert refused(trade(pair["refresh"])) == DEAD


def forged(person, *, algorithm="HS256", key=None, **changes) -> str:
    import jwt  # noqa: PLC0415 -- only here

    token = AccessToken(sign_in(person)["access"])
    key = settings.JWT_SIGNING_KEY if key is None else key
    return jwt.encode({**token.payload, **changes}, key, algorithm)


def test_a_well_made_token_is_let_in(person):
    assert bearing(forged(person)).get("/api/auth/me").status_code == 200


@pytest.mark.filterwarnings("ignore:.*HMAC key")
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"algorithm": "none", "key": ""}, id="unsigned"),
        pytest.param({"key": "another key of at least thirty-two bytes"}, id="another key"),
        pytest.param({"key": settings.SECRET_KEY}, id="the other secret"),
        pytest.param({"exp": 1}, id="expired"),
        pytest.param({"token_type": "refresh"}, id="another type"),
        pytest.param({"user_id": "550e8400-e29b-41d4-a716-446655440000"}, id="another person"),
        pytest.param({"sid": "550e8400-e29b-41d4-a716-446655440000"}, id="another sign-in"),
        pytest.param({"sid": None}, id="no sign-in"),
        pytest.param({"hash_password": "00"}, id="another password"),
    ],
)
def test_a_forged_token_is_refused(person, changes):
    answer = bearing(forged(person, **changes)).get("/api/auth/me")

    assert refused(answer)[0] == 401
    assert (answer.json()["type"], len(answer.json()["errors"])) == ("client_error", 1)


def test_a_token_signed_with_nothing_is_refused(person):
    body = sign_in(person)["access"].rpartition(".")[0]
    signature = urlsafe_b64encode(hmac.digest(b"", body.encode(), "sha256")).rstrip(b"=").decode()

    assert refused(bearing(f"{body}.{signature}").get("/api/auth/me")) == DEAD


@pytest.mark.parametrize("changes", [{"algorithm": "none", "key": ""}, {"exp": 1}, {"sid": None}])
def test_a_forged_token_is_not_traded_and_ends_nothing(person, changes):
    real = sign_in(person)

    assert refused(trade(forged(person, token_type="refresh", **changes))) == DEAD
    assert trade(real["refresh"]).status_code == 200


def test_a_refresh_token_opens_nothing(person):
    assert refused(bearing(sign_in(person)["refresh"]).get("/api/auth/me")) == DEAD


def test_a_token_is_checked_in_one_query(person):
    client = bearing(sign_in(person)["access"])
    client.get("/api/credits")

    with CaptureQueriesContext(connection) as queries:
        client.get("/api/credits")

    assert len([query for query in queries if "accounts_user" in query["sql"]]) == 1


# The account


def test_me_shows_the_caller(api, person):
    answer = api.get("/api/auth/me")

    assert (answer.status_code, set(answer.json())) == (200, USER_FIELDS)
    assert answer.json()["email"] == person.email


def test_me_changes_names(api, person):
    answer = api.patch("/api/auth/me", {"full_name": " Ada Lovelace ", "username": "countess"})

    assert (answer.status_code, answer.json()["full_name"], answer.json()["username"]) == (
        200,
        "Ada Lovelace",
        "countess",
    )
    person.refresh_from_db()
    assert (person.full_name, person.username) == ("Ada Lovelace", "countess")


def test_me_of_no_changes_changes_nothing(api, person):
    before = api.get("/api/auth/me").json()

    assert api.patch("/api/auth/me", {}).json() == before


@pytest.mark.parametrize(
    ("changes", "attr"),
    [
        ({"username": ""}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "x" * 151}, "username"),
        ({"full_name": "x" * 151}, "full_name"),
    ],
)
def test_me_refuses_and_names_the_field(api, person, changes, attr):
    before = person.username

    answer = api.patch("/api/auth/me", changes)

    assert (refused(answer)[0], refused(answer)[2]) == (400, attr)
    assert User.objects.get(pk=person.pk).username == before


@pytest.mark.parametrize("change", [str, str.upper])
def test_me_refuses_a_taken_username(api, stranger, change):
    answer = api.patch("/api/auth/me", {"username": change(stranger.username)})

    assert refused(answer) == (400, "unique", "username")


def test_me_takes_no_rights_no_credits_and_no_other_email(api, person):
    gifts = {"email": "new@example.org", "is_staff": True, "is_superuser": True, "credits": 1000, "password": "x"}

    answer = api.patch("/api/auth/me", gifts | {"full_name": "Ada"})

    changed = User.objects.get(pk=person.pk)
    assert answer.status_code == 200
    assert (changed.email, changed.is_staff, changed.is_superuser) == (person.email, False, False)
    assert (changed.wallet.balance, changed.password) == (15, person.password)


def test_password_change_ends_every_token(person):
    here, there = sign_in(person), sign_in(person)
    change = {"current_password": PASSWORD, "new_password": "a better horse"}

    answer = bearing(here["access"]).post("/api/auth/password", change)

    assert (answer.status_code, answer.content) == (204, b"")
    for pair in (here, there):
        assert refused(trade(pair["refresh"])) == DEAD
        assert bearing(pair["access"]).get("/api/auth/me").status_code == 401
    assert APIClient().post("/api/auth/login", {"email": person.email, "password": PASSWORD}).status_code == 401
    new = {"email": person.email, "password": "a better horse"}
    assert APIClient().post("/api/auth/login", new).status_code == 200


def test_password_change_leaves_others_alone(api, stranger):
    pair = sign_in(stranger)

    api.post("/api/auth/password", {"current_password": PASSWORD, "new_password": "a better horse"})

    assert trade(pair["refresh"]).status_code == 200


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"current_password": "wrong", "new_password": "a better horse"}, "current_password"),
        ({"current_password": PASSWORD, "new_password": "short"}, "new_password"),
        ({"current_password": PASSWORD, "new_password": "password"}, "new_password"),
        ({"current_password": PASSWORD, "new_password": "x" * 200}, "new_password"),
        ({"current_password": PASSWORD}, "new_password"),
        ({"new_password": "a better horse"}, "current_password"),
    ],
)
def test_password_change_refuses_and_names_the_field(api, person, body, attr):
    answer = api.post("/api/auth/password", body)

    assert (refused(answer)[0], refused(answer)[2]) == (400, attr)
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)


# Doors


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/auth/me"),
        ("patch", "/api/auth/me"),
        ("post", "/api/auth/password"),
        ("get", "/api/credits"),
        ("get", "/api/credits/ledger"),
    ],
)
def test_the_account_needs_credentials(nobody, method, path):
    answer = getattr(nobody, method)(path)

    assert refused(answer) == (401, "not_authenticated", None)
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_browser_session_reaches_the_api_with_its_csrf_token(person):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    browser.get("/account")
    token = browser.cookies["csrftoken"].value
    change = {"data": {"full_name": "Ada"}, "content_type": "application/json"}

    refused_answer = browser.patch("/api/auth/me", **change)
    answer = browser.patch("/api/auth/me", **change, headers={"X-CSRFToken": token})

    assert browser.get("/api/auth/me").status_code == 200
    assert refused(refused_answer) == (403, "permission_denied", None)
    assert (answer.status_code, answer.json()["full_name"]) == (200, "Ada")


def test_credentials_in_the_address_open_nothing(nobody, person):
    access = sign_in(person)["access"]

    assert nobody.get(f"/api/auth/me?token={access}&access={access}").status_code == 401


def test_nobodys_answer_shows_a_hash(api, person):
    factories.give(person, 1)

    for path in ("/api/auth/me", "/api/credits", "/api/credits/ledger"):
        assert "password" not in api.get(path).content.decode()


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_of_a_token_is_written_in_any_case(nobody, person, scheme):
    access = sign_in(person)["access"]

    assert nobody.get("/api/auth/me", HTTP_AUTHORIZATION=f"{scheme} {access}").status_code == 200
    assert nobody.get("/api/auth/me", HTTP_AUTHORIZATION=f"{scheme}s {access}").status_code == 401
