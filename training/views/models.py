"""Pages of models."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.actor import Actor
from core.http.lists import listing
from ml.algorithms.registry import get_algorithm
from training import downloads, presentation, queries, services, snippets
from training.models import ModelStatus, ModelVersion
from workspaces import access
from workspaces.access import Action
from workspaces.views import crumbs, project_of_page, stand_in


@login_required
def model_list(request: HttpRequest, project_id: UUID) -> HttpResponse:
    project = project_of_page(request, project_id)
    models = queries.models_of(Actor.of(request)).filter(project=project)
    archived = request.GET.get("status") == ModelStatus.ARCHIVED
    models = (models.filter if archived else models.exclude)(status=ModelStatus.ARCHIVED)
    sorts = {"name": "name", "created_at": "created_at"}
    found = listing(request, models, search=["name", "target"], sorts=sorts, default="-created_at")
    found.page_obj.object_list = [_row(model) for model in found.page_obj]
    context = {
        **found.context(),
        "project": project,
        "status": ModelStatus.ARCHIVED.value if archived else "",
        "crumbs": crumbs(project, ("Models", "")),
    }
    return render(request, "training/models.html", context)


def _row(model: ModelVersion) -> dict[str, Any]:
    return {
        "id": model.pk,
        "name": model.name,
        "version": model.version,
        "task": model.task,
        "target": model.target,
        "status": model.status,
        "created_at": model.created_at,
        "algorithm_name": get_algorithm(model.algorithm).name,
        **presentation.primary(model),
    }


@login_required
def model_detail(request: HttpRequest, model_id: UUID) -> HttpResponse:
    actor = Actor.of(request)
    model = access.get(actor, queries.models_of(actor), model_id)
    stand_in(request, model.project)
    context = {
        **presentation.summary(model),
        "project": model.project,
        "dataset": model.dataset_version.dataset,
        "may_edit": access.may(actor, Action.EDIT, model),
        "may_use": access.may(actor, Action.USE, model),
        "facts_line": [
            presentation.data_seen(model.dataset_version, model.plan),
            f"predicts {model.target}",
            get_algorithm(model.algorithm).name,
        ],
        "facts": presentation.facts(model),
        "parameters": presentation.parameters(model),
        "steps": presentation.steps(model.plan),
        "snippets": snippets.for_model(model, base_url=request.build_absolute_uri("/").rstrip("/")),
        "inputs": model.fields,
        "download_url": reverse("training:download", args=[model.pk]),
        "crumbs": crumbs(
            model.project, ("Models", reverse("training:models", args=[model.project_id])), (str(model), "")
        ),
    }
    return render(request, "training/model.html", context)


@login_required
def model_download(request: HttpRequest, model_id: UUID) -> FileResponse:
    actor = Actor.of(request)
    model = access.get(actor, queries.models_of(actor), model_id)
    wanted = request.GET.get("format", "")
    return downloads.response(model, wanted if wanted in downloads.FORMATS else downloads.FORMATS[0])


@login_required
def model_archive(request: HttpRequest, model_id: UUID) -> HttpResponse:
    """Archive after a question: asked in a dialog, or on a page of its own without scripts."""
    actor = Actor.of(request)
    model = access.get(actor, queries.models_of(actor), model_id)
    stand_in(request, model.project)
    if request.method == "POST":
        services.archive_model(actor=actor, model=model)
        messages.success(request, f"“{model}” is archived.")
        return redirect("training:models", model.project_id)
    here = reverse("training:model", args=[model.pk])
    context = {
        "title": f"Archive “{model}”?",
        "text": "It answers no more predictions, from pages and from programs.",
        "kept": "Its figures, its file and its history stay.",
        "action_url": reverse("training:archive", args=[model.pk]),
        "action_label": "Archive model",
        "cancel_url": here,
        "crumbs": crumbs(model.project, (str(model), here), ("Archive", "")),
    }
    return render(request, "confirm.html", context)
