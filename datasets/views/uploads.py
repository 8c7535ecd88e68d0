"""From a file or a sample set to a dataset, and how far its reading is."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.actor import Actor
from core.errors import NotFound, ProductError
from core.http.errors import add_to_form, status_of
from datasets import progress, queries, samples, services
from datasets.forms import UploadForm
from datasets.models import Dataset, VersionStatus
from datasets.views.frame import version_asked
from workspaces import access
from workspaces.views import crumbs, project_of_page


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
def reading(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """The part of a dataset's page that tells how far its reading is; anybody else is led to the page."""
    if not request.htmx:  # type: ignore[attr-defined]
        access.get(Actor.of(request), Dataset.objects.all(), dataset_id)
        return redirect("datasets:detail", dataset_id)
    try:
        dataset = access.get(Actor.of(request), Dataset.objects.all(), dataset_id)
    except NotFound:  # deleted meanwhile
        return HttpResponse(status=404, headers={"HX-Refresh": "true"})
    version = queries.version(dataset, version_asked(request))
    if version.status != VersionStatus.PROCESSING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"dataset": dataset, "version": version, "reading": progress.told(version.stage, version.progress_detail)}
    return render(request, "datasets/_processing.html", context)
