from functools import partial

import pytest
from django.core import mail

from accounts.models import User
from core.actor import Actor
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.models import OutboxEvent
from tests import factories
from tests.factories import PASSWORD, at_once, join
from workspaces import access, members, services
from workspaces.access import Action
from workspaces.models import GRANTED, Invitation, Membership, Role, Workspace

pytestmark = pytest.mark.django_db

NEW = "new@example.org"


@pytest.fixture
def workspace(project):
    return project.workspace


def membership(person: User, workspace: Workspace) -> Membership:
    return Membership.objects.get(user=person, workspace=workspace)


def role_of(person: User, workspace: Workspace) -> str | None:
    return Membership.objects.filter(user=person, workspace=workspace).values_list("role", flat=True).first()


def owners(workspace: Workspace) -> int:
    return Membership.objects.filter(workspace=workspace, role=Role.OWNER).count()


def go(actor: Actor, member: Membership, to: Role | None) -> None:
    """Give a member this role, or none."""
    if to is None:
        members.remove_member(actor=actor, member=member)
    else:
        members.change_role(actor=actor, member=member, role=to)


def last_event(workspace: Workspace) -> tuple[str, User | None, dict[str, str]]:
    event = OutboxEvent.objects.filter(workspace_id=workspace.pk).latest("id")
    return event.kind, event.actor, event.payload


def invite(actor: Actor, workspace: Workspace, email: str = NEW, role: Role = Role.EDITOR) -> Invitation:
    invitation = members.add_member(actor=actor, workspace=workspace, email=email, role=role)
    assert isinstance(invitation, Invitation)
    return invitation


def sign_up(email: str = NEW) -> User:
    return services.sign_up(email=email, username="newcomer", password=PASSWORD)


# Adding


@pytest.mark.parametrize("role", GRANTED)
def test_somebody_with_an_account_joins_at_once(actor, workspace, stranger, role):
    members.add_member(actor=actor, workspace=workspace, email=f" {stranger.email.upper()}", role=role)

    assert role_of(stranger, workspace) == role
    assert last_event(workspace) == ("member.added", actor.user, {"person": stranger.username, "role": role})
    assert not Invitation.objects.exists()


def test_somebody_without_an_account_is_invited(actor, workspace):
    invitation = invite(actor, workspace, "New@Example.org")

    assert (invitation.email, invitation.role, invitation.invited_by) == (NEW, Role.EDITOR, actor.user)
    assert last_event(workspace) == ("member.invited", actor.user, {"person": NEW, "role": "editor"})


def test_nobody_is_added_twice(actor, workspace, stranger):
    invite(actor, workspace)
    join(stranger, workspace, Role.VIEWER)
    before = OutboxEvent.objects.count()

    for email in (NEW, NEW.upper(), stranger.email, actor.user.email):
        with pytest.raises(InvalidInput) as refusal:
            members.add_member(actor=actor, workspace=workspace, email=email, role=Role.ADMIN)
        assert (refusal.value.attr, refusal.value.code) == ("email", "already_member")

    assert role_of(stranger, workspace) == Role.VIEWER
    assert role_of(actor.user, workspace) == Role.OWNER
    assert OutboxEvent.objects.count() == before


def test_ownership_is_not_granted(actor, workspace, stranger):
    with pytest.raises(InvalidInput) as refusal:
        members.add_member(actor=actor, workspace=workspace, email=stranger.email, role=Role.OWNER)

    assert refusal.value.attr == "role"
    assert role_of(stranger, workspace) is None


def test_adding_one_who_was_invited_and_has_an_account_since_ends_the_invitation(actor, workspace, stranger):
    Invitation.objects.create(workspace=workspace, email=stranger.email, role=Role.VIEWER)

    members.add_member(actor=actor, workspace=workspace, email=stranger.email, role=Role.EDITOR)

    assert role_of(stranger, workspace) == Role.EDITOR
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_viewers_and_editors_add_nobody(workspace, stranger, role):
    actor = join(stranger, workspace, role)

    with pytest.raises(Forbidden):
        members.add_member(actor=actor, workspace=workspace, email=NEW, role=Role.VIEWER)

    assert not Invitation.objects.exists()


def test_nobody_is_added_to_a_foreign_or_deleted_workspace(actor, workspace, stranger):
    with pytest.raises(NotFound):
        members.add_member(actor=Actor(stranger), workspace=workspace, email=NEW, role=Role.VIEWER)
    Workspace.objects.all().delete()
    with pytest.raises(NotFound):
        members.add_member(actor=actor, workspace=workspace, email=NEW, role=Role.VIEWER)

    assert not Invitation.objects.exists()


# Joining


def test_one_who_was_invited_joins_by_signing_up_and_has_a_workspace_of_their_own(actor, workspace):
    invite(actor, workspace)

    person = sign_up("NEW@example.org")

    roles = Membership.objects.filter(user=person).order_by("workspace__created_at").values_list("workspace", "role")
    own = Workspace.objects.get(name="newcomer’s workspace")
    assert list(roles) == [(workspace.pk, "editor"), (own.pk, "owner")]
    assert last_event(workspace) == ("member.joined", person, {"person": "newcomer", "role": "editor"})
    assert not Invitation.objects.exists()


