"""The page that puts models side by side."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.actor import Actor
from core.errors import InvalidInput
from core.templatetags.format import duration, number, size
from training import comparisons, judgements, presentation
from training.models import ModelVersion
from workspaces.views import crumbs, project_of_page


@login_required
def compare(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Two to five models, ticked in the list of models (`?ids=` of each)."""
    project = project_of_page(request, project_id)
    names = [each for given in request.GET.getlist("ids") for each in given.split(",")]
    context: dict[str, Any] = {
        "project": project,
        "crumbs": crumbs(project, ("Models", reverse("training:models", args=[project.pk])), ("Compare", "")),
    }
    try:
        models = comparisons.models_named(Actor.of(request), names)
    except InvalidInput as error:
        return render(request, "training/compare.html", {**context, "refusal": error.detail}, status=400)
    return render(request, "training/compare.html", {**context, **_shown(models)})


def _shown(models: list[ModelVersion]) -> dict[str, Any]:
    found = comparisons.compare(models)
    metric = models[0].plan["metric"]
    lead = next((each for each in found["metrics"] if each["key"] == metric), None)
    return {
        "models": [
            {"id": each["id"], "label": f"{each['name']} v{each['version']}", **each} for each in found["models"]
        ],
        "spreads": _spreads(models, lead) if lead else [],
        "metric_name": lead["name"] if lead else "",
        "scores": [_score_row(each, each["key"] == metric) for each in found["metrics"]],
        "costs": _costs(found["models"]),
        "differences": [
            {
                "title": each["title"],
                "values": [presentation.wish_words(each["key"], value) for value in each["values"]],
            }
            for each in found["differences"]
        ],
        "tests": [judgements.test_words(each) for each in found["tests"]],
        "curves": judgements.overlaid(models),
    }


def _spreads(models: list[ModelVersion], lead: dict[str, Any]) -> list[dict[str, Any]]:
    rows = zip(models, lead["values"], lead["intervals"], strict=True)
    shown = [
        {
            "label": f"{model.name} v{model.version}",
            "value": value,
            "low": interval[0] if interval else None,
            "high": interval[1] if interval else None,
            "text": presentation.score_words(lead["key"], value),
            "lead": False,
        }
        for model, value, interval in rows
        if value is not None
    ]
    known = [value for value in lead["baselines"] if value is not None]
    if len(set(known)) == 1:
        text = presentation.score_words(lead["key"], known[0])
        shown.append({"label": "Baseline", "value": known[0], "low": None, "high": None, "text": text})
    return shown


def _score_row(metric: dict[str, Any], is_lead: bool) -> dict[str, Any]:
    known = [value for value in metric["values"] if value is not None]
    best = (max if metric["better"] == "higher" else min)(known) if known else None
    return {
        "name": metric["name"],
        "lead": is_lead,
        "cells": [
            {
                "text": presentation.score_words(metric["key"], value),
                "interval": presentation.interval_words(metric["key"], interval),
                "best": value is not None and value == best and len(set(known)) > 1,
            }
            for value, interval in zip(metric["values"], metric["intervals"], strict=True)
        ],
    }


def _costs(models: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"title": "Time to fit", "values": [duration(each["fit_seconds"]) for each in models]},
        {"title": "Time to predict a row", "values": [_ms(each["predict_ms_a_row"]) for each in models]},
        {"title": "Size", "values": [size(each["size_bytes"]) for each in models]},
    ]


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{number(value, 2)} ms"
