"""Where a page stands: its project or its workspace, for the frame around it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest

from core.actor import Actor
from workspaces import access, queries
from workspaces.access import Action
from workspaces.models import Project, Workspace


def last_project(request: HttpRequest, actor: Actor) -> Project | None:
    last = request.session.get("project_id")
    return queries.projects_of(actor).filter(pk=last).first() if last else None


def project_of_page(request: HttpRequest, project_id: UUID) -> Project:
    """The project a page is about, remembered as the one to come back to."""
    project = access.get(Actor.of(request), queries.projects_of(Actor.of(request)), project_id)
    stand_in(request, project)
    return project


def stand_in(request: HttpRequest, project: Project) -> None:
    """Mark a project as this page's, for the frame around it and for the next visit."""
    request.project_id = project.pk  # type: ignore[attr-defined]
    if request.session.get("project_id") != str(project.pk):
        request.session["project_id"] = str(project.pk)


def workspace_of_page(request: HttpRequest, workspace_id: UUID, action: Action = Action.VIEW) -> Workspace:
    """The workspace a page is about, if the person may do this there; the frame shows a project of it."""
    workspace = access.get(Actor.of(request), Workspace.objects.all(), workspace_id, action)
    request.workspace = workspace  # type: ignore[attr-defined]
    return workspace


def workspace_crumbs(workspace: Workspace, *rest: tuple[str, str]) -> list[dict[str, str]]:
    """The way to a page of a workspace: (label, url) a step."""
    return [{"label": label, "url": url} for label, url in [(workspace.name, ""), *rest]]


def crumbs(project: Project, *rest: tuple[str, str]) -> list[dict[str, Any]]:
    """The way to a page of a project: (label, url) a step."""
    steps = [(project.workspace.name, ""), (project.name, f"/projects/{project.pk}"), *rest]
    return [{"label": label, "url": url} for label, url in steps]
