import html

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.factories import join
from workspaces.models import Invitation, Membership, Role, Workspace

pytestmark = pytest.mark.django_db

NEW = "new@example.org"


@pytest.fixture
def workspace(project):
    return project.workspace


@pytest.fixture
def page(workspace) -> str:
    return f"/workspaces/{workspace.pk}/members"


@pytest.fixture
def eve(client, stranger, workspace):
    """A web client of a viewer of the workspace."""
    join(stranger, workspace, Role.VIEWER)
    client = Client()
    client.force_login(stranger)
    return client


def membership(person, workspace) -> Membership:
    return Membership.objects.get(user=person, workspace=workspace)


def shown(answer) -> list[str]:
    assert answer.status_code == 200
    return [row["member"].username for row in answer.context["page_obj"]]


def words(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_an_owner_sees_people_addresses_and_what_may_be_done(web, page, person, eve, stranger):
    answer = web.get(page)

    you, other = answer.context["page_obj"]
    assert (you["is_you"], you["roles"], you["may_remove"], you["may_become_owner"]) == (True, [], True, False)
    assert [role for role, _ in other["roles"]] == ["viewer", "editor", "admin"]
    assert (other["may_remove"], other["may_become_owner"]) == (True, True)
    text = answer.content.decode()
    assert person.email in text
    assert stranger.email in text


def test_a_viewer_sees_the_list_without_controls(eve, page, person, stranger):
    Invitation.objects.create(workspace_id=page.split("/")[2], email=NEW, role=Role.VIEWER)

    answer = eve.get(page)

    text = answer.content.decode()
    assert shown(answer) == [person.username, stranger.username]
    assert [row["may_remove"] for row in answer.context["page_obj"]] == [False, True]
    assert "Add member" not in text
    assert "<select" not in text
    assert person.email not in text
    assert NEW not in text


def test_an_admin_may_not_touch_the_owner(page, person, stranger, workspace):
    web = Client()
    web.force_login(join(stranger, workspace, Role.ADMIN).user)

    owner, you = web.get(page).context["page_obj"]

    assert (owner["roles"], owner["may_remove"], owner["may_become_owner"]) == ([], False, False)
    assert (you["is_you"], you["may_remove"]) == (True, True)


def test_somebody_is_added(web, page, stranger, workspace):
    answer = web.post(page, {"email": stranger.email, "role": "editor"}, follow=True)

    assert answer.redirect_chain == [(page, 302)]
    assert words(answer) == [f"{stranger.username} is a member now."]
    assert membership(stranger, workspace).role == Role.EDITOR


def test_somebody_is_invited_and_the_invitation_withdrawn(web, page):
    answer = web.post(page, {"email": "New@Example.org", "role": "viewer"}, follow=True)
    assert words(answer) == [f"{NEW} is invited by mail."]
    assert [row["member"].email for row in answer.context["invited"]] == [NEW]

    remove = f"{page}/{Invitation.objects.get().pk}/remove"
    assert "Withdraw the invitation of new@example.org?" in web.get(remove).content.decode()
    assert words(web.post(remove, follow=True)) == [f"{NEW} is not invited any more."]
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("form", "attr"),
    [
        ({"email": "nobody", "role": "viewer"}, "email"),
        ({"email": NEW, "role": "owner"}, "role"),
        ({"email": NEW}, "role"),
    ],
)
def test_what_cannot_be_added_is_shown_beside_its_field(web, page, form, attr):
    answer = web.post(page, form)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [attr])
    assert not Invitation.objects.exists()


def test_adding_somebody_twice_is_shown_beside_the_address(web, page, person):
    answer = web.post(page, {"email": person.email, "role": "viewer"})

    assert answer.status_code == 400
    assert answer.context["form"].errors == {"email": ["This person is a member of the workspace already."]}


def test_a_role_is_changed(web, page, eve, stranger, workspace):
    address = f"{page}/{membership(stranger, workspace).pk}/role"

    assert words(web.post(address, {"role": "editor"}, follow=True)) == [f"{stranger.username} is an editor now."]
    assert words(web.post(address, {"role": "owner"}, follow=True)) == [
        "There is no such role. Choose one of the list."
    ]
    assert words(web.post(address, {}, follow=True)) == ["There is no such role. Choose one of the list."]
    assert membership(stranger, workspace).role == Role.EDITOR
    assert web.get(address).status_code == 405


def test_the_last_owner_is_told_why_they_stay(web, page, person, workspace):
    own = f"{page}/{membership(person, workspace).pk}"

    for answer in (web.post(f"{own}/remove", follow=True), web.post(f"{own}/role", {"role": "viewer"}, follow=True)):
        assert words(answer) == ["A workspace needs an owner. Hand the ownership over first."]
    assert membership(person, workspace).role == Role.OWNER


