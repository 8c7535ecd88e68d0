"""A project at a glance: the three steps of its main job, and what happened last."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.actor import Actor
from datasets import samples
from datasets.models import Dataset, VersionStatus
from datasets.queries import datasets_of
from predictions.queries import history_of
from training.models import ModelStatus
from training.presentation.model_words import primary
from training.queries import jobs_of, models_of
from workspaces import access
from workspaces.access import Action
from workspaces.models import Project
from workspaces.views import crumbs, project_of_page

RECENT = 5


@login_required
def overview(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """What to do next, and what was done."""
    project = project_of_page(request, project_id)
    actor = Actor.of(request)
    of_project = datasets_of(actor).filter(project=project)
    datasets, ready = list(of_project[:RECENT]), of_project.filter(Q(status=VersionStatus.READY))
    jobs = list(jobs_of(actor).filter(project=project)[:RECENT])
    models = list(models_of(actor).filter(project=project).exclude(status=ModelStatus.ARCHIVED)[:RECENT])
    predicted = history_of(actor).filter(model__project=project).exists()
    context = {
        "project": project,
        "steps": _steps(project, ready.first(), models, predicted=predicted),
        "recent": {
            "datasets": datasets,
            "jobs": jobs,
            "models": [
                {"id": model.pk, "name": model.name, "version": model.version, **primary(model)} for model in models
            ],
        },
        "samples": samples.all_samples(),
        "may_edit": access.may(actor, Action.EDIT, project),
        "crumbs": crumbs(project),
    }
    return render(request, "workspaces/overview.html", context)


def _steps(project: Project, table: Dataset | None, models: list[Any], *, predicted: bool) -> list[dict[str, Any]]:
    """The three steps with ticks; the first one undone is the current one. `table` is one that can be trained on."""
    data, train, predict = (
        {
            "title": "Bring a table",
            "text": "Upload a CSV or JSON file, or take a sample set.",
            "done": table is not None,
            "action_label": "Upload a table",
            "action_url": reverse("datasets:upload", args=[project.pk]),
        },
        {
            "title": "Train a model",
            "text": "Choose the column to predict; the rest is set up for you.",
            "done": bool(models),
            "action_label": "Train a model",
            "action_url": reverse("training:new", args=[table.pk]) if table else "",
        },
        {
            "title": "Predict",
            "text": "Fill in a form or call the API, and read the answer.",
            "done": predicted,
            "action_label": "Predict",
            "action_url": reverse("predictions:predict", args=[models[0].pk]) if models else "",
        },
    )
    steps = [data, train, predict]
    current = next((step for step in steps if not step["done"]), None)
    return [{**step, "current": step is current} for step in steps]
