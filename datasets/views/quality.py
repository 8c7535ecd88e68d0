"""What is wrong with a table, or may be: missing and repeated, odd and unreadable."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from datasets import exploring
from datasets.models import DatasetVersion
from datasets.remedies import advice_of
from datasets.row_filters import RowLinks, as_text, outliers_of
from datasets.views.frame import face

MOST_SHOWN = 40


@login_required
def dataset_quality(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    shown = face(request, dataset_id, "quality")
    version, context = shown.version, shown.context
    if version.is_ready:
        context = {
            **context,
            "advice": advice_of(version, may_edit=context["may_edit"], version_query=context["version_query"]),
            **_columns(version, context["version_query"]),
            **_duplicates(version),
        }
    return render(request, "datasets/quality.html", context)


def _columns(version: DatasetVersion, version_query: str) -> dict[str, Any]:
    missing, outliers, disguised = [], [], []
    for place, (column, profile) in enumerate(version.described(), start=1):
        links = RowLinks(version, column.name, version_query)
        at = {
            "name": column.name,
            "url": reverse("datasets:column", args=[version.dataset_id, place]) + version_query,
        }
        if column.missing:
            rows_url = links.to({"missing": "1"})
            missing.append({**at, "count": column.missing, "share": profile["share_missing"], "rows_url": rows_url})
        if found := outliers_of(profile, links):
            outliers.append({**at, **found})
        disguised += [
            {**at, **each, "rows_url": links.to({"equals": as_text(each["value"])})}
            for each in profile.get("disguised") or []
        ]
    return {
        "missing": _first(sorted(missing, key=lambda each: -each["count"])),
        "outliers": _first(sorted(outliers, key=lambda each: -each["count"])),
        "disguised": _first(sorted(disguised, key=lambda each: -each["count"])),
        "complete": len(version.columns) - len(missing),
        "cells_missing": sum(each["count"] for each in missing) / max((version.rows or 0) * len(version.columns), 1),
    }


def _first(found: Iterable[dict[str, Any]]) -> dict[str, Any]:
    every = list(found)
    return {"shown": every[:MOST_SHOWN], "count": len(every), "more": max(len(every) - MOST_SHOWN, 0)}


def _duplicates(version: DatasetVersion) -> dict[str, Any]:
    found = exploring.exploration_of(version)["duplicates"]
    return {"duplicates": found, "duplicate_share": found["rows"] / version.rows if version.rows else 0}
