"""Running a training again, from its model's page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import credits, sent_forms
from accounts.credits import Cost
from core.actor import Actor
from core.errors import Conflict, InsufficientCredits
from datasets.models import VersionStatus
from training import queries, services
from training.models import ModelVersion
from training.presentation import job_words
from workspaces import access
from workspaces.access import Action


def repetition(actor: Actor, model: ModelVersion) -> dict[str, Any]:
    """What a model's page says of repeating its training: the context of `_reproduction.html` and `_again.html`."""
    job = queries.jobs_of(actor).filter(pk=model.job.pk).first() if model.job and model.job.reproduces_id else None
    later = queries.repetition_of(actor, model)
    return {
        "reproduces": job.reproduces if job else None,
        "reproduction": job_words.reproduction_words(job) if job else None,
        "repeated": {"job": later, "words": job_words.reproduction_words(later)} if later else None,
        "again": _offer(actor, model),
    }


def _offer(actor: Actor, model: ModelVersion) -> dict[str, Any] | None:
    """Where a model's training is run again, and for how much.

    None to those who may not, of a model that no job made, and once the rows are gone.
    """
    has_rows = model.dataset_version.status == VersionStatus.READY
    if model.job_id is None or not has_rows or not access.may(actor, Action.EDIT, model):
        return None
    url = reverse("training:again", args=[model.job_id])
    return {"url": url, "cost": credits.price(Cost.TRAIN), "showing": sent_forms.new_showing()}


@login_required
@require_POST
def job_again(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Run a job's plan once more, to see whether it comes out the same; the new job's page tells."""
    actor = Actor.of(request)
    job = access.get(actor, queries.jobs_of(actor), job_id)
    try:
        again_id, is_first = sent_forms.done_once(
            request, lambda: str(services.reproduce_training(actor=actor, job=job).pk)
        )
    except (Conflict, InsufficientCredits) as error:
        messages.error(request, error.detail)
        return redirect("training:job", job.pk)
    if not is_first:
        messages.info(request, sent_forms.SENT_TWICE)
    return redirect("training:job", again_id)
