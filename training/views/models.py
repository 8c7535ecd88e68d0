"""Pages of models."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.actor import Actor
from core.http.lists import listing
from ml.algorithms.registry import get_algorithm
from training import downloads, judgements, queries, snippets
from training.forms import CostsForm
from training.models import ModelStatus, ModelVersion
from training.presentation import model_words, plan_words
from training.views.again import repetition
from training.views.model_frame import model_face
from workspaces import access
from workspaces.views import crumbs, project_of_page


@login_required
def model_list(request: HttpRequest, project_id: UUID) -> HttpResponse:
    project = project_of_page(request, project_id)
    models = queries.listed(queries.models_of(Actor.of(request)).filter(project=project))
    archived = request.GET.get("status") == ModelStatus.ARCHIVED
    models = (models.filter if archived else models.exclude)(status=ModelStatus.ARCHIVED)
    sorts = {"name": "name", "created_at": "created_at"}
    found = listing(request, models, search=["name", "target"], sorts=sorts, default="-created_at")
    found.page_obj.object_list = [_row(model) for model in found.page_obj]
    context = {
        **found.context(),
        "project": project,
        "status": ModelStatus.ARCHIVED.value if archived else "",
        "compare_url": reverse("training:compare", args=[project.pk]),
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
        **model_words.primary(model),
        **model_words.standing(model, model.intervals, model.gain),  # type: ignore[attr-defined]  # of `listed`
        **model_words.costs(model),
        "size_bytes": model.size_bytes,
    }


@login_required
def model_detail(request: HttpRequest, model_id: UUID) -> HttpResponse:
    """What it is worth, and how to use it."""
    face = model_face(request, model_id, "overview")
    context = {
        **face.context,
        **model_words.summary(face.model),
        "facts": model_words.facts(face.model),
        "parameters": model_words.parameters(face.model),
        "steps": plan_words.steps(face.model.plan),
        "snippets": snippets.for_model(face.model, base_url=request.build_absolute_uri("/").rstrip("/")),
        "inputs": face.model.fields,
        **repetition(face.actor, face.model),
    }
    return render(request, "training/model.html", context)


@login_required
def model_evaluation(request: HttpRequest, model_id: UUID) -> HttpResponse:
    """How it was judged; `?threshold=`, `?false_alarm=` and `?miss=` are what two classes are seen at."""
    face = model_face(request, model_id, "evaluation")
    model = face.model
    costs = CostsForm(request.GET.dict())
    costs.full_clean()
    context = {
        **face.context,
        **model_words.summary(model),
        "scores": judgements.scores(model),
        "how_judged": judgements.how_judged(model),
        "threshold": judgements.at_threshold(model, request.GET.get("threshold"), costs.costs),
        "costs_form": costs,
        "classes": judgements.classes(model),
        "calibration": judgements.calibration(model),
        "by_prediction": judgements.by_prediction(model),
        "misses": judgements.misses(model),
    }
    is_part = request.htmx and context["threshold"]  # type: ignore[attr-defined]
    return render(request, "training/_threshold.html" if is_part else "training/model_evaluation.html", context)


@login_required
def model_importance(request: HttpRequest, model_id: UUID) -> HttpResponse:
    """Which columns it rests on."""
    face = model_face(request, model_id, "importance")
    context = {**face.context, "importance": judgements.importance(face.model)}
    return render(request, "training/model_importance.html", context)


@login_required
def model_download(request: HttpRequest, model_id: UUID) -> FileResponse:
    actor = Actor.of(request)
    model = access.get(actor, queries.models_of(actor), model_id)
    wanted = request.GET.get("format", "")
    return downloads.response(model, wanted if wanted in downloads.FORMATS else downloads.FORMATS[0])
