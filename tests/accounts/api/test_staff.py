"""The staff API: each call as anonymous, a person, staff without and with the right, a superuser, and an API key."""

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from accounts import keys, tokens
from accounts.credits import balance_of
from accounts.models import User
from core.models import OutboxEvent
from tests import factories
from tests.factories import refused

pytestmark = pytest.mark.django_db

EVERY_RIGHT = ["view_user", "change_user", "delete_user", "add_ledgerentry", "view_pulse"]


def a_staff_member(*rights: str) -> User:
    stan = factories.a_person("stan")
    User.objects.filter(pk=stan.pk).update(is_staff=True)
    stan.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return User.objects.get(pk=stan.pk)


def a_superuser() -> User:
    root = factories.a_person("root")
    User.objects.filter(pk=root.pk).update(is_staff=True, is_superuser=True)
    return User.objects.get(pk=root.pk)


def client_of(person: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


@pytest.fixture
def staff(db):
    return client_of(a_staff_member(*EVERY_RIGHT))


CALLS = {
    "list": ("view_user", "get", "admin/users", {}, 200),
    "see": ("view_user", "get", "admin/users/{id}", {}, 200),
    "change": ("change_user", "patch", "admin/users/{id}", {"is_active": False}, 200),
    "grant": ("add_ledgerentry", "post", "admin/users/{id}/credits", {"amount": 5, "reason": "A gift"}, 201),
    "reset": ("change_user", "post", "admin/users/{id}/reset-password", {}, 202),
    "delete": ("delete_user", "delete", "admin/users/{id}", {}, 204),
    "system": ("view_pulse", "get", "admin/system", {}, 200),
}


@pytest.mark.parametrize("name", CALLS)
def test_each_call_needs_its_own_right(name, person, stranger):
    right, method, path, body, done = CALLS[name]
    key = APIClient()
    key.credentials(HTTP_X_API_KEY=factories.a_key(a_superuser())[1])
    askers = {
        "anonymous": APIClient(),
        "person": client_of(stranger),
        "staff without": client_of(a_staff_member(*[each for each in EVERY_RIGHT if each != right])),
        "key": key,
    }

    address = f"/api/{path.format(id=person.pk)}"
    codes = {who: refused(getattr(client, method)(address, body))[:2] for who, client in askers.items()}
    allowed = getattr(client_of(a_staff_member(right)), method)(address, body).status_code

    assert codes == {
        "anonymous": (401, "not_authenticated"),
        "person": (403, "permission_denied"),
        "staff without": (403, "permission_denied"),
        "key": (403, "key_not_allowed"),
    }
    assert allowed == done


def test_a_superuser_has_every_right(person):
    root = client_of(a_superuser())

    in_order = [CALLS[name] for name in ("list", "see", "grant", "reset", "change", "delete", "system")]
    answers = [
        getattr(root, method)(f"/api/{path.format(id=person.pk)}", body) for _, method, path, body, _ in in_order
    ]

    assert [answer.status_code for answer in answers] == [done for *_, done in in_order]


def test_who_may_not_learns_nothing_of_who_is_there(stranger_api):
    nobody = "00000000-0000-4000-8000-000000000000"

    assert refused(stranger_api.get(f"/api/admin/users/{nobody}"))[:2] == (403, "permission_denied")
    assert client_of(a_superuser()).get(f"/api/admin/users/{nobody}").status_code == 404


def test_people_are_listed_with_their_credits(staff, person):
    factories.give(person, 100)

    answer = staff.get("/api/admin/users", {"min_credits": 115}).json()

    assert answer["count"] == 1
    found = answer["results"][0]
    assert (found["id"], found["email"], found["credits"]) == (str(person.pk), person.email, 115)
    assert set(found) == {
        "id", "email", "username", "full_name", "is_active", "is_staff", "credits", "created_at", "last_login"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"search": "ada"}, ["ada"]),
        ({"ordering": "-credits", "search": "example.org"}, ["ada", "stan"]),
        ({"ordering": "credits"}, ["stan", "ada"]),
        ({"ordering": "created_at"}, ["ada", "stan"]),
        ({"is_staff": "true"}, ["stan"]),
        ({"min_credits": "999999999999999999999999"}, []),
        ({"ordering": "password"}, ["stan", "ada"]),
    ],
)
def test_people_are_searched_ordered_and_filtered(person, staff, query, found):
    User.objects.filter(pk=person.pk).update(date_joined="2020-01-01T00:00Z")
    factories.give(person, 1)

    answer = staff.get("/api/admin/users", query)

    names = ["ada" if each["email"] == person.email else "stan" for each in answer.json()["results"]]
    assert (answer.status_code, names) == (200, found)


@pytest.mark.parametrize("name", ["is_active", "is_staff", "min_credits"])
def test_an_unknown_value_of_a_filter_is_refused_by_the_name_of_its_field(staff, name):
    answer = staff.get("/api/admin/users", {name: "bogus"})

    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, name)


