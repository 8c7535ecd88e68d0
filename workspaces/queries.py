"""Reads of workspaces and projects."""

from typing import Any
from uuid import UUID

from django.db.models import Case, Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery, When

from core.actor import Actor
from workspaces import access
from workspaces.models import Membership, Project, Workspace

SWITCHER_WORKSPACES, SWITCHER_PROJECTS = 8, 12  # in every page's rail; the rest stand on a page of their own


def workspaces_of(actor: Actor) -> QuerySet[Workspace]:
    """The person's workspaces, each annotated with their `role`."""
    return access.with_role(actor, access.visible(actor, Workspace.objects.all()))


def workspaces_to_edit(actor: Actor) -> QuerySet[Workspace]:
    """The workspaces in which the person may make things."""
    mine = Membership.objects.filter(user=actor.user, role__in=access.ROLES_FOR[access.Action.EDIT])
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


def projects_of(actor: Actor) -> QuerySet[Project]:
    """The projects the person may see."""
    return access.visible(actor, Project.objects.select_related("workspace"))
