"""What every face of a dataset stands in: its head, its tabs, and the version that is looked at."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from core.actor import Actor
from datasets import progress, queries
from datasets.models import Dataset, DatasetVersion
from workspaces import access
from workspaces.access import Action
from workspaces.views import crumbs, stand_in

# Key, label and address of each face; the last is a page of training, which knows what rests on a dataset.
TABS = (
    ("preview", "Preview", "datasets:detail"),
    ("columns", "Columns", "datasets:columns"),
    ("quality", "Quality", "datasets:quality"),
    ("relations", "Relations", "datasets:relations"),
    ("steps", "Feature steps", "datasets:steps"),
    ("versions", "Versions", "datasets:versions"),
    ("used_by", "Used by", "training:used_by"),
)


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a dataset for one person, and what the frame around it shows (`templates/datasets/frame.html`)."""

    actor: Actor
    dataset: Dataset
    version: DatasetVersion
    context: dict[str, Any]


def face(request: HttpRequest, dataset_id: UUID, tab: str, *, version_number: int | None = None) -> Face:
    """The dataset, if the person may see it, and the version asked for by `?version=`, else the newest."""
    actor = Actor.of(request)
    dataset = access.get(actor, Dataset.objects.select_related("project__workspace"), dataset_id)
    stand_in(request, dataset.project)
    asked = version_number or version_asked(request)
    version = queries.version(dataset, asked)
    query = f"?version={asked}" if asked else ""
    newest = dataset.versions.only("number", "status", "error").order_by("-number")[0]
    data_url = reverse("datasets:list", args=[dataset.project_id])
    context = {
        "dataset": dataset,
        "version": version,
        "newest": newest,
        "newest_name": f"Version {newest.number}",
        "is_asked_for": asked is not None,
        "project": dataset.project,
        "may_edit": access.may(actor, Action.EDIT, dataset),
        "column_count": version.column_count,
        "tabs": [
            {
                "label": label,
                "url": reverse(address, args=[dataset.pk]) + query,
                "current": key == tab,
                "count": _weighty(version) if key == "quality" else None,
            }
            for key, label, address in TABS
        ],
        "version_query": query,
        "reading": progress.told(version.stage, version.progress_detail),
        "crumbs": crumbs(dataset.project, ("Data", data_url), (dataset.name, "")),
    }
    return Face(actor, dataset, version, context)


def _weighty(version: DatasetVersion) -> int | None:
    """How many warnings there are about the version, beside what is merely worth knowing; none is no number."""
    warnings = version.exploration.get("warnings", [])
    return sum(warning["severity"] == "warning" for warning in warnings) or None


def version_asked(request: HttpRequest) -> int | None:
    """The number of the version to look at, of `?version=`; None is the newest."""
    number = request.GET.get("version", "")
    return int(number) if number.isdecimal() and len(number) < 9 else None
