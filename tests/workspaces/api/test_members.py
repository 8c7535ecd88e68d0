from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from core.actor import Scope
from tests import factories
from tests.factories import join, refused
from workspaces.models import GRANTED, Invitation, Membership, Role

pytestmark = pytest.mark.django_db

MEMBER = {"id", "email", "username", "full_name", "role", "status", "created_at"}
NEW = "new@example.org"


@pytest.fixture
def workspace(project):
    return project.workspace


@pytest.fixture
def members(workspace) -> str:
    return f"/api/workspaces/{workspace.pk}/members"


def client_of(person) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def membership(person, workspace) -> Membership:
    return Membership.objects.get(user=person, workspace=workspace)


def column(answer, name: str) -> list[str]:
    assert answer.status_code == 200
    return [row[name] for row in answer.json()["results"]]


# Adding


def test_somebody_with_an_account_is_added(api, members, workspace, stranger):
    answer = api.post(members, {"email": stranger.email.upper(), "role": "editor"})

    added = membership(stranger, workspace)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(added.pk),
        "email": stranger.email,
        "username": stranger.username,
        "full_name": "",
        "role": "editor",
        "status": "active",
        "created_at": added.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert api.get(f"{members}/{added.pk}").json() == answer.json()


def test_somebody_without_an_account_is_invited(api, members):
    answer = api.post(members, {"email": "New@Example.org", "role": "viewer"})

    invitation = Invitation.objects.get()
    assert (answer.status_code, set(answer.json())) == (201, MEMBER)
    assert answer.json() | {"created_at": ""} == {
        "id": str(invitation.pk),
        "email": NEW,
        "username": None,
        "full_name": None,
        "role": "viewer",
        "status": "invited",
        "created_at": "",
    }
    assert api.get(f"{members}/{invitation.pk}").json() == answer.json()


@pytest.mark.parametrize(
    ("body", "code", "attr"),
    [
        ({"role": "viewer"}, "required", "email"),
        ({"email": NEW}, "required", "role"),
        ({"email": "nobody", "role": "viewer"}, "invalid", "email"),
        ({"email": f"{'x' * 250}@example.org", "role": "viewer"}, "invalid", "email"),
        ({"email": "a\0b@example.org", "role": "viewer"}, "invalid", "email"),
        ({"email": None, "role": "viewer"}, "null", "email"),
        ({"email": NEW, "role": "owner"}, "invalid_choice", "role"),
        ({"email": NEW, "role": "god"}, "invalid_choice", "role"),
        ({"email": NEW, "role": []}, "invalid_choice", "role"),
    ],
)
def test_what_cannot_be_added_is_refused_with_the_field(api, members, body, code, attr):
    answer = api.post(members, body)

    assert (refused(answer)[0], refused(answer)[2]) == (400, attr)
    assert code in {error["code"] for error in answer.json()["errors"]} or attr == "email"
    assert not Invitation.objects.exists()


def test_nobody_is_added_twice(api, person, members, stranger):
    for email in (NEW, stranger.email):
        api.post(members, {"email": email, "role": "viewer"})

    for email in (NEW, stranger.email.upper(), person.email):
        assert refused(api.post(members, {"email": email, "role": "admin"})) == (400, "already_member", "email")


def test_a_body_sets_nothing_but_address_and_role(api, members, person, stranger, workspace):
    other = str(uuid4())
    body = {"email": stranger.email, "role": "viewer", "id": other, "status": "invited", "user": str(person.pk)}

    answer = api.post(members, body | {"workspace": other, "username": "root", "full_name": "Root"})

    assert (answer.json()["id"], answer.json()["status"]) == (str(membership(stranger, workspace).pk), "active")
    stranger.refresh_from_db()
    assert (stranger.username == "root", stranger.full_name) == (False, "")


@pytest.mark.parametrize("known", [True, False])
def test_a_stranger_who_adds_learns_nothing(stranger_api, person, members, known):
    answer = stranger_api.post(members, {"email": person.email if known else NEW, "role": "viewer"})

    never = stranger_api.post(f"/api/workspaces/{uuid4()}/members", {"email": NEW, "role": "viewer"})
    assert refused(answer) == (404, "not_found", None)
    assert answer.json() == never.json()


