"""One column: everything its profile knows, each bar a way to the rows behind it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.errors import NotFound
from core.sparks import bin_words
from core.templatetags.format import cell, duration, edge, number
from datasets.remedies import Advice, advice_of
from datasets.row_filters import RowLinks, as_text, bin_filter, outliers_of
from datasets.views.frame import face
from ml.schema import Column, Dtype

LEAST_SHARE = 0.001  # of all rows, of a most frequent value worth a list


@login_required
def dataset_column(request: HttpRequest, dataset_id: UUID, position: int) -> HttpResponse:
    """The column at `position`, counted from 1 in the order of the file."""
    shown = face(request, dataset_id, "columns")
    version = shown.version
    if not version.is_ready:
        return render(request, "datasets/column.html", shown.context)
    described = version.described()
    if not 1 <= position <= len(described):
        raise NotFound(f"This dataset has no column {position}.")
    column, profile = described[position - 1]
    rows = RowLinks(version, column.name, shown.context["version_query"])
    advice = advice_of(version, may_edit=shown.context["may_edit"], version_query=shown.context["version_query"])
    context = {
        **shown.context,
        "column": column,
        "profile": profile,
        "position": position,
        "dtypes": list(Dtype),
        "steps": _neighbours(shown.dataset.pk, position, len(described), shown.context["version_query"]),
        "bins": _bins(profile, rows),
        "values": _values(profile, rows, version.rows or 0),
        "other_url": rows.to({"other": str(len(profile.get("top_values") or []))}),
        "missing_url": rows.to({"missing": "1"}),
        "facts": _facts(column, profile),
        "outliers": outliers_of(profile, rows),
        "disguised": [
            {**each, "url": rows.to({"equals": as_text(each["value"])})} for each in profile.get("disguised") or []
        ],
        "advice": [_elsewhere(each, request.path) for each in advice if column.name in each.columns],
    }
    return render(request, "datasets/column.html", context)


def _elsewhere(advice: Advice, here: str) -> Advice:
    """The advice without links to the page it stands on."""
    return replace(advice, actions=[each for each in advice.actions if each["url"].split("?")[0] != here])


def _neighbours(dataset_id: UUID, position: int, count: int, version_query: str) -> dict[str, str]:
    places = {"previous": position - 1, "next": position + 1}
    return {
        name: reverse("datasets:column", args=[dataset_id, place]) + version_query
        for name, place in places.items()
        if 1 <= place <= count
    }


def _bins(profile: dict[str, Any], rows: RowLinks) -> list[dict[str, Any]]:
    shape = profile.get("histogram")
    if not shape:
        return []
    edges = shape["edges"]
    return [
        {"label": bin_words(*edges[place : place + 2]), "count": count, "url": rows.to(bin_filter(edges, place))}
        for place, count in enumerate(shape["counts"])
    ]


def _values(profile: dict[str, Any], rows: RowLinks, total: int) -> list[dict[str, Any]]:
    """The most frequent values, where they are frequent: ten among thousands say nothing."""
    top = profile.get("top_values") or []
    if not top or top[0]["count"] < max(2, LEAST_SHARE * total):
        return []
    return [
        {
            "value": cell(each["value"], profile["dtype"]),
            "count": each["count"],
            "share": each["count"] / total if total else 0,
            "url": rows.to({"equals": as_text(each["value"])}),
        }
        for each in top
    ]


def _facts(column: Column, profile: dict[str, Any]) -> list[tuple[str, str]]:
    """The numbers that apply to the column's type, as label and words."""
    quantiles = profile.get("quantiles") or {}
    found = [
        ("Least", edge(profile["min"]) if profile.get("min") is not None else ""),
        *((_QUANTILES[key], edge(value)) for key, value in quantiles.items() if key in _QUANTILES),
        ("Greatest", edge(profile["max"]) if profile.get("max") is not None else ""),
        ("Mean", number(profile["mean"]) if profile.get("mean") is not None else ""),
        ("Standard deviation", number(profile["std"]) if profile.get("std") is not None else ""),
        *_length(profile),
        *_gaps(profile),
    ]
    return [(label, words) for label, words in found if words]


_QUANTILES = {
    "0.05": "5% are below",
    "0.25": "A quarter is below",
    "0.5": "Median",
    "0.75": "Three quarters are below",
    "0.95": "95% are below",
}


def _length(profile: dict[str, Any]) -> list[tuple[str, str]]:
    length = profile.get("length")
    if not length:
        return []
    return [
        ("Shortest", f"{length['min']:,} characters"),
        ("Mean length", f"{number(length['mean'], 3)} characters"),
        ("Longest", f"{length['max']:,} characters"),
    ]


def _gaps(profile: dict[str, Any]) -> list[tuple[str, str]]:
    found = []
    if profile.get("range_days"):
        found.append(("From first to last", _days(profile["range_days"])))
    if gaps := profile.get("gaps"):
        found.append(("Usual step", _days(gaps["usual_step_days"])))
        found.append(("Longest gap", f"{_days(gaps['longest_days'])}, {edge(gaps['start'])} to {edge(gaps['end'])}"))
    return found


def _days(days: float) -> str:
    """
    >>> _days(1), _days(0.25), _days(400.5)
    ('1 day', '6 h', '400.5 days')
    """
    if days < 1:
        return duration(days * 86_400)
    return "1 day" if days == 1 else f"{number(days)} days"
