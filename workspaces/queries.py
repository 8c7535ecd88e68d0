"""Reads of workspaces, their people, projects and audit trails."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from accounts.models import User
from core.actor import Actor
from core.errors import NotFound
from core.models import OutboxEvent
from workspaces import access
from workspaces.access import Action
from workspaces.models import Invitation, Membership, Project, Role, Workspace

SWITCHER_WORKSPACES, SWITCHER_PROJECTS = 8, 12  # in every page's rail; the rest stand on a page of their own

ACTIVE, INVITED = "active", "invited"  # what a member's status can be
AUDIT_SEARCH = ["kind", "subject_name", "actor__username", "payload__person"]


def workspaces_of(actor: Actor) -> QuerySet[Workspace]:
    """The person's workspaces, each annotated with their `role`."""
    return access.with_role(actor, access.visible(actor, Workspace.objects.all()))


def workspaces_to_edit(actor: Actor) -> QuerySet[Workspace]:
    """The workspaces in which the person may make things."""
    mine = Membership.objects.filter(user=actor.user, role__in=access.ROLES_FOR[Action.EDIT])
    return Workspace.objects.filter(pk__in=mine.values("workspace"))


def workspaces_to_switch_to(actor: Actor, here: UUID | None) -> QuerySet[Workspace]:
    """A few of the person's workspaces, `here` first, each with its `first_projects`."""
    first = Case(When(pk=here, then=0), default=1)
    projects = Project.objects.order_by("created_at")[:SWITCHER_PROJECTS]
    rows = access.visible(actor, Workspace.objects.all()).order_by(first, "name", "id")[:SWITCHER_WORKSPACES]
    return rows.prefetch_related(Prefetch("projects", queryset=projects, to_attr="first_projects"))


def workspaces_listed(actor: Actor) -> QuerySet[Workspace]:
    """The person's workspaces with their `role`, how many members and projects each has, and its `first_project`."""
    projects = Project.objects.filter(workspace=OuterRef("pk")).order_by("created_at", "id")
    return workspaces_of(actor).annotate(
        member_count=_count(Membership.objects.filter(workspace=OuterRef("pk"))),
        project_count=_count(projects),
        first_project=Subquery(projects.values("pk")[:1]),
    )


def _count(rows: QuerySet[Any]) -> Subquery:
    """How many rows hang in each workspace: a subquery each, for two joins would multiply."""
    counted = rows.order_by().values("workspace").annotate(count=Count("pk")).values("count")
    return Subquery(counted, output_field=IntegerField())


@dataclass(frozen=True, slots=True)
class Parting:
    """What a person's workspaces are without them: with nobody left, with others but no owner, as they are."""

    empty: list[Workspace]
    ownerless: list[Workspace]
    lasting: list[Workspace]


def parting(person: User) -> Parting:
    """What would become of the person's workspaces if they went."""
    mine = Membership.objects.filter(user=person).values("workspace")
    others = Membership.objects.filter(workspace=OuterRef("pk")).exclude(user=person)
    workspaces = Workspace.objects.filter(pk__in=mine).annotate(
        has_others=Exists(others), has_owner=Exists(others.filter(role=Role.OWNER))
    )
    return Parting(
        empty=[each for each in workspaces if not each.has_others],
        ownerless=[each for each in workspaces if each.has_others and not each.has_owner],
        lasting=[each for each in workspaces if each.has_owner],
    )


def heir_of(workspace: Workspace, person: User) -> Membership | None:
    """Who owns the workspace when its only owner goes: of those highest in rank, who has been there for longest."""
    others = Membership.objects.filter(workspace=workspace).exclude(user=person).select_related("user")
    return others.annotate(rank=_rank()).order_by("-user__is_active", "rank", "created_at", "pk").first()


def projects_of(actor: Actor) -> QuerySet[Project]:
    """The projects the person may see."""
    return access.visible(actor, Project.objects.select_related("workspace"))


def members_of(actor: Actor, workspace: Workspace) -> QuerySet[Membership]:
    """The members with their `username`, `email`, `full_name`, `status` and `rank` (the owner's is 0).

    Address and full name are None but for one's own, unless the person oversees the workspace: for SQL too, so
    that neither a search nor an order tells them.
    """
    told = access.may(actor, Action.OVERSEE, workspace)
    own = {
        field: Case(When(user=actor.user, then=F(field)), default=None) for field in ("user__email", "user__full_name")
    }
    return Membership.objects.filter(workspace=workspace).annotate(
        username=F("user__username"),
        email=F("user__email") if told else own["user__email"],
        full_name=F("user__full_name") if told else own["user__full_name"],
        status=Value(ACTIVE, CharField()),
        rank=_rank(),
    )


def invitations_of(actor: Actor, workspace: Workspace) -> QuerySet[Invitation]:
    """Those who are invited, with the same columns as members; none unless the person oversees the workspace."""
    invitations = Invitation.objects.filter(workspace=workspace)
    if not access.may(actor, Action.OVERSEE, workspace):
        invitations = invitations.none()
    return invitations.annotate(
        username=Value(None, CharField()),
        full_name=Value(None, CharField()),
        status=Value(INVITED, CharField()),
        rank=_rank(),
    )


def member_of(actor: Actor, workspace: Workspace, member_id: UUID) -> Membership | Invitation:
    """The member or the invited person of this id; raises NotFound if there is none in this workspace."""
    found = (
        members_of(actor, workspace).filter(pk=member_id).first()
        or invitations_of(actor, workspace).filter(pk=member_id).first()
    )
    if found is None:
        raise NotFound("There is no such member, or you may not see them.")
    return found


def audit_of(workspace: Workspace) -> QuerySet[OutboxEvent]:
    """What happened in a workspace, newest first, with who did it."""
    return OutboxEvent.objects.filter(workspace_id=workspace.pk).select_related("actor").order_by("-id")


def of_kind(events: QuerySet[OutboxEvent], kind: str) -> QuerySet[OutboxEvent]:
    """The events of a kind (`member.added`), or of a whole group (`member`)."""
    return events.filter(Q(kind=kind) | Q(kind__startswith=f"{kind}."))


def _rank() -> Case:
    ranks = [When(role=role, then=Value(rank)) for rank, role in enumerate(reversed(Role))]
    return Case(*ranks, output_field=IntegerField())