def test_signing_up_accepts_every_invitation_of_that_address_alone(actor, workspace, stranger):
    theirs = factories.home_of(stranger).workspace
    invite(actor, workspace)
    invite(Actor(stranger), theirs, role=Role.VIEWER)
    invite(actor, workspace, "another@example.org")

    person = sign_up()

    assert (role_of(person, workspace), role_of(person, theirs)) == (Role.EDITOR, Role.VIEWER)
    assert [each.email for each in Invitation.objects.all()] == ["another@example.org"]


def test_one_whose_account_was_made_by_an_administrator_joins_when_they_land(actor, workspace):
    invite(actor, workspace)
    person = User.objects.create_user("newcomer", NEW, PASSWORD)

    assert services.open_home(actor=Actor(person)).workspace == workspace
    assert role_of(person, workspace) == Role.EDITOR


def test_an_invitation_that_was_withdrawn_leads_nowhere(actor, workspace):
    members.remove_member(actor=actor, member=invite(actor, workspace))

    assert role_of(sign_up(), workspace) is None


@pytest.mark.django_db(transaction=True)
def test_inviting_and_signing_up_at_once_ends_in_a_membership(actor, workspace):
    add = partial(members.add_member, actor=actor, workspace=workspace, email=NEW, role=Role.EDITOR)

    at_once(sign_up, add)

    assert role_of(User.objects.get(email=NEW), workspace) == Role.EDITOR
    assert not Invitation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_adding_somebody_twice_at_once_adds_them_once(actor, workspace, stranger):
    add = partial(members.add_member, actor=actor, workspace=workspace, email=stranger.email, role=Role.EDITOR)

    answers = at_once(*[add] * 4)

    assert sorted(type(answer).__name__ for answer in answers) == ["InvalidInput"] * 3 + ["Membership"]
    assert OutboxEvent.objects.filter(kind="member.added").count() == 1


# Changing a role


def test_a_changed_role_holds_at_once_and_is_told(actor, workspace, stranger):
    theirs = join(stranger, workspace, Role.EDITOR)

    members.change_role(actor=actor, member=membership(stranger, workspace), role=Role.VIEWER)

    assert not access.may(theirs, Action.EDIT, workspace)
    payload = {"person": stranger.username, "old": "editor", "new": "viewer"}
    assert last_event(workspace) == ("member.role_changed", actor.user, payload)


def test_a_role_that_is_held_already_is_not_told(actor, workspace, stranger):
    join(stranger, workspace, Role.EDITOR)
    before = OutboxEvent.objects.count()

    members.change_role(actor=actor, member=membership(stranger, workspace), role=Role.EDITOR)
    members.change_role(actor=actor, member=membership(actor.user, workspace), role=Role.OWNER)

    assert OutboxEvent.objects.count() == before
    assert role_of(actor.user, workspace) == Role.OWNER


def test_an_invitation_can_be_for_another_role_but_for_no_ownership(actor, workspace):
    invitation = invite(actor, workspace)

    members.change_role(actor=actor, member=invitation, role=Role.ADMIN)
    with pytest.raises(InvalidInput):
        members.change_role(actor=actor, member=invitation, role=Role.OWNER)

    assert Invitation.objects.get().role == Role.ADMIN
    assert role_of(actor.user, workspace) == Role.OWNER


CHANGES = [*GRANTED, Role.OWNER, None]


@pytest.mark.parametrize("to", CHANGES)
@pytest.mark.parametrize("held", list(Role))
@pytest.mark.parametrize("by", [Role.VIEWER, Role.EDITOR, Role.ADMIN, Role.OWNER])
def test_who_may_change_whom(workspace, stranger, by, held, to):
    """Admins change and remove all but owners, and make no owner; owners may everything."""
    actor, person = join(stranger, workspace, by), factories.a_person("bob")
    join(person, workspace, held)
    touches_an_owner = Role.OWNER in (held, to)

    if by == Role.OWNER or (by == Role.ADMIN and not touches_an_owner):
        go(actor, membership(person, workspace), to)
        assert role_of(person, workspace) == to
    else:
        with pytest.raises(Forbidden):
            go(actor, membership(person, workspace), to)
        assert role_of(person, workspace) == held


def test_nobody_raises_themselves(workspace, stranger):
    for role, wanted in [(Role.VIEWER, Role.EDITOR), (Role.EDITOR, Role.ADMIN), (Role.ADMIN, Role.OWNER)]:
        actor = join(person := factories.a_person("bob"), workspace, role)
        with pytest.raises(Forbidden):
            members.change_role(actor=actor, member=membership(person, workspace), role=wanted)
        assert role_of(person, workspace) == role


# Ownership


