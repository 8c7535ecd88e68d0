"""What every page's frame shows: person, credits, places to go."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.models import User, Wallet
from core.actor import Actor
from core.theme import theme_of
from workspaces.models import Project, Workspace
from workspaces.queries import projects_of, workspaces_to_switch_to


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the rail."""

    label: str
    icon: str
    url: str
    current: bool


PLACES = [
    ("Overview", "home", "overview"),
    ("Data", "data", "datasets:list"),
    ("Training", "training", "training:jobs"),
    ("Models", "model", "training:models"),
    ("Predictions", "predict", "predictions:list"),
]
WORKSPACE_PLACES = [
    ("Members", "members", ("workspaces:members", "workspaces:remove", "workspaces:hand_over")),
    ("Settings", "settings", ("workspaces:settings", "workspaces:audit", "workspaces:delete")),
]
MODEL_PAGES = (
    "training:models",
    "training:model",
    "training:evaluation",
    "training:importance",
    "training:compare",
    "training:archive",
)
DATA_PAGES = ("training:used_by",)


def shell(request: HttpRequest) -> dict[str, Any]:
    """The template variables `shell` (asked of the database only where it is shown), `request_id`."""
    return {
        "shell": SimpleLazyObject(lambda: _shell(request)),
        "request_id": getattr(request, "request_id", ""),
    }


def _shell(request: HttpRequest) -> dict[str, Any]:
    frame: dict[str, Any] = {
        "user": None,
        "theme": theme_of(request),
        "project": None,
        "workspace": None,
        "workspaces": [],
        "nav": [],
    }
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return frame
    balance = Wallet.objects.filter(user=user).values_list("balance", flat=True).first()
    if balance is None:  # the account was closed while this page was made
        return frame
    project = _current(request, Actor(user))
    workspace = getattr(request, "workspace", None) or (project.workspace if project else None)
    workspaces = workspaces_to_switch_to(Actor(user), workspace.pk if workspace else None)
    return frame | {
        "user": user,
        "credits": balance if settings.CREDITS_ENABLED else None,
        "workspaces": [
            {
                "id": workspace.pk,
                "name": workspace.name,
                "projects": [
                    {
                        "id": each.pk,
                        "name": each.name,
                        "url": reverse("overview", args=[each.pk]),
                        "current": project is not None and each.pk == project.pk,
                    }
                    for each in workspace.first_projects  # type: ignore[attr-defined]  # see the query
                ],
            }
            for workspace in workspaces
        ],
        "project": project,
        "workspace": workspace,
        "nav": [
            *(_places(request, project) if project else []),
            *(_workspace_places(request, workspace) if workspace else []),
        ],
    }


def _current(request: HttpRequest, actor: Actor) -> Project | None:
    """The project of this page, as the view named it; elsewhere the one last looked at, else the first.

    On a page of a workspace, one of that workspace.
    """
    here = getattr(request, "project_id", None) or request.session.get("project_id")
    projects = projects_of(actor)
    if workspace := getattr(request, "workspace", None):
        projects = projects.filter(workspace=workspace)
    return (projects.filter(pk=here).first() if here else None) or projects.first()


def _places(request: HttpRequest, project: Project) -> list[Place]:
    match = request.resolver_match
    app = match.namespace if match else ""
    view = match.view_name if match else ""
    places = []
    for label, icon, name in PLACES:
        if label == "Models":
            current = view in MODEL_PAGES
        elif label == "Training":
            current = app == "training" and view not in (*MODEL_PAGES, *DATA_PAGES)
        elif label == "Data":
            current = app == "datasets" or view in DATA_PAGES
        elif label == "Overview":
            current = view == name
        else:
            current = app == name.split(":")[0]
        places.append(Place(label, icon, reverse(name, args=[project.pk]), current))
    return places


def _workspace_places(request: HttpRequest, workspace: Workspace) -> list[Place]:
    view = request.resolver_match.view_name if request.resolver_match else ""
    return [
        Place(label, icon, reverse(pages[0], args=[workspace.pk]), view in pages)
        for label, icon, pages in WORKSPACE_PLACES
    ]
