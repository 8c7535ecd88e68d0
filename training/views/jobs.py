"""Pages of training jobs."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.credits import Cost
from accounts.queries import refunded
from core.actor import Actor
from core.errors import Conflict
from core.http.lists import listing
from datasets.models import Dataset
from ml.algorithms.registry import get_algorithm
from training import queries, services
from training.early import can_end_early
from training.live import pictures
from training.models import Job, ModelVersion
from training.presentation import job_words, model_words, plan_words
from training.states import JobState
from workspaces import access
from workspaces.access import Action
from workspaces.views import crumbs, project_of_page, stand_in

EITHER_WAY = "It ends with a model of what it has learnt so far, or at once and without one."


@login_required
def job_list(request: HttpRequest, project_id: UUID) -> HttpResponse:
    project = project_of_page(request, project_id)
    jobs = queries.jobs_of(Actor.of(request)).filter(project=project)
    state = request.GET.get("state", "")
    if state in JobState.values:
        jobs = jobs.filter(state=state)
    found = listing(request, jobs, search=["name"], sorts={"created_at": "created_at"}, default="-created_at")
    found.page_obj.object_list = [_row(job, request) for job in found.page_obj]
    context = {
        **found.context(),
        "project": project,
        "state": state,
        "states": [{"value": value, "label": label} for value, label in JobState.choices],
        "any_active": any(not row["has_ended"] for row in found.page_obj),
        "crumbs": crumbs(project, ("Training", "")),
    }
    return render(request, "training/jobs.html", context)


def _row(job: Job, request: HttpRequest) -> dict[str, Any]:
    model: ModelVersion | None = getattr(job, "model", None)
    counted = job_words.progress(job)
    dataset = job.dataset_version.dataset if job.dataset_version else None
    return {
        "id": job.pk,
        "name": job.name,
        "state": job.state,
        "has_ended": job.has_ended,
        "last_seq": job.last_seq,
        "is_mine": job.owner_id == request.user.pk,
        "progress_text": counted["text"] if counted else "",
        "dataset_id": dataset.pk if dataset else None,
        "dataset_name": dataset.name if dataset else "",
        "target": job.plan["target"],
        "algorithm_name": get_algorithm(job.plan["algorithm"]).name,
        "score_text": model_words.primary(model)["score_text"] if model else "",
        "created_at": job.created_at,
    }


@login_required
def job_detail(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """A job, live: scripts ask for the changing part until the job has ended, when it is the model's page."""
    actor = Actor.of(request)
    job = access.get(actor, queries.jobs_of(actor), job_id)
    stand_in(request, job.project)
    dataset = job.dataset_version.dataset if job.dataset_version else None
    context: dict[str, Any] = {
        "job": job,
        "dataset": dataset,
        "project": job.project,
        "facts": [*_data(job), f"predicts {job.plan['target']}", get_algorithm(job.plan["algorithm"]).name],
        "steps": plan_words.steps(job.plan),
        "may_edit": access.may(actor, Action.EDIT, job),
        "elapsed": (job.finished_at or timezone.now()) - job.started_at if job.started_at else None,
        "stages": job_words.stages(job),
        "progress": job_words.progress(job),
        "curve": pictures.curve(job),
        "board": pictures.board(job),
        "log": job_words.log_lines(queries.log_tail(job)),
        "refunded": refunded(Cost.TRAIN, job.pk) if job.has_ended and settings.CREDITS_ENABLED else 0,
        "kept_when_stopped": _kept_when_stopped(),
        "queue_words": job_words.queue_words(job),
        "may_keep_best": _may_keep_best(job),
        "reproduction": job_words.reproduction_words(job),
        "retry_url": _retry_url(job, dataset) if dataset else None,
        "crumbs": crumbs(job.project, ("Training", reverse("training:jobs", args=[job.project_id])), (job.name, "")),
    }
    if (model := queries.models_of(actor).filter(job=job).first()) is not None:
        context |= model_words.summary(model)
    template = "training/_live.html" if request.htmx else "training/job.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def _data(job: Job) -> list[str]:
    return [plan_words.data_seen(job.dataset_version, job.plan)] if job.dataset_version else []


def _retry_url(job: Job, dataset: Dataset) -> str:
    """The training form with the same wish filled in."""
    wish = {"target": job.plan["target"], "task": job.plan["task"], "algorithm": job.plan["algorithm"]}
    if job.plan.get("steps"):
        wish["steps"] = f"job-{job.pk}"
    return f"{reverse('training:new', args=[dataset.pk])}?{urlencode(wish)}"


def _may_keep_best(job: Job) -> bool:
    """Whether the fit can be asked to end with what it has, and was not yet."""
    return job.state == JobState.RUNNING and not job.keep_best and can_end_early(job.plan)


def _kept_when_stopped() -> str:
    if not settings.CREDITS_ENABLED:
        return "The data stays as it is."
    return "One that has not begun is refunded, one that is running is not; the data stays as it is."


@login_required
def job_stop(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Stop after a question: asked in a dialog, or on a page of its own without scripts."""
    actor = Actor.of(request)
    job = access.get(actor, queries.jobs_of(actor), job_id)
    stand_in(request, job.project)
    here = reverse("training:job", args=[job.pk])
    if request.method == "POST":
        keep_best = "keep_best" in request.POST
        try:
            services.stop_training(actor=actor, job=job, keep_best=keep_best)
            done = "The training ends with the best it has so far." if keep_best else "The training is stopped."
            messages.success(request, done)
        except Conflict as error:  # it ended while the person reached for the button
            messages.info(request, error.detail)
        return redirect(here)
    may_keep_best = _may_keep_best(job)
    context = {
        "title": f"Stop “{job.name}”?",
        "text": EITHER_WAY if may_keep_best else "It ends at once and leaves no model.",
        "kept": _kept_when_stopped(),
        "action_url": reverse("training:stop", args=[job.pk]),
        "action_label": "Stop training",
        "other_label": "Stop and keep the best" if may_keep_best else "",
        "other_name": "keep_best",
        "cancel_url": here,
        "cancel_label": "Let it run",
        "crumbs": crumbs(job.project, (job.name, here), ("Stop", "")),
    }
    return render(request, "confirm.html", context)
