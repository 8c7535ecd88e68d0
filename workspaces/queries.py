"""Reads of workspaces and projects."""

from django.db.models import Prefetch, QuerySet

from core.actor import Actor
from workspaces import access
from workspaces.models import Membership, Project, Workspace


def workspaces_of(actor: Actor) -> QuerySet[Workspace]:
    """The person's workspaces, each annotated with their `role`."""
    return access.with_role(actor, access.visible(actor, Workspace.objects.all()))


def workspaces_to_edit(actor: Actor) -> QuerySet[Workspace]:
    """The workspaces in which the person may make things."""
    mine = Membership.objects.filter(user=actor.user, role__in=access.ROLES_FOR[access.Action.EDIT])
    return Workspace.objects.filter(pk__in=mine.values("workspace"))


def workspaces_with_projects(actor: Actor) -> QuerySet[Workspace]:
    """The person's workspaces with their projects at hand, for the switcher."""
    return access.visible(actor, Workspace.objects.all()).prefetch_related(
        Prefetch("projects", queryset=Project.objects.order_by("created_at"))
    )


def projects_of(actor: Actor) -> QuerySet[Project]:
    """The projects the person may see."""
    return access.visible(actor, Project.objects.select_related("workspace"))
