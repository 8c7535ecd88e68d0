"""Who is in a workspace: joining, changing, leaving. Each change is decided under a lock of the workspace's row.

A person with an account joins at once; for one without an account an invitation waits until they sign up.
"""

from contextlib import suppress
from typing import TypeVar, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from core import errands, events, tally
from core.actor import Actor
from core.errors import Conflict, InvalidInput, NotFound
from workspaces import access, audit, queries, tasks
from workspaces.access import Action
from workspaces.models import GRANTED, Invitation, Membership, Role, Workspace

MAILS_PER_HOUR = 5  # to one address, whoever adds it how often

Member = Membership | Invitation
M = TypeVar("M", bound=Member)


@transaction.atomic
def add_member(*, actor: Actor, workspace: Workspace, email: str, role: Role) -> Member:
    """Give the person with this address a role: at once, or when they sign up. They are told by mail.

    Emits `member.added` or `member.invited`. Raises Forbidden, InvalidInput naming `role`, or `email`
    (`already_member`) of somebody who is a member or invited already.
    """
    _lock(workspace.pk)
    access.require(actor, Action.MANAGE, workspace)
    if role not in GRANTED:
        raise _not_granted()
    address = _address(email)
    person = User.objects.filter(email=address).first()
    member = _admit(workspace, person, role) if person else _invite(actor, workspace, address, role)
    kind = "member.added" if person else "member.invited"
    events.emit(kind, subject=member, by=actor, person=name_of(member), role=role)
    if tally.count(f"member-mail:{address}", period_s=3600) <= MAILS_PER_HOUR:
        errands.send(tasks.mail_new_member, member.pk)
    return member


@transaction.atomic
def change_role(*, actor: Actor, member: Member, role: Role) -> None:
    """Give a member another role; `owner` hands the workspace over, and leaves the caller an admin.

    Emits `member.role_changed` or `workspace.ownership_handed_over`, nothing when they have this role already.
    Raises NotFound, Forbidden, Conflict (`last_owner`), InvalidInput naming `role`.
    """
    member = _locked(member)
    access.require(actor, access.to_change(actor, member, to=role), member)
    if role == member.role:
        return
    if role == Role.OWNER:
        _hand_over(actor, member)
        return
    _keep_an_owner(member)
    events.emit("member.role_changed", subject=member, by=actor, person=name_of(member), old=member.role, new=role)
    _set_role(member, role)


@transaction.atomic
def remove_member(*, actor: Actor, member: Member) -> None:
    """End a membership, one's own included, or withdraw an invitation; emits `member.removed` or `member.left`.

    Raises NotFound, Forbidden, Conflict (`last_owner`).
    """
    member = _locked(member)
    action = access.to_change(actor, member, to=None)
    access.require(actor, action, member)
    _keep_an_owner(member)
    kind = "member.left" if action is Action.LEAVE else "member.removed"
    events.emit(kind, subject=member, by=actor, person=name_of(member), role=member.role)
    member.delete()


@transaction.atomic
def join_invited(person: User) -> None:
    """Make a membership of every invitation to the person's address; emits `member.joined` for each."""
    for invitation in Invitation.objects.filter(email=person.email).order_by("workspace_id"):
        with suppress(NotFound):  # withdrawn meanwhile
            _join(_locked(invitation), person)


@transaction.atomic
def leave_all(*, actor: Actor, person: User, heirs: bool) -> list[Workspace]:
    """End the memberships of a person whose account is closed; returns the workspaces with nobody left in them.

    Emits `member.left` (`member.removed`, when it is not the actor's own account) where others stay. With `heirs` a
    workspace that loses its only owner goes to whoever has been highest in it for longest, which
    `workspace.ownership_handed_over` tells; else it raises Conflict (`last_owner`) naming those workspaces.
    """
    mine = Membership.objects.filter(user=person).select_related("user", "workspace")
    theirs = Workspace.objects.filter(pk__in=mine.values("workspace"))
    list(theirs.select_for_update(no_key=True).order_by("pk").values_list("pk"))  # the order of whoever locks several
    parting = queries.parting(person)
    if parting.ownerless and not heirs:
        raise Conflict(only_owner_of(parting.ownerless), code="last_owner")
    for workspace in parting.ownerless:
        _inherit(actor, workspace, person)
    kind = "member.left" if actor.user == person else "member.removed"
    for member in mine.exclude(workspace__in=parting.empty):
        events.emit(kind, subject=member, by=actor, person=name_of(member), role=member.role)
        member.delete()
    Invitation.objects.filter(email=person.email).delete()
    audit.forget(person)
    return parting.empty


