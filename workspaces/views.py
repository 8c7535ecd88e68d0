"""Pages of signing up, workspaces and projects."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.forms import SignUpForm
from core.actor import Actor
from core.errors import ProductError
from core.http.errors import add_to_form
from core.http.lists import listing
from workspaces import access, queries, services
from workspaces.forms import ProjectForm, WorkspaceForm
from workspaces.models import Project


def sign_up(request: HttpRequest) -> HttpResponse:
    """Make an account and land in a ready project."""
    if request.user.is_authenticated:
        return redirect("workspaces:home")
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = services.sign_up(**form.cleaned_data)
        except ProductError as error:
            add_to_form(form, error)
        else:
            login(request, person)
            return redirect("workspaces:home")
    credits_at_sign_up = settings.CREDITS_AT_SIGN_UP if settings.CREDITS_ENABLED else None
    return render(request, "accounts/sign_up.html", {"form": form, "credits_at_sign_up": credits_at_sign_up})


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The project last looked at, or the first."""
    actor = Actor.of(request)
    project = _last_project(request, actor) or services.open_home(actor=actor)
    return redirect("overview", project.pk)


@login_required
def workspace_list(request: HttpRequest) -> HttpResponse:
    workspaces = listing(
        request,
        queries.workspaces_listed(Actor.of(request)),
        search=["name", "slug"],
        sorts={"name": "name", "created_at": "created_at"},
        default="name",
    )
    context = {**workspaces.context(), "crumbs": [{"label": "Workspaces"}]}
    return render(request, "workspaces/workspace_list.html", context)


@login_required
def workspace_new(request: HttpRequest) -> HttpResponse:
    form = WorkspaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actor = Actor.of(request)
        workspace = services.create_workspace(actor=actor, **form.cleaned_data)
        project = services.create_project(actor=actor, workspace=workspace, name=services.FIRST_PROJECT)
        messages.success(request, f"The workspace “{workspace.name}” is ready.")
        return redirect("overview", project.pk)
    return render(request, "workspaces/workspace_form.html", {"form": form, "crumbs": [{"label": "New workspace"}]})


@login_required
def project_new(request: HttpRequest) -> HttpResponse:
    actor = Actor.of(request)
    here = _last_project(request, actor)
    workspaces = queries.workspaces_to_edit(actor)
    form = ProjectForm(request.POST or None, workspaces=workspaces, current=here.workspace_id if here else None)
    if request.method == "POST" and form.is_valid():
        project = services.create_project(actor=actor, **form.cleaned_data)
        messages.success(request, f"The project “{project.name}” is ready.")
        return redirect("overview", project.pk)
    return render(request, "workspaces/project_form.html", {"form": form, "crumbs": [{"label": "New project"}]})


def _last_project(request: HttpRequest, actor: Actor) -> Project | None:
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


def crumbs(project: Project, *rest: tuple[str, str]) -> list[dict[str, Any]]:
    """The way to a page of a project: (label, url) a step."""
    steps = [(project.workspace.name, ""), (project.name, f"/projects/{project.pk}"), *rest]
    return [{"label": label, "url": url} for label, url in steps]
