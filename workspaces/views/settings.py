"""Pages of a workspace's settings: what it is called, what was done in it, and deleting it."""

from copy import copy
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.actor import Actor
from core.errors import ProductError
from core.http.errors import add_to_form, form_page
from core.http.lists import listing
from workspaces import access, audit, queries, services
from workspaces.access import Action
from workspaces.forms import DeleteWorkspaceForm, WorkspaceSettingsForm
from workspaces.models import Workspace
from workspaces.views.frame import workspace_crumbs, workspace_of_page


@login_required
def workspace_settings(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Name, slug and description: a form for those who manage the workspace, words for others."""
    is_post = request.method == "POST"
    workspace = workspace_of_page(request, workspace_id, Action.MANAGE if is_post else Action.VIEW)
    actor = Actor.of(request)
    # A copy, for the page around a form that is shown again tells what is saved.
    form = WorkspaceSettingsForm(request.POST or None, instance=copy(workspace))
    if is_post and form.is_valid():
        try:
            services.update_workspace(actor=actor, workspace=copy(workspace), **form.cleaned_data)
        except ProductError as error:
            add_to_form(form, error)
        else:
            messages.success(request, "The settings are saved.")
            return redirect("workspaces:settings", workspace.pk)
    allowed = access.allowed(actor, workspace)
    context = {
        **_frame(workspace, "settings", allowed),
        "may_manage": Action.MANAGE in allowed,
        "may_delete": Action.OWN in allowed,
    }
    return form_page(request, "workspaces/settings.html", form, **context)


@login_required
def audit_trail(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Who did what, newest first."""
    workspace = workspace_of_page(request, workspace_id, Action.OVERSEE)
    kind = request.GET.get("kind", "")
    kind = kind if kind in audit.GROUPS else ""
    events = queries.audit_of(workspace)
    events = queries.of_kind(events, kind) if kind else events
    found = listing(request, events, search=queries.AUDIT_SEARCH, sorts={"created_at": "id"}, default="-created_at")
    found.page_obj.object_list = [{"event": event, "what": audit.sentence(event)} for event in found.page_obj]
    context = {
        **_frame(workspace, "audit", access.allowed(Actor.of(request), workspace)),
        **found.context(),
        "kind": kind,
        "groups": [{"value": value, "label": label} for value, label in audit.GROUPS.items()],
    }
    return render(request, "workspaces/audit.html", context)


@login_required
def delete(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Delete an empty workspace once its name was typed; says why it stays while a project holds something."""
    workspace = workspace_of_page(request, workspace_id, Action.OWN)
    form = DeleteWorkspaceForm(request.POST or None, workspace=workspace)
    if request.method == "POST" and form.is_valid():
        try:
            services.delete_workspace(actor=Actor.of(request), workspace=copy(workspace))
        except ProductError as error:
            add_to_form(form, error)
        else:
            messages.success(request, f"“{workspace.name}” is deleted.")
            return redirect("workspaces:home")
    back = reverse("workspaces:settings", args=[workspace.pk])
    context = {
        "title": f"Delete “{workspace.name}”?",
        "text": "The workspace and its empty projects are deleted for all its members. This cannot be undone.",
        "kept": "A workspace whose projects hold datasets or models stays.",
        "action_url": request.path,
        "action_label": "Delete workspace",
        "cancel_url": back,
        "crumbs": workspace_crumbs(workspace, ("Settings", back), ("Delete", "")),
    }
    return form_page(request, "confirm.html", form, **context)


def _frame(workspace: Workspace, here: str, allowed: frozenset[Action]) -> dict[str, Any]:
    """What both faces of the settings show: the tabs, and the way here."""
    faces = {"settings": "Settings", "audit": "Audit trail"} if Action.OVERSEE in allowed else {}
    return {
        "workspace": workspace,
        "tabs": [
            {"label": label, "url": reverse(f"workspaces:{face}", args=[workspace.pk]), "current": face == here}
            for face, label in faces.items()
        ],
        "crumbs": workspace_crumbs(workspace, ("Settings", "")),
    }
