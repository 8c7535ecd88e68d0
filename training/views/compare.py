"""The page that puts models side by side."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.actor import Actor
from core.errors import InvalidInput
from core.templatetags.format import duration, size
from training import comparisons, judgements, overlays
from training.models import ModelVersion
from training.presentation import model_words, plan_words
from training.presentation.scores import interval_words, score_words
from workspaces.views import crumbs, project_of_page

ALIKE = "A dot without a line came out alike each time it was measured, which is no certainty: other rows may differ."


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
        refusal = {"title": _refused(error, names), "text": error.detail}
        return render(request, "training/compare.html", {**context, "refusal": refusal}, status=400)
    return render(request, "training/compare.html", {**context, **_shown(models)})


def _refused(error: InvalidInput, names: list[str]) -> str:
    if error.code == comparisons.NOT_COMPARABLE:
        return "These models cannot be compared"
    return "Too many models at once" if len(names) > comparisons.MOST else "Nothing to compare yet"


def _shown(models: list[ModelVersion]) -> dict[str, Any]:
    found = comparisons.compare(models)
    metric = models[0].plan["metric"]
    lead = next((each for each in found["metrics"] if each["key"] == metric), None)
    return {
        "models": [
            {"label": f"{each['name']} v{each['version']}", "place": place, **each}
            for place, each in enumerate(found["models"])
        ],
        "spreads": _spreads(models, lead) if lead else [],
        "interval_note": ALIKE if lead and any(map(_has_no_width, lead["intervals"])) else "",
        "metric_name": lead["name"] if lead else "",
        "scores": [_score_row(each, each["key"] == metric) for each in found["metrics"]],
        "costs": _costs(models),
        "differences": [
            {
                "title": each["title"],
                "values": [plan_words.wish_words(each["key"], value) for value in each["values"]],
            }
            for each in found["differences"]
        ],
        "tests": [judgements.test_words(each) for each in found["tests"]],
        "curves": overlays.pictures(found["overlaid"]["curves"], models),
        "curves_reason": found["overlaid"]["reason"],
        "curves_rows": overlays.rows_words(found["tests"]),
    }


def _spreads(models: list[ModelVersion], lead: dict[str, Any]) -> list[dict[str, Any]]:
    rows = zip(models, lead["values"], lead["intervals"], strict=True)
    shown = [
        {
            "label": f"{model.name} v{model.version}",
            "value": value,
            "low": interval[0] if interval and not _has_no_width(interval) else None,
            "high": interval[1] if interval and not _has_no_width(interval) else None,
            "text": score_words(lead["key"], value),
            "lead": False,
            "place": place,
        }
        for place, (model, value, interval) in enumerate(rows)
        if value is not None
    ]
    known = [value for value in lead["baselines"] if value is not None]
    if len(set(known)) == 1:
        text = score_words(lead["key"], known[0])
        shown.append({"label": "Baseline", "value": known[0], "low": None, "high": None, "text": text})
    return shown


def _has_no_width(interval: list[float] | None) -> bool:
    return interval is not None and interval[0] == interval[1]


def _score_row(metric: dict[str, Any], is_lead: bool) -> dict[str, Any]:
    known = [value for value in metric["values"] if value is not None]
    best = (max if metric["better"] == "higher" else min)(known) if known else None
    return {
        "name": metric["name"],
        "lead": is_lead,
        "cells": [
            {
                "text": score_words(metric["key"], value),
                "interval": interval_words(metric["key"], interval),
                "best": value is not None and value == best and len(set(known)) > 1,
            }
            for value, interval in zip(metric["values"], metric["intervals"], strict=True)
        ],
    }


def _costs(models: list[ModelVersion]) -> list[dict[str, Any]]:
    taken = [model_words.costs(model) for model in models]
    return [
        {"title": "Time to fit", "values": [duration(each["fit_seconds"]) for each in taken]},
        {"title": "Time to predict", "values": [each["predict_text"] for each in taken]},
        {"title": "Size", "values": [size(model.size_bytes) for model in models]},
    ]
