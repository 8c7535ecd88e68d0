"""Running a training again, from its model's page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import credits
from accounts.credits import Cost
from core.actor import Actor
from core.errors import Conflict, InsufficientCredits
from datasets.models import VersionStatus
from training import queries, services
from training.models import ModelVersion
from workspaces import access
from workspaces.access import Action


def again_offer(actor: Actor, model: ModelVersion) -> dict[str, Any] | None:
    """Where a model's training is run again, and for how much: the context of `training/_again.html`.

    None to those who may not, of a model that no job made, and once the rows are gone.
    """
    has_rows = model.dataset_version.status == VersionStatus.READY
    if model.job_id is None or not has_rows or not access.may(actor, Action.EDIT, model):
        return None
    return {"url": reverse("training:again", args=[model.job_id]), "cost": credits.price(Cost.TRAIN)}


@login_required
@require_POST
def job_again(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Run a job's plan once more, to see whether it comes out the same; the new job's page tells."""
    actor = Actor.of(request)
    job = access.get(actor, queries.jobs_of(actor), job_id)
    try:
        again = services.reproduce_training(actor=actor, job=job)
    except (Conflict, InsufficientCredits) as error:
        messages.error(request, error.detail)
        return redirect("training:job", job.pk)
    return redirect("training:job", again.pk)
