"""What every page's frame shows: person, credits, places to go."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.credits import balance_of
from accounts.models import User
from core.actor import Actor
from core.theme import theme_of
from workspaces.models import Project
from workspaces.queries import workspaces_with_projects


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
MODEL_PAGES = ("training:models", "training:model", "training:archive")


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
        "workspaces": [],
        "nav": [],
    }
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return frame
    workspaces = list(workspaces_with_projects(Actor(user)))
    projects = [project for workspace in workspaces for project in workspace.projects.all()]
    project = _current(request, projects)
    return frame | {
        "user": user,
        "credits": balance_of(user) if settings.CREDITS_ENABLED else None,
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
                    for each in workspace.projects.all()
                ],
            }
            for workspace in workspaces
        ],
        "project": project,
        "nav": _places(request, project) if project else [],
    }


def _current(request: HttpRequest, projects: list[Project]) -> Project | None:
    """The project of this page, as the view named it; elsewhere the one last looked at, else the first."""
    here = getattr(request, "project_id", None) or request.session.get("project_id")
    return next((each for each in projects if str(each.pk) == str(here)), projects[0] if projects else None)


def _places(request: HttpRequest, project: Project) -> list[Place]:
    match = request.resolver_match
    app = match.namespace if match else ""
    view = match.view_name if match else ""
    places = []
    for label, icon, name in PLACES:
        if label == "Models":
            current = view in MODEL_PAGES
        elif label == "Training":
            current = app == "training" and view not in MODEL_PAGES
        elif label == "Overview":
            current = view == name
        else:
            current = app == name.split(":")[0]
        places.append(Place(label, icon, reverse(name, args=[project.pk]), current))
    return places
