"""Files to take away: a version, and the rows that could not be read."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core.actor import Actor
from datasets import exports, queries
from datasets.models import Dataset, DatasetVersion
from datasets.views.frame import version_asked
from workspaces import access


@login_required
def dataset_download(request: HttpRequest, dataset_id: UUID) -> HttpResponseBase:
    """The version of `?version=` as `?format=` says; the original file if that names none."""
    asked = request.GET.get("format", "")
    wanted = exports.Format(asked) if asked in set(exports.Format) else exports.Format.ORIGINAL
    return exports.download(actor=Actor.of(request), version=_version(request, dataset_id), file_format=wanted)


@login_required
def dataset_bad_rows(request: HttpRequest, dataset_id: UUID) -> HttpResponseBase:
    return exports.bad_rows(_version(request, dataset_id))


def _version(request: HttpRequest, dataset_id: UUID) -> DatasetVersion:
    dataset = access.get(Actor.of(request), Dataset.objects.select_related("project"), dataset_id)
    return queries.version(dataset, version_asked(request))