def only_owner_of(workspaces: list[Workspace]) -> str:
    """What keeps a person from going, and what to do about it."""
    names = ", ".join(f"“{workspace.name}”" for workspace in workspaces)
    return f"You are the only owner of {names}, where others work. Hand the ownership over first."


def name_of(member: Member) -> str:
    """What a member is called in front of others: the username, or the address of one who has no account yet."""
    return member.user.username if isinstance(member, Membership) else member.email


@transaction.atomic
def is_last_owner(member: Member) -> bool:
    """Whether the workspace has no other owner; nobody else can change that until the commit."""
    if member.role != Role.OWNER:
        return False
    _lock(member.workspace_id)
    owners = Membership.objects.filter(workspace=member.workspace_id, role=Role.OWNER)
    return not owners.exclude(pk=member.pk).exists()


def _lock(workspace_id: UUID) -> None:
    """Let one change of a workspace's people happen at a time, until the commit."""
    if not Workspace.objects.select_for_update(no_key=True).filter(pk=workspace_id):
        raise NotFound("There is no such workspace, or you may not see it.")


def _locked(member: M) -> M:
    """The member as they are now that nobody else can change them; raises NotFound if they are gone."""
    _lock(member.workspace_id)
    row = cast("M | None", type(member)._default_manager.filter(pk=member.pk).first())
    if row is None:
        raise NotFound("There is no such member any more.")
    return row


def _not_granted() -> InvalidInput:
    return InvalidInput("role", "Ownership is handed over to somebody who is a member already.")


def _admit(workspace: Workspace, person: User, role: Role) -> Membership:
    Invitation.objects.filter(workspace=workspace, email=person.email).delete()
    member, is_new = Membership.objects.get_or_create(workspace=workspace, user=person, defaults={"role": role})
    return _require_new(member, is_new=is_new)


def _address(email: str) -> str:
    """The address in the form people are found by; lower case can be longer than what was typed, or no address."""
    address = User.objects.normalize_email(email)
    try:
        User._meta.get_field("email").run_validators(address)
    except ValidationError:
        raise InvalidInput("email", "Enter a valid email address.") from None
    return address


def _invite(actor: Actor, workspace: Workspace, address: str, role: Role) -> Invitation:
    invitation, is_new = Invitation.objects.get_or_create(
        workspace=workspace, email=address, defaults={"role": role, "invited_by": actor.user}
    )
    # Somebody who signs up at this moment does not see the invitation, nor it them: whoever commits last sees both.
    transaction.on_commit(lambda: _settle(address), robust=True)
    return _require_new(invitation, is_new=is_new)


def _require_new(member: M, *, is_new: bool) -> M:
    if not is_new:
        how = "a member of" if isinstance(member, Membership) else "invited to"
        raise InvalidInput("email", f"This person is {how} the workspace already.", code="already_member")
    return member


def _settle(address: str) -> None:
    if person := User.objects.filter(email=address).first():
        join_invited(person)


def _join(invitation: Invitation, person: User) -> None:
    member, is_new = Membership.objects.get_or_create(
        workspace_id=invitation.workspace_id, user=person, defaults={"role": invitation.role}
    )
    invitation.delete()
    if is_new:
        events.emit("member.joined", subject=member, by=Actor(person), person=person.username, role=member.role)


def _hand_over(actor: Actor, member: Member) -> None:
    if isinstance(member, Invitation):
        raise _not_granted()
    _set_role(member, Role.OWNER)
    Membership.objects.filter(workspace=member.workspace_id, user=actor.user).update(role=Role.ADMIN)
    events.emit("workspace.ownership_handed_over", subject=member.workspace, by=actor, person=name_of(member))


def _inherit(actor: Actor, workspace: Workspace, person: User) -> None:
    if heir := queries.heir_of(workspace, person):
        _set_role(heir, Role.OWNER)
        events.emit("workspace.ownership_handed_over", subject=workspace, by=actor, person=name_of(heir))


def _keep_an_owner(member: Member) -> None:
    if is_last_owner(member):
        raise Conflict("A workspace needs an owner. Hand the ownership over first.", code="last_owner")


def _set_role(member: Member, role: Role) -> None:
    member.role = role
    member.save(update_fields=["role"])
