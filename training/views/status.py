"""Changing what a model is to people: active, deprecated or archived."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.actor import Actor
from training import queries, services
from training.models import ModelStatus, ModelVersion
from workspaces import access
from workspaces.views import crumbs, stand_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One change of status, with what is asked before it and said after it; `name` is that of its address."""

    name: str
    to: ModelStatus
    verb: str
    icon: str
    text: str
    kept: str
    done: str
    kind: str = "primary"

    def question(self, model: ModelVersion) -> dict[str, str]:
        return {"title": f"{self.verb} “{model}”?", "text": self.text, "kept": self.kept, "kind": self.kind}


ACTS = (
    Act(
        name="restore",
        to=ModelStatus.ACTIVE,
        verb="Restore",
        icon="refresh",
        text="It is active again and answers predictions, from pages and from programs.",
        kept="Its figures, its file and its history are as they were.",
        done="is active again.",
    ),
    Act(
        name="deprecate",
        to=ModelStatus.DEPRECATED,
        verb="Deprecate",
        icon="warning",
        text="It goes on answering predictions, and pages and programs say that it is to be moved away from.",
        kept="Its figures, its file and its history stay.",
        done="is deprecated.",
    ),
    Act(
        name="archive",
        to=ModelStatus.ARCHIVED,
        verb="Archive",
        icon="archive",
        text="It answers no more predictions, from pages and from programs, until it is restored.",
        kept="Its figures, its file and its history stay.",
        done="is archived.",
        kind="danger",
    ),
)


def possible_acts(model: ModelVersion) -> list[dict[str, Any]]:
    """The acts that would change the model, as its menu and its dialogs show them."""
    return [
        {
            **act.question(model),
            "name": act.name,
            "verb": act.verb,
            "icon": act.icon,
            "url": reverse(f"training:{act.name}", args=[model.pk]),
        }
        for act in ACTS
        if act.to != model.status
    ]


@login_required
def model_status(request: HttpRequest, model_id: UUID, act: Act) -> HttpResponse:
    """Change it after a question: asked in a dialog, or on a page of its own without scripts."""
    actor = Actor.of(request)
    model = access.get(actor, queries.models_of(actor), model_id)
    stand_in(request, model.project)
    here = reverse("training:model", args=[model.pk])
    if request.method == "POST":
        services.update_model(actor=actor, model=model, status=act.to)
        messages.success(request, f"“{model}” {act.done}")
        return redirect(here)
    context = {
        **act.question(model),
        "action_url": request.path,
        "action_label": f"{act.verb} model",
        "cancel_url": here,
        "cancel_label": "Leave it as it is",
        "crumbs": crumbs(
            model.project,
            ("Models", reverse("training:models", args=[model.project_id])),
            (str(model), here),
            (act.verb, ""),
        ),
    }
    return render(request, "confirm.html", context)