# Changing and removing


def test_a_role_is_changed(api, members, workspace, stranger):
    join(stranger, workspace, Role.VIEWER)
    address = f"{members}/{membership(stranger, workspace).pk}"

    answer = api.patch(address, {"role": "admin", "email": "x@example.org", "username": "root", "status": "invited"})

    assert (answer.status_code, answer.json()["role"], answer.json()["email"]) == (200, "admin", stranger.email)
    assert api.patch(address, {}).json() == answer.json()
    assert refused(api.patch(address, {"role": "god"})) == (400, "invalid_choice", "role")


def test_a_lowered_role_holds_at_the_next_request(api, members, workspace, stranger, stranger_api):
    join(stranger, workspace, Role.EDITOR)
    address, new = f"{members}/{membership(stranger, workspace).pk}", {"workspace": str(workspace.pk), "name": "New"}
    assert stranger_api.post("/api/projects", new).status_code == 201

    api.patch(address, {"role": "viewer"})
    assert refused(stranger_api.post("/api/projects", new)) == (403, "permission_denied", None)

    api.delete(address)
    assert refused(stranger_api.get(f"/api/workspaces/{workspace.pk}")) == (404, "not_found", None)
    assert refused(stranger_api.get(members)) == (404, "not_found", None)


def test_ownership_is_handed_over(api, members, workspace, person, stranger):
    join(stranger, workspace, Role.VIEWER)

    answer = api.patch(f"{members}/{membership(stranger, workspace).pk}", {"role": "owner"})

    assert (answer.status_code, answer.json()["role"]) == (200, "owner")
    assert membership(person, workspace).role == Role.ADMIN


def test_an_admin_touches_no_owner(members, workspace, person, stranger):
    api = client_of(join(stranger, workspace, Role.ADMIN).user)
    owner, own = (f"{members}/{membership(each, workspace).pk}" for each in (person, stranger))

    for refusal in (
        api.patch(owner, {"role": "viewer"}),
        api.delete(owner),
        api.patch(own, {"role": "owner"}),
    ):
        assert refused(refusal) == (403, "permission_denied", None)
    assert membership(person, workspace).role == Role.OWNER


def test_the_last_owner_stays(api, members, workspace, person):
    own = f"{members}/{membership(person, workspace).pk}"

    assert refused(api.delete(own)) == (409, "last_owner", None)
    assert refused(api.patch(own, {"role": "admin"})) == (409, "last_owner", None)


@pytest.mark.parametrize("role", GRANTED)
def test_anyone_leaves(members, workspace, stranger, stranger_api, role):
    join(stranger, workspace, role)
    own = f"{members}/{membership(stranger, workspace).pk}"

    assert stranger_api.delete(own).status_code == 204
    assert refused(stranger_api.get(own)) == (404, "not_found", None)


def test_an_invitation_is_changed_and_withdrawn(api, members):
    address = f"{members}/{api.post(members, {'email': NEW, 'role': 'viewer'}).json()['id']}"

    assert api.patch(address, {"role": "editor"}).json()["role"] == "editor"
    assert refused(api.patch(address, {"role": "owner"})) == (400, "invalid", "role")
    assert api.delete(address).status_code == 204
    assert not Invitation.objects.exists()


def test_the_member_of_another_workspace_is_not_found_under_mine(api, members, workspace, stranger):
    theirs = factories.home_of(stranger).workspace
    foreign = [membership(stranger, theirs), Invitation.objects.create(workspace=theirs, email=NEW, role="viewer")]

    for row in foreign:
        address, never = f"{members}/{row.pk}", f"{members}/{uuid4()}"
        for method, body in (("get", None), ("patch", {"role": "viewer"}), ("delete", None)):
            answer = getattr(api, method)(address, body)
            assert refused(answer) == (404, "not_found", None)
            assert answer.json() == getattr(api, method)(never, body).json()
    assert (theirs.memberships.count(), theirs.invitations.count()) == (1, 1)


# Listing


