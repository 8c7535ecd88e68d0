"""How columns go together: what each one tells of a target, and of each other."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode

from core.errors import InvalidInput
from datasets import exploring
from datasets.models import DatasetVersion
from datasets.views.frame import face
from datasets.views.pair import MOST_CHOICES, pair_context, to_pair, version_clicked
from ml.schema import unknown_column

MOST_SHOWN = 20
MOST_SUGGESTED = 200
PAIRS_SHOWN = 10
LEAST_PAIR = 0.1


@login_required
def dataset_relations(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """With `?target=`, that column's relations, and the choice is remembered for the dataset while signed in.

    With `?x=` and `?y=`, the chart of those two; `?pair=` is a click in the map of all, and leads there.
    """
    shown = face(request, dataset_id, "relations", version_number=version_clicked(request))
    version, context = shown.version, shown.context
    if "pair" in request.GET:
        return to_pair(request, version)
    if version.is_ready:
        target = _target(request, version)
        associations = exploring.exploration_of(version)["associations"]
        pairs = _pairs(version, associations, context["version_query"])
        context = {
            **context,
            "target": target,
            "targets": version.schema if len(version.columns) <= MOST_CHOICES else None,
            "suggested": version.schema if MOST_CHOICES < len(version.columns) <= MOST_SUGGESTED else None,
            **_relations(version, target, context["version_query"]),
            "unknown": _unknown(request, version),
            "associations": associations if len(associations["columns"]) > 1 else None,
            "with_numbers": "numbers" in request.GET,
            "pairs": pairs,
            "clicks": f"?pair={version.number}@" if "version" in request.GET else "?pair=",
            **pair_context(request, version, likely=(pairs[0]["first"], pairs[0]["second"]) if pairs else None),
        }
    return render(request, "datasets/relations.html", context)


def _target(request: HttpRequest, version: DatasetVersion) -> str:
    names = {column["name"] for column in version.columns}
    key = f"target:{version.dataset_id}"
    asked = request.GET.get("target", "")
    if asked in names:
        request.session[key] = asked
        return asked
    if (remembered := request.session.get(key, "")) in names:
        return str(remembered)
    likely = exploring.likely_target(version)
    return likely.name if likely else ""


def _unknown(request: HttpRequest, version: DatasetVersion) -> str:
    """What to say of a target that was typed and is no column; the one shown instead is another."""
    asked, names = request.GET.get("target", ""), [column["name"] for column in version.columns]
    return unknown_column(asked, names) if asked and asked not in names else ""


def _relations(version: DatasetVersion, target: str, version_query: str) -> dict[str, Any]:
    """Columns by their signal, the strongest first; those without one at the end."""
    if not target:
        return {"relations": [], "refusal": "No column of this table can be predicted."}
    try:
        found = exploring.relations_of(version, target)
    except InvalidInput as error:
        return {"relations": [], "refusal": error.detail}
    urls = _addresses(version, version_query)
    ranked = sorted(found["relations"], key=lambda each: -1 if each["gini"] is None else each["gini"], reverse=True)
    rows = [{**each, "url": urls[each["column"]]} for each in ranked]
    return {
        "relations": rows[:MOST_SHOWN],
        "more_relations": max(len(rows) - MOST_SHOWN, 0),
        "related": found,
        "leaks": [each["column"] for each in rows if each["leak"] == "exclude"],
    }


def _pairs(version: DatasetVersion, associations: dict[str, Any], version_query: str) -> list[dict[str, Any]]:
    """The closest pairs of columns."""
    names, values = associations["columns"], associations["values"]
    pairs = [
        (values[later][earlier], names[earlier], names[later])
        for later in range(len(names))
        for earlier in range(later)
        if values[later][earlier] >= LEAST_PAIR
    ]
    urls, query = _addresses(version, version_query), version_query or "?"
    return [
        {
            "first": first,
            "first_url": urls[first],
            "second": second,
            "second_url": urls[second],
            "value": value,
            "url": f"{query}{'&' if version_query else ''}{urlencode({'x': first, 'y': second})}#pair",
        }
        for value, first, second in sorted(pairs, key=lambda pair: -pair[0])[:PAIRS_SHOWN]
    ]


def _addresses(version: DatasetVersion, version_query: str) -> dict[str, str]:
    """Where each column has its page, from this one: there are dozens, and whole addresses would weigh."""
    return {column["name"]: f"columns/{place}{version_query}" for place, column in enumerate(version.columns, start=1)}
