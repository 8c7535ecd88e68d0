"""What every face of a model stands in: its head and its tabs."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from core.actor import Actor
from ml.algorithms.registry import get_algorithm
from training import queries
from training.models import ModelVersion
from training.presentation import plan_words
from training.views.status import possible_acts
from workspaces import access
from workspaces.access import Action
from workspaces.views import crumbs, stand_in

# Key, label and address of each face.
TABS = (
    ("overview", "Overview", "training:model"),
    ("evaluation", "Evaluation", "training:evaluation"),
    ("importance", "Importance", "training:importance"),
)


@dataclass(frozen=True, slots=True)
class ModelFace:
    """One face of a model for one person, and what its frame shows (`templates/training/model_frame.html`)."""

    actor: Actor
    model: ModelVersion
    context: dict[str, Any]


def model_face(request: HttpRequest, model_id: UUID, tab: str) -> ModelFace:
    """The model, if the person may see it."""
    actor = Actor.of(request)
    model = access.get(actor, queries.models_of(actor), model_id)
    stand_in(request, model.project)
    context = {
        "model": model,
        "project": model.project,
        "dataset": model.dataset_version.dataset,
        "acts": possible_acts(model) if access.may(actor, Action.EDIT, model) else [],
        "may_use": access.may(actor, Action.USE, model),
        "data_seen": plan_words.data_seen(model.dataset_version, model.plan),
        "facts_line": [f"predicts {model.target}", get_algorithm(model.algorithm).name],
        "tabs": [
            {"label": label, "url": reverse(address, args=[model.pk]), "current": key == tab}
            for key, label, address in TABS
        ],
        "download_url": reverse("training:download", args=[model.pk]),
        "crumbs": crumbs(
            model.project, ("Models", reverse("training:models", args=[model.project_id])), (str(model), "")
        ),
    }
    return ModelFace(actor, model, context)