def test_handing_over_makes_an_owner_and_an_admin(actor, workspace, stranger):
    join(stranger, workspace, Role.VIEWER)

    members.change_role(actor=actor, member=membership(stranger, workspace), role=Role.OWNER)

    assert (role_of(stranger, workspace), role_of(actor.user, workspace)) == (Role.OWNER, Role.ADMIN)
    event = OutboxEvent.objects.get(kind="workspace.ownership_handed_over")
    assert (event.subject_id, event.actor, event.payload) == (workspace.pk, actor.user, {"person": stranger.username})


@pytest.mark.parametrize("to", [*GRANTED, None])
def test_the_last_owner_stays_one(actor, workspace, stranger, to):
    join(stranger, workspace, Role.ADMIN)
    own = membership(actor.user, workspace)

    with pytest.raises(Conflict) as refusal:
        go(actor, own, to)

    assert refusal.value.code == "last_owner"
    assert role_of(actor.user, workspace) == Role.OWNER


def test_one_of_two_owners_may_go(actor, workspace, stranger):
    join(stranger, workspace, Role.OWNER)

    members.remove_member(actor=actor, member=membership(actor.user, workspace))

    assert owners(workspace) == 1
    assert last_event(workspace)[0] == "member.left"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("to", [Role.ADMIN, None])
def test_of_two_owners_who_go_at_once_one_stays(actor, workspace, stranger, to):
    other = join(stranger, workspace, Role.OWNER)

    answers = at_once(*[partial(go, who, membership(who.user, workspace), to) for who in (actor, other)])

    assert sorted(getattr(answer, "code", "gone") for answer in answers) == ["gone", "last_owner"]
    assert owners(workspace) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_remove_each_other_at_once_one_stays(actor, workspace, stranger):
    other = join(stranger, workspace, Role.OWNER)
    first, second = membership(actor.user, workspace), membership(stranger, workspace)

    answers = at_once(
        partial(members.remove_member, actor=actor, member=second),
        partial(members.remove_member, actor=other, member=first),
    )

    assert [type(answer) for answer in answers if answer] == [NotFound]
    assert owners(workspace) == 1


@pytest.mark.django_db(transaction=True)
def test_handing_over_to_two_at_once_leaves_one_owner(actor, workspace, stranger):
    people = [stranger, factories.a_person("bob")]
    for person in people:
        join(person, workspace, Role.EDITOR)

    hand_over = [
        partial(members.change_role, actor=actor, member=membership(person, workspace), role=Role.OWNER)
        for person in people
    ]
    answers = at_once(*hand_over)

    assert [type(answer) for answer in answers if answer] == [Forbidden]
    assert (owners(workspace), role_of(actor.user, workspace)) == (1, Role.ADMIN)


# Leaving


@pytest.mark.parametrize("role", GRANTED)
def test_anyone_leaves(workspace, stranger, role):
    actor = join(stranger, workspace, role)

    members.remove_member(actor=actor, member=membership(stranger, workspace))

    assert access.role_in(actor, workspace) is None
    assert last_event(workspace) == ("member.left", stranger, {"person": stranger.username, "role": role})


def test_removing_somebody_is_told(actor, workspace, stranger):
    join(stranger, workspace, Role.VIEWER)

    members.remove_member(actor=actor, member=membership(stranger, workspace))

    assert last_event(workspace) == ("member.removed", actor.user, {"person": stranger.username, "role": "viewer"})


def test_what_is_gone_already_is_not_found(actor, workspace, stranger):
    join(stranger, workspace, Role.VIEWER)
    gone = membership(stranger, workspace)
    members.remove_member(actor=actor, member=gone)

    with pytest.raises(NotFound):
        members.remove_member(actor=actor, member=gone)
    with pytest.raises(NotFound):
        members.change_role(actor=actor, member=gone, role=Role.ADMIN)


# Mail


def test_one_who_is_invited_is_mailed_a_link(actor, workspace, settings, django_capture_on_commit_callbacks):
    settings.PUBLIC_URL = "https://ml.example.org"

    with django_capture_on_commit_callbacks(execute=True):
        invite(actor, workspace, "new+1@example.org")

    (letter,) = mail.outbox
    assert letter.to == ["new+1@example.org"]
    assert workspace.name in letter.subject
    assert "https://ml.example.org/sign-up?email=new%2B1%40example.org" in letter.body
    assert f"{actor.user.get_full_name()} invites you" in letter.body


def test_one_with_an_account_is_told_by_mail(actor, workspace, stranger, django_capture_on_commit_callbacks):
    Workspace.objects.filter(pk=workspace.pk).update(name="Lab\nBcc: all <b> & co")

    with django_capture_on_commit_callbacks(execute=True):
        members.add_member(actor=actor, workspace=workspace, email=stranger.email, role=Role.ADMIN)

    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == ([stranger.email], "You are added to Lab Bcc: all <b> & co on ML Platform")
    assert "added to the workspace “Lab Bcc: all <b> & co” on ML Platform as admin" in letter.body


def test_nobody_is_mailed_who_is_gone_again(actor, workspace, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        members.remove_member(actor=actor, member=invite(actor, workspace))
    for callback in callbacks:
        callback()

    assert mail.outbox == []
