"""One table: a line for each column, whose types people may correct."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.errors import ProductError
from core.http.errors import status_of
from core.templatetags.format import plural
from datasets import versions
from datasets.models import DatasetVersion, SchemaCorrection
from datasets.views.frame import Face, face
from ml.schema import Dtype

COLUMNS_A_PAGE = 16  # their heads are small charts: more would make the page heavy
CORRECTIONS_SHOWN = 20


@login_required
def dataset_columns(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    shown = face(request, dataset_id, "columns")
    context, status = shown.context, 200
    if request.method == "POST":
        try:
            return _correct(request, shown)
        except ProductError as error:
            context, status = context | {"refusal": error.detail}, status_of(error)
    if shown.version.is_ready:
        chosen = dict(_chosen(request))
        context = context | page_of_columns(request, shown.version)[0]
        for item in context["columns"]:
            item["chosen"] = chosen.get(item["position"], item["column"].dtype)
        context |= {"dtypes": list(Dtype), "corrections": _corrections(shown.version)}
    return render(request, "datasets/columns.html", context, status=status)


def page_of_columns(request: HttpRequest, version: DatasetVersion) -> tuple[dict[str, Any], int, int]:
    """The columns of the page asked for by `?columns=`, as templates take them; and where they begin and end."""
    described = [
        {"column": column, "profile": profile, "position": position}
        for position, (column, profile) in enumerate(version.described(), start=1)
    ]
    page = Paginator(described, COLUMNS_A_PAGE).get_page(request.GET.get("columns"))
    context = {"columns": list(page), "column_page": page if page.has_other_pages() else None}
    return context, page.start_index() - 1, page.end_index()


def _correct(request: HttpRequest, shown: Face) -> HttpResponse:
    version, schema = shown.version, shown.version.schema
    changes = {
        schema[position - 1].name: dtype
        for position, dtype in _chosen(request)
        if position <= len(schema) and schema[position - 1].dtype is not dtype
    }
    seen = request.POST.get("schema", "")
    correction = versions.correct_types(
        actor=shown.actor, version=version, changes=changes, seen=int(seen) if seen.isdecimal() else None
    )
    _say(request, correction)
    at = request.POST.get("at", "")  # the page of one column has this form too
    if at.isdecimal() and 1 <= int(at) <= len(schema):
        return redirect(reverse("datasets:column", args=[shown.dataset.pk, int(at)]) + shown.context["version_query"])
    return redirect(request.get_full_path())


def _chosen(request: HttpRequest) -> list[tuple[int, Dtype]]:
    """The types chosen in the form, each with the position of its column, from 1."""
    fields = [(name.removeprefix("dtype-"), value) for name, value in request.POST.items() if name.startswith("dtype-")]
    return [(int(place), Dtype(value)) for place, value in fields if place.isdecimal() and value in set(Dtype)]


def _say(request: HttpRequest, correction: SchemaCorrection | None) -> None:
    if correction is None:
        messages.info(request, "Nothing was changed: all columns have these types already.")
        return
    messages.success(request, f"Corrected: {_words(correction)}. Models trained before keep the types they saw.")
    for change in correction.changes:
        if count := change["unreadable"]:
            verb = "counts" if count == 1 else "count"
            messages.warning(
                request,
                f"{plural(count, 'value')} of {change['name']} cannot be read as {change['to']} and {verb} as missing "
                "now. The file keeps them: correct the type back to have them again.",
            )


def _corrections(version: DatasetVersion) -> list[dict[str, Any]]:
    """What people corrected, newest first, in words."""
    found = version.corrections.select_related("made_by")[:CORRECTIONS_SHOWN]
    return [{"correction": each, "words": _words(each)} for each in found]


def _words(correction: SchemaCorrection) -> str:
    return ", ".join(f"{change['name']} from {change['from']} to {change['to']}" for change in correction.changes)
