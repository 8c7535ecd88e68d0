"""Pages of predictions."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import credits, sent_forms
from accounts.credits import Cost
from core.actor import Actor
from core.errors import ProductError
from core.http.errors import status_of
from core.http.lists import listing
from predictions import presentation, queries, services
from predictions.forms import PredictionForm
from predictions.models import Prediction
from training.queries import models_of
from workspaces import access
from workspaces.audit import A_CLOSED_ACCOUNT
from workspaces.views import crumbs, project_of_page, stand_in


@login_required
def predict(request: HttpRequest, model_id: UUID) -> HttpResponse:
    """Fill in a row, read the answer; htmx swaps the form and the answer of this same page."""
    actor = Actor.of(request)
    model = access.get(actor, models_of(actor), model_id)
    stand_in(request, model.project)
    example = queries.held_out_row(model) if request.GET.get("row") == "random" else None
    form, made, status = PredictionForm(request.POST or None, model=model, row=example), None, 200
    if request.method == "POST" and not form.is_valid():
        status = 400
    elif request.method == "POST":
        try:
            made_id, _ = sent_forms.done_once(
                request, lambda: str(services.predict(actor=actor, model=model, rows=[form.row]).pk)
            )
            made = queries.prediction(actor, UUID(made_id))
        except ProductError as error:
            form.refuse(getattr(error, "attr", None) or "", error.detail)
            status = status_of(error)
    with_credits = settings.CREDITS_ENABLED
    balance = credits.balance_of(actor.user) if with_credits else None
    context = {
        "model": model,
        "project": model.project,
        "form": form,
        "showing": sent_forms.new_showing(),
        "groups": [{"title": "", "fields": list(form)}],
        "example": {"actual": presentation.answer_words(example[model.target])} if example else None,
        "answer": _answer(made, balance) if made else None,
        "cost": credits.price(Cost.PREDICT) if with_credits else None,
        "balance": balance,
        "history_url": reverse("predictions:list", args=[model.project_id]),
        "crumbs": crumbs(
            model.project,
            ("Models", reverse("training:models", args=[model.project_id])),
            (str(model), reverse("training:model", args=[model.pk])),
            ("Predict", ""),
        ),
    }
    return render(request, "predictions/predict.html", context, status=status)


def _answer(made: Prediction, balance: int | None) -> dict[str, Any]:
    return {
        **presentation.results(made)[0],
        "inference_ms": made.inference_ms,
        "credits_charged": made.credits_charged,
        "credits_left": balance,
        "detail_url": reverse("predictions:detail", args=[made.pk]),
    }


@login_required
def prediction_list(request: HttpRequest, project_id: UUID) -> HttpResponse:
    project = project_of_page(request, project_id)
    history = queries.history_of(Actor.of(request)).filter(model__project=project)
    sorts = {"created_at": "created_at"}
    found = listing(request, history, search=["model__name"], sorts=sorts, default="-created_at")
    found.page_obj.object_list = [presentation.list_entry(prediction) for prediction in found.page_obj]
    context = {**found.context(), "project": project, "crumbs": crumbs(project, ("Predictions", ""))}
    return render(request, "predictions/list.html", context)


@login_required
def prediction_detail(request: HttpRequest, prediction_id: UUID) -> HttpResponse:
    actor = Actor.of(request)
    prediction = queries.prediction(actor, prediction_id)
    project = prediction.model.project
    stand_in(request, project)
    context = {
        "prediction": prediction,
        "model": prediction.model,
        "project": project,
        "caller_name": _caller_name(prediction, actor),
        "results": presentation.results(prediction),
        "results_count": len(prediction.rows),
        "crumbs": crumbs(
            project,
            ("Predictions", reverse("predictions:list", args=[project.pk])),
            (f"{prediction.created_at:%Y-%m-%d %H:%M}", ""),
        ),
    }
    return render(request, "predictions/detail.html", context)


def _caller_name(prediction: Prediction, actor: Actor) -> str:
    """Who else asked; nothing when it was the reader."""
    if prediction.caller is None:
        return A_CLOSED_ACCOUNT
    return "" if prediction.caller == actor.user else prediction.caller.get_full_name()
