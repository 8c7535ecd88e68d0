"""The tables of a project: their list, and parting with one."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.actor import Actor
from core.errors import Conflict
from core.http.lists import listing
from datasets import queries, samples, services
from datasets.models import Dataset, VersionStatus
from workspaces import access
from workspaces.access import Action
from workspaces.views import crumbs, project_of_page, stand_in


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
        "is_reading": any(dataset.status == VersionStatus.PROCESSING for dataset in found.page_obj),
        "samples": samples.all_samples(),
        "may_edit": access.may(actor, Action.EDIT, project),
        "crumbs": crumbs(project, ("Data", "")),
    }
    return render(request, "datasets/list.html", context)


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
