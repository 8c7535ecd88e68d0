"""Pages of data."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.actor import Actor
from core.errors import Conflict, ProductError
from core.http.errors import add_to_form, status_of
from core.http.lists import listing
from datasets import queries, samples, services
from datasets.forms import UploadForm
from datasets.models import Dataset, DatasetVersion
from workspaces import access
from workspaces.access import Action
from workspaces.views import crumbs, project_of_page, stand_in

ROWS_A_PAGE = 40
COLUMNS_A_PAGE = 16  # their heads are small charts: more would make the page heavy


@login_required
def dataset_list(request: HttpRequest, project_id: UUID) -> HttpResponse:
    project = project_of_page(request, project_id)
    actor = Actor.of(request)
    sorts = {name: name for name in ("name", "rows", "size_bytes", "created_at")}
    rows = queries.datasets_of(actor).filter(project=project)
    found = listing(request, rows, search=["name", "description"], sorts=sorts, default="-created_at")
    context = {
        **found.context(),
        "project": project,
        "samples": samples.all_samples(),
        "may_edit": access.may(actor, Action.EDIT, project),
        "crumbs": crumbs(project, ("Data", "")),
    }
    return render(request, "datasets/list.html", context)


@login_required
def upload(request: HttpRequest, project_id: UUID) -> HttpResponse:
    project = project_of_page(request, project_id)
    form, status = UploadForm(request.POST or None, request.FILES or None), 200
    if request.method == "POST" and not form.is_valid():
        status = 400
    elif request.method == "POST":
        file = form.cleaned_data["file"]
        try:
            dataset = services.add_dataset(
                actor=Actor.of(request),
                project=project,
                chunks=file.chunks(),
                filename=file.name,
                name=form.cleaned_data["name"],
            )
        except ProductError as error:
            add_to_form(form, error)
            status = status_of(error)
        else:
            return redirect("datasets:detail", dataset.pk)
    context = {
        "form": form,
        "project": project,
        "samples": samples.all_samples(),
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "max_columns": settings.UPLOAD_MAX_COLUMNS,
        "crumbs": crumbs(project, ("Data", reverse("datasets:list", args=[project.pk])), ("Upload", "")),
    }
    return render(request, "datasets/upload.html", context, status=status)


@require_POST
@login_required
def sample(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """One click from a sample set to a dataset."""
    project = project_of_page(request, project_id)
    dataset = services.add_sample(actor=Actor.of(request), project=project, key=request.POST.get("key", ""))
    return redirect("datasets:detail", dataset.pk)


@login_required
def dataset_detail(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    actor = Actor.of(request)
    dataset = access.get(actor, Dataset.objects.select_related("project__workspace"), dataset_id)
    stand_in(request, dataset.project)
    version = queries.newest_version(dataset)
    context: dict[str, Any] = {
        "dataset": dataset,
        "version": version,
        "project": dataset.project,
        "may_edit": access.may(actor, Action.EDIT, dataset),
        "tab": "columns" if request.GET.get("tab") == "columns" else "preview",
        "notices": [{"kind": "info", "lines": version.notes}] if version.notes else [],
        "column_count": len(version.columns),
        "crumbs": crumbs(
            dataset.project, ("Data", reverse("datasets:list", args=[dataset.project_id])), (dataset.name, "")
        ),
    }
    if version.is_ready:
        context |= _table(request, version, with_rows=context["tab"] == "preview")
    return render(request, "datasets/detail.html", context)


def _table(request: HttpRequest, version: DatasetVersion, *, with_rows: bool) -> dict[str, Any]:
    """One page of columns and, with them, one page of rows; only those rows are read from disk."""
    described = [{"column": column, "profile": profile} for column, profile in version.described()]
    column_page = Paginator(described, COLUMNS_A_PAGE).get_page(request.GET.get("columns"))
    context = {"columns": list(column_page), "column_page": column_page if column_page.has_other_pages() else None}
    if not with_rows:
        return context
    page = Paginator(range(version.rows or 0), ROWS_A_PAGE).get_page(request.GET.get("page"))
    rows = queries.rows_of(version, offset=max(page.start_index() - 1, 0), limit=ROWS_A_PAGE)
    first, last = column_page.start_index() - 1, column_page.end_index()
    return {**context, "page_obj": page, "rows": [row[first:last] for row in rows]}


@login_required
def dataset_delete(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """Delete after a question: asked in a dialog, or on a page of its own without scripts."""
    actor = Actor.of(request)
    dataset = access.get(actor, Dataset.objects.select_related("project__workspace"), dataset_id)
    stand_in(request, dataset.project)
    here = reverse("datasets:detail", args=[dataset.pk])
    if request.method == "POST":
        try:
            services.delete_dataset(actor=actor, dataset=dataset)
        except Conflict as error:
            messages.error(request, error.detail)
            return redirect(here)
        messages.success(request, f"“{dataset.name}” is deleted.")
        return redirect("datasets:list", dataset.project_id)
    context = {
        "title": f"Delete “{dataset.name}”?",
        "text": "The table and the file it came from are deleted for everybody in this project. This cannot be undone.",
        "kept": "A dataset that a model was trained on cannot be deleted.",
        "action_url": reverse("datasets:delete", args=[dataset.pk]),
        "action_label": "Delete dataset",
        "cancel_url": here,
        "crumbs": crumbs(dataset.project, (dataset.name, here), ("Delete", "")),
    }
    return render(request, "confirm.html", context)
