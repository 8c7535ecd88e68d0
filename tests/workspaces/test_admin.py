import pytest
from django.urls import reverse

from accounts.models import User
from core.models import OutboxEvent
from tests import factories
from tests.factories import join
from workspaces.models import Invitation, Membership, Role, Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace(project):
    return project.workspace


@pytest.fixture
def staff(client):
    """A web client signed in as an administrator, who is a member of nothing here."""
    stan = factories.a_person("stan")
    User.objects.filter(pk=stan.pk).update(is_staff=True, is_superuser=True)
    client.force_login(stan)
    return client


def address(row, page: str) -> str:
    return reverse(f"admin:workspaces_{row._meta.model_name}_{page}", args=[row.pk])


def membership(person, workspace) -> Membership:
    return Membership.objects.get(user=person, workspace=workspace)


def test_the_only_owner_keeps_their_role(staff, person, workspace):
    own = membership(person, workspace)

    answer = staff.post(address(own, "change"), {"role": "viewer"})

    assert (answer.status_code, answer.context["adminform"].form.errors.keys()) == (200, {"role"})
    assert membership(person, workspace).role == Role.OWNER


def test_the_only_owner_is_not_deleted(staff, person, workspace):
    own = membership(person, workspace)

    answer = staff.post(address(own, "delete"), {"post": "yes"})

    assert "the only owner" in answer.content.decode()
    assert membership(person, workspace) == own


def test_with_a_second_owner_the_first_may_be_changed_and_the_trail_tells(staff, person, stranger, workspace):
    join(stranger, workspace, Role.OWNER)

    staff.post(address(membership(person, workspace), "change"), {"role": "viewer"})

    assert membership(person, workspace).role == Role.VIEWER
    event = OutboxEvent.objects.get(kind="member.role_changed")
    assert event.payload == {"person": person.username, "old": "owner", "new": "viewer"}
    assert (event.workspace_id, event.actor.username[:4]) == (workspace.pk, "stan")


def test_a_member_is_added_and_removed_and_the_trail_tells(staff, stranger, workspace):
    form = {"user": stranger.pk, "workspace": workspace.pk, "role": "editor"}
    staff.post(reverse("admin:workspaces_membership_add"), form)
    staff.post(address(membership(stranger, workspace), "delete"), {"post": "yes"})

    assert not Membership.objects.filter(user=stranger, workspace=workspace).exists()
    kinds = OutboxEvent.objects.filter(workspace_id=workspace.pk).values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["member.added", "member.removed"]


def test_memberships_are_not_deleted_in_bulk(staff, person, workspace):
    action = {"action": "delete_selected", "_selected_action": [membership(person, workspace).pk], "post": "yes"}

    staff.post(reverse("admin:workspaces_membership_changelist"), action)

    assert Membership.objects.filter(user=person, workspace=workspace).exists()


def test_the_page_of_a_workspace_shows_its_people_and_changes_none(staff, person, workspace):
    form = {"name": "Lab", "slug": "lab", "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    assert person.email in staff.get(address(workspace, "change")).content.decode()

    assert staff.post(address(workspace, "change"), form).status_code == 302

    assert Workspace.objects.get(pk=workspace.pk).name == "Lab"
    assert membership(person, workspace).role == Role.OWNER


def test_no_workspace_is_made_without_an_owner(staff):
    assert staff.get(reverse("admin:workspaces_workspace_add")).status_code == 403


def test_invitations_are_withdrawn_and_the_trail_tells(staff, workspace):
    rows = [
        Invitation.objects.create(workspace=workspace, email=f"{name}@example.org", role=Role.VIEWER)
        for name in ("a", "b")
    ]

    staff.post(address(rows[0], "delete"), {"post": "yes"})
    action = {"action": "delete_selected", "_selected_action": [rows[1].pk], "post": "yes"}
    staff.post(reverse("admin:workspaces_invitation_changelist"), action)

    assert not Invitation.objects.exists()
    assert OutboxEvent.objects.filter(kind="member.removed", workspace_id=workspace.pk).count() == 2


def test_an_empty_workspace_and_a_person_can_still_be_deleted(staff, stranger, workspace):
    theirs = factories.home_of(stranger).workspace

    staff.post(address(theirs, "delete"), {"post": "yes"})
    staff.post(reverse("admin:accounts_user_delete", args=[stranger.pk]), {"post": "yes"})

    assert not Workspace.objects.filter(pk=theirs.pk).exists()
    assert not User.objects.filter(pk=stranger.pk).exists()
