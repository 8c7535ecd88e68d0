"""Every version of a table: what changed, one more, and parting with one or with its rows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from core.actor import Actor
from core.errors import Conflict, ProductError
from core.http.errors import add_to_form, status_of
from core.templatetags.format import signed, size
from datasets import queries, versions
from datasets.forms import PurgeForm, VersionForm
from datasets.models import Dataset, DatasetVersion, VersionStatus
from datasets.views.frame import Face, face
from workspaces import access
from workspaces.access import Action
from workspaces.views import crumbs, stand_in

VERSIONS_A_PAGE = 20
FORMATS = (("original", "Original"), ("csv", "CSV"), ("parquet", "Parquet"))
NAMED = 3  # columns of one kind of change; the rest are counted


@login_required
def dataset_versions(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    shown = face(request, dataset_id, "versions")
    form, status = VersionForm(request.POST or None, request.FILES or None), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                return _add(shown, form)
            except ProductError as error:
                add_to_form(form, error)
                status = status_of(error)
    newest_first = queries.versions_of(shown.dataset)
    page = Paginator(newest_first, VERSIONS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        **shown.context,
        "form": form,
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "page_obj": page,
        "rows": _rows(shown, list(page)),
        "formats": FORMATS,
        "may_manage": access.may(shown.actor, Action.MANAGE, shown.dataset),
        "any_ready": newest_first.filter(status=VersionStatus.READY).exists(),
        "is_reading": any(version.status == VersionStatus.PROCESSING for version in page),
        "unchanged": request.GET.get("unchanged", "") if request.GET.get("unchanged", "").isdecimal() else "",
    }
    return render(request, "datasets/versions.html", context, status=status)


def _add(shown: Face, form: VersionForm) -> HttpResponse:
    """To what was added; a script that sends the file shows no message, so the address tells."""
    file, dataset = form.cleaned_data["file"], shown.dataset
    added = versions.add_version(actor=shown.actor, dataset=dataset, chunks=file.chunks(), filename=file.name)
    if not added.is_new:
        address = reverse("datasets:versions", args=[dataset.pk])
        return redirect(f"{address}?unchanged={added.version.number}")
    address = reverse("datasets:detail", args=[dataset.pk])
    return redirect(address if added.version.is_ready else f"{address}?version={added.version.number}")


def _rows(shown: Face, page: Sequence[DatasetVersion]) -> list[dict[str, Any]]:
    numbers = [version.number for version in page]
    beside = shown.dataset.versions.filter(number__gte=min(numbers) if numbers else 0).values("number", "columns")
    earlier = shown.dataset.versions.filter(number__lt=min(numbers)).order_by("-number") if numbers else None
    columns = {row["number"]: row["columns"] for row in beside}
    in_use = queries.newest_version(shown.dataset).number
    before = earlier.values("number", "columns", "rows", "status").first() if earlier is not None else None
    found = []
    for version, previous in zip(page, [*page[1:], before], strict=True):
        if previous is None:
            changes = []
        elif isinstance(previous, DatasetVersion):
            changes = _changes(version, columns[version.number], previous.rows, columns[previous.number])
        else:
            changes = _changes(version, columns[version.number], previous["rows"], previous["columns"])
        found.append({"version": version, "changes": changes, "is_in_use": version.number == in_use})
    return found


def _changes(
    version: DatasetVersion, columns: list[dict[str, Any]], rows_before: int | None, before: list[dict[str, Any]]
) -> list[str]:
    """What differs from the version before, in words; nothing while either has not been read."""
    if not columns or not before:
        return []
    new, old = ({column["name"]: column["dtype"] for column in each} for each in (columns, before))
    retyped = [f"{name} is {dtype}" for name, dtype in new.items() if name in old and old[name] != dtype]
    rows = (version.rows or 0) - (rows_before or 0)
    found = [
        f"{signed(rows)} row{'' if abs(rows) == 1 else 's'}" if rows else "",
        _listed("new", [name for name in new if name not in old]),
        _listed("gone", [name for name in old if name not in new]),
        _listed("", retyped),
    ]
    return [words for words in found if words] or ["same columns and count of rows"]


def _listed(what: str, names: list[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{what}: {', '.join(names[:NAMED])}{more}" if what else f"{', '.join(names[:NAMED])}{more}"


@login_required
def version_delete(request: HttpRequest, dataset_id: UUID, number: int) -> HttpResponse:
    """Delete one version after a question."""
    actor = Actor.of(request)
    dataset = access.get(actor, Dataset.objects.select_related("project__workspace"), dataset_id)
    stand_in(request, dataset.project)
    version = queries.version(dataset, number)
    back = reverse("datasets:versions", args=[dataset.pk])
    if request.method == "POST":
        try:
            versions.delete_version(actor=actor, version=version)
            messages.success(request, f"Version {number} of “{dataset.name}” is deleted.")
        except Conflict as error:
            messages.error(request, error.detail)
        return redirect(back)
    context = {
        "title": f"Delete version {number} of “{dataset.name}”?",
        "text": f"Its table and the file it came from, {version.filename}, are deleted for everybody in this project. "
        "This cannot be undone.",
        "kept": "The other versions stay. A version that a model was trained on cannot be deleted.",
        "action_url": request.path,
        "action_label": "Delete version",
        "cancel_url": back,
        "crumbs": crumbs(dataset.project, (dataset.name, back), ("Delete", "")),
    }
    return render(request, "confirm.html", context)


@login_required
def dataset_purge(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """Remove the rows of the versions named by `?versions=`, or of all, once the dataset's name was typed."""
    actor = Actor.of(request)
    dataset = access.get(actor, Dataset.objects.select_related("project__workspace"), dataset_id, Action.MANAGE)
    stand_in(request, dataset.project)
    numbers = _numbers(request.GET)
    form, status = PurgeForm(request.POST or None, dataset=dataset), 200
    back = reverse("datasets:versions", args=[dataset.pk])
    promised = versions.freed_by_purge(dataset, numbers)
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                freed = versions.purge_dataset(actor=actor, dataset=dataset, numbers=numbers)
                messages.success(request, f"The rows are gone; {size(freed)} of disk are free again.")
                return redirect(back)
            except ProductError as error:
                add_to_form(form, error)
                status = status_of(error)
    which = "every version" if numbers is None else f"version {', '.join(map(str, numbers))}"
    resting = versions.resting_on(
        dataset.versions.all() if numbers is None else dataset.versions.filter(number__in=numbers)
    )
    context = {
        "title": f"Purge “{dataset.name}”?",
        "text": f"The rows of {which} are removed for good, with the files, the statistics and what was listed of rows "
        f"that could not be read. This frees {size(promised)} and cannot be undone.",
        "kept": "The name, the columns with their types, the count of rows and the hash stay, but nobody can look at, "
        f"download or train on these rows again. {_models(*resting)}",
        "form": form,
        "action_url": f"{request.path}?{urlencode({'versions': numbers}, doseq=True)}" if numbers else request.path,
        "action_label": "Purge the rows",
        "cancel_url": back,
        "crumbs": crumbs(dataset.project, (dataset.name, back), ("Purge", "")),
    }
    return render(request, "confirm.html", context, status=status)


def _numbers(query: QueryDict) -> list[int] | None:
    """The versions asked for; None is all. What is no number is asked for as one that no version has."""
    asked = query.getlist("versions")
    return [int(each) if each.isdecimal() and len(each) < 10 else 0 for each in asked] or None


def _models(named: list[str], count: int) -> str:
    if not count:
        return "No model was trained on them."
    more = f" and {count - len(named)} more" if count > len(named) else ""
    return f"Models trained on them stay and still predict: {', '.join(named)}{more}."