def test_ownership_is_handed_over_after_a_question_that_names_what_changes(web, page, eve, person, stranger, workspace):
    address = f"{page}/{membership(stranger, workspace).pk}/hand-over"

    question = html.unescape(web.get(address).content.decode())
    assert f"{stranger.username} becomes its owner and you become an admin" in question
    assert membership(stranger, workspace).role == Role.VIEWER

    web.post(address)
    assert membership(stranger, workspace).role == Role.OWNER
    assert membership(person, workspace).role == Role.ADMIN


def test_a_member_leaves_and_lands_at_home(eve, page, stranger, workspace):
    eve.get(f"/projects/{workspace.projects.get().pk}")
    address = f"{page}/{membership(stranger, workspace).pk}/remove"
    assert "Leave “" in html.unescape(eve.get(address).content.decode())

    answer = eve.post(address, follow=True)

    assert answer.redirect_chain[-1][0] == f"/projects/{factories.home_of(stranger).pk}"
    assert eve.get(page).status_code == 404


def test_a_member_is_removed(web, page, eve, stranger, workspace):
    web.post(f"{page}/{membership(stranger, workspace).pk}/remove")

    assert eve.get(page).status_code == 404
    assert not Membership.objects.filter(user=stranger, workspace=workspace).exists()


def test_members_of_another_workspace_are_not_found_under_mine(web, page, stranger):
    theirs = factories.home_of(stranger).workspace

    for what in ("remove", "hand-over", "role"):
        assert web.post(f"{page}/{membership(stranger, theirs).pk}/{what}", {"role": "viewer"}).status_code == 404


def test_members_are_searched_and_sorted(web, page, person, eve, stranger):
    assert shown(web.get(f"{page}?q={stranger.username}")) == [stranger.username]
    assert shown(web.get(f"{page}?sort=-username")) == [stranger.username, person.username]
    assert shown(web.get(f"{page}?sort=role")) == [person.username, stranger.username]
    assert shown(web.get(f"{page}?sort=user__password")) == [person.username, stranger.username]
    assert shown(eve.get(f"{page}?q={person.email}")) == []


def test_many_members_stand_on_pages(web, page, workspace):
    for number in range(25):
        join(factories.a_person(f"m{number}"), workspace, Role.VIEWER)

    assert len(shown(web.get(page))) == 25
    assert len(shown(web.get(f"{page}?page=2"))) == 1


def test_the_list_costs_the_same_queries_with_two_rows_and_four(web, page, eve, workspace):
    def add(name):
        join(factories.a_person(name), workspace, Role.EDITOR)
        Invitation.objects.create(workspace=workspace, email=f"{name}@example.com", role=Role.VIEWER)

    add("bob")
    with CaptureQueriesContext(connection) as with_few:
        web.get(page)
    for name in ("cat", "dan"):
        add(name)
    with CaptureQueriesContext(connection) as with_more:
        web.get(page)

    assert len(with_more) == len(with_few)


def test_hostile_names_are_shown_as_text(web, page, eve, stranger, workspace):
    bad = "<img src=x onerror=alert(1)>"
    stranger.full_name = bad
    stranger.save()
    Workspace.objects.filter(pk=workspace.pk).update(name=bad)

    for address in (page, f"{page}/{membership(stranger, workspace).pk}/remove"):
        assert bad not in web.get(address).content.decode()


# Signing up from an invitation


def test_the_mailed_link_fills_the_address_in(client):
    answer = client.get("/sign-up?email=new%2B1@example.org")

    assert answer.context["form"]["email"].value() == "new+1@example.org"


def test_one_who_was_invited_lands_in_what_they_were_invited_to(web, page, project, client):
    web.post(page, {"email": NEW, "role": "viewer"})

    form = {"email": NEW, "username": "new", "password": factories.PASSWORD}
    newcomer = Client()
    newcomer.post("/sign-up", form)

    answer = newcomer.get("/", follow=True)
    assert answer.redirect_chain == [(f"/projects/{project.pk}", 302)]
    assert [workspace["name"] for workspace in answer.context["shell"]["workspaces"]] == [
        project.workspace.name,
        "new’s workspace",
    ]


def test_a_mere_viewer_lands_in_a_project_they_see(eve, stranger, project):
    Workspace.objects.filter(memberships__user=stranger, memberships__role=Role.OWNER).delete()

    assert eve.get("/")["Location"] == f"/projects/{project.pk}"