def test_the_list_takes_the_same_queries_for_one_and_for_three(staff, django_assert_num_queries):
    with django_assert_num_queries(4):  # the right (twice), the count, the page
        staff.get("/api/admin/users")
    for _ in range(3):
        factories.a_person()

    with django_assert_num_queries(2):  # the client's person remembers their rights
        staff.get("/api/admin/users")


def test_credits_are_granted_with_a_reason_that_the_ledger_tells(staff, person):
    answer = staff.post(f"/api/admin/users/{person.pk}/credits", {"amount": 10, "reason": "A  workshop"})

    assert (answer.status_code, answer.json()["balance"]) == (201, 25)
    entry = answer.json()["entry"]
    assert (entry["kind"], entry["amount"], entry["reference"], entry["balance_after"]) == (
        "grant", 10, "A workshop", 25
    )  # fmt: skip
    event = OutboxEvent.objects.get(kind="credits.granted")
    assert (event.subject_id, event.actor.username[:4], event.payload) == (
        person.pk, "stan", {"amount": 10, "reason": "A workshop"}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"amount": 0, "reason": "A gift"}, "amount"),
        ({"amount": -5, "reason": "A gift"}, "amount"),
        ({"amount": 1_000_001, "reason": "A gift"}, "amount"),
        ({"amount": "many", "reason": "A gift"}, "amount"),
        ({"reason": "A gift"}, "amount"),
        ({"amount": 5}, "reason"),
        ({"amount": 5, "reason": "  "}, "reason"),
        ({"amount": 5, "reason": "x" * 201}, "reason"),
    ],
)
def test_a_grant_without_sense_is_refused(staff, person, body, attr):
    answer = staff.post(f"/api/admin/users/{person.pk}/credits", body)

    assert (refused(answer)[0], refused(answer)[2]) == (400, attr)
    assert (balance_of(person), factories.ledger_sum(person)) == (15, 15)


def test_a_grant_sent_twice_with_one_key_is_made_once(staff, person):
    address, body = f"/api/admin/users/{person.pk}/credits", {"amount": 5, "reason": "A gift"}

    answers = [staff.post(address, body, HTTP_IDEMPOTENCY_KEY="one") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert balance_of(person) == 20


def test_only_a_superuser_grants_to_themselves():
    member, root = a_staff_member(*EVERY_RIGHT), a_superuser()
    body = {"amount": 5, "reason": "For me"}

    answers = [client_of(each).post(f"/api/admin/users/{each.pk}/credits", body) for each in (member, root)]

    assert [answer.status_code for answer in answers] == [403, 201]
    assert (balance_of(member), balance_of(root)) == (15, 20)


def test_deactivating_ends_everything_at_once_and_for_good(staff, person, client):
    client.force_login(person)
    access = tokens.issue(person)["access"]
    _, key = factories.a_key(person)

    answer = staff.patch(f"/api/admin/users/{person.pk}", {"is_active": False, "is_staff": True, "email": "x@y.org"})
    staff.patch(f"/api/admin/users/{person.pk}", {"is_active": True})

    person.refresh_from_db()
    assert (answer.status_code, answer.json()["is_active"], answer.json()["email"]) == (200, False, person.email)
    assert (person.is_active, person.is_staff) == (True, False)
    assert client.get("/account").status_code == 302
    assert APIClient().get("/api/auth/me", HTTP_AUTHORIZATION=f"Bearer {access}").status_code == 401
    assert keys.authenticate(key) is None
    kinds = OutboxEvent.objects.filter(subject_id=person.pk).values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["user.deactivated", "user.activated"]


def test_a_reset_link_goes_to_the_person_and_nobody_else(staff, person, mailoutbox, django_capture_on_commit_callbacks):
    before = User.objects.get(pk=person.pk).password
    with django_capture_on_commit_callbacks(execute=True):
        answer = staff.post(f"/api/admin/users/{person.pk}/reset-password")

    assert (answer.status_code, answer.content) == (202, b"")
    assert [mail.to for mail in mailoutbox] == [[person.email]]
    assert User.objects.get(pk=person.pk).password == before


def test_no_link_is_sent_to_who_is_shut_out(staff, person):
    User.objects.filter(pk=person.pk).update(is_active=False)

    assert refused(staff.post(f"/api/admin/users/{person.pk}/reset-password"))[:2] == (409, "not_active")


@pytest.mark.parametrize(("method", "body"), [("delete", {}), ("patch", {"is_active": False})])
def test_nobody_removes_or_shuts_out_themselves(method, body):
    member = a_staff_member(*EVERY_RIGHT)

    answer = getattr(client_of(member), method)(f"/api/admin/users/{member.pk}", body)

    assert refused(answer)[:2] == (409, "not_yourself")
    assert User.objects.get(pk=member.pk).is_active


@pytest.mark.parametrize("name", ["change", "reset", "delete"])
def test_administrators_are_changed_by_superusers_alone(staff, name):
    _, method, path, body, _ = CALLS[name]
    root = a_superuser()

    answer = getattr(staff, method)(f"/api/{path.format(id=root.pk)}", body)

    assert refused(answer)[:2] == (403, "permission_denied")
    assert User.objects.get(pk=root.pk).is_active