@pytest.fixture
def full(workspace, person, stranger):
    """Owner, admin, viewer, and one who is invited."""
    bob = factories.a_person("bob")
    bob.full_name = "Bob Baker"
    bob.save()
    join(bob, workspace, Role.ADMIN)
    join(stranger, workspace, Role.VIEWER)
    Invitation.objects.create(workspace=workspace, email=NEW, role=Role.EDITOR)
    return {"owner": person, "admin": bob, "viewer": stranger}


@pytest.mark.parametrize("role", ["owner", "admin"])
def test_admins_and_owners_see_addresses_and_invitations(members, full, role):
    answer = client_of(full[role]).get(members)

    assert answer.json()["count"] == 4
    assert all(set(row) == MEMBER for row in answer.json()["results"])
    assert column(answer, "email") == [*(full[each].email for each in ("owner", "admin", "viewer")), NEW]
    assert column(answer, "status") == ["active"] * 3 + ["invited"]


def test_others_see_usernames_and_roles(members, full, workspace):
    api = client_of(full["viewer"])
    answer = api.get(members)

    assert column(answer, "username") == [each.username for each in full.values()]
    assert column(answer, "role") == ["owner", "admin", "viewer"]
    assert column(answer, "email") == [None, None, full["viewer"].email]
    assert column(answer, "full_name") == [None, None, ""]
    assert refused(api.get(f"{members}/{Invitation.objects.get().pk}")) == (404, "not_found", None)
    assert api.get(f"{members}/{membership(full['admin'], workspace).pk}").json()["email"] is None


def test_a_key_that_may_only_read_sees_what_its_admin_sees(members, full):
    api = APIClient()
    api.credentials(HTTP_X_API_KEY=factories.a_key(full["admin"], Scope.READ)[1])

    assert column(api.get(members), "email")[-1] == NEW
    assert refused(api.post(members, {"email": "x@example.org", "role": "viewer"}))[:2] == (403, "key_not_allowed")


@pytest.mark.parametrize(("hidden", "seen"), [("@example.org", 4), ("baker", 1), ("new@", 1)])
def test_a_search_finds_nothing_by_what_is_hidden(members, full, hidden, seen):
    found = client_of(full["viewer"]).get(f"{members}?search={hidden}")

    assert set(column(found, "username")) <= {full["viewer"].username}
    assert client_of(full["owner"]).get(f"{members}?search={hidden}").json()["count"] == seen


def test_an_order_by_what_is_hidden_tells_nothing(members, full, workspace):
    first, last = full["owner"], full["admin"]
    api = client_of(full["viewer"])
    before = column(api.get(f"{members}?ordering=email"), "username")

    first.email, last.email = "zzz@example.org", "aaa@example.org"
    first.save()
    last.save()

    assert column(api.get(f"{members}?ordering=email"), "username") == before


def test_members_are_searched_ordered_and_paged(api, members, full):
    usernames = [each.username for each in full.values()]

    assert column(api.get(f"{members}?search=bob"), "username") == [full["admin"].username]
    assert column(api.get(f"{members}?search={NEW}"), "status") == ["invited"]
    assert column(api.get(f"{members}?ordering=status,-created_at&page_size=3"), "username") == usernames[::-1]
    assert column(api.get(f"{members}?ordering=role"), "role") == ["admin", "editor", "owner", "viewer"]
    assert column(api.get(f"{members}?page_size=1&page=4"), "email") == [NEW]


@pytest.mark.parametrize("ordering", ["user__password", "user", "-nonsense", "rank", "workspace"])
def test_an_unknown_ordering_is_ignored(api, members, full, ordering):
    usual = api.get(members).json()["results"]

    assert api.get(f"{members}?ordering={ordering}&user__password__startswith=a").json()["results"] == usual


def test_members_cost_the_same_queries_with_one_row_and_three(api, members, workspace, full):
    workspace.memberships.exclude(user=full["owner"]).delete()
    with CaptureQueriesContext(connection) as with_one:
        assert api.get(members).json()["count"] == 2
    for name in ("cat", "dan"):
        api.post(members, {"email": factories.a_person(name).email, "role": "viewer"})
    with CaptureQueriesContext(connection) as with_three:
        assert api.get(members).json()["count"] == 4

    assert len(with_three) == len(with_one)
