"""What rests on a table: the models that learnt from it, and the trainings that left none."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from datasets.models import Dataset
from datasets.views.frame import face
from ml.algorithms.registry import get_algorithm
from training import queries
from training.models import Job, ModelVersion
from training.presentation import model_words, plan_words

ROWS_A_PAGE = 20


@login_required
def used_by(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """Of every version of the dataset, whichever is looked at."""
    shown = face(request, dataset_id, "used_by")
    dataset = shown.dataset
    models = Paginator(_models(queries.models_of(shown.actor), dataset), ROWS_A_PAGE)
    jobs = Paginator(_jobs(queries.jobs_of(shown.actor), dataset), ROWS_A_PAGE)
    model_page, job_page = models.get_page(request.GET.get("page")), jobs.get_page(request.GET.get("trainings"))
    context = {
        **shown.context,
        "models": [_model_row(model) for model in model_page],
        "jobs": [_job_row(job) for job in job_page],
        "model_page": model_page,
        "job_page": job_page,
    }
    return render(request, "training/used_by.html", context)


def _models(models: QuerySet[ModelVersion], dataset: Dataset) -> QuerySet[ModelVersion]:
    return models.filter(dataset_version__dataset=dataset).defer("evaluation", "dataset_version__profile")


def _jobs(jobs: QuerySet[Job], dataset: Dataset) -> QuerySet[Job]:
    return jobs.filter(dataset_version__dataset=dataset, model=None).defer("dataset_version__profile")


def _model_row(model: ModelVersion) -> dict[str, Any]:
    return {
        "model": model,
        "data": plan_words.data_seen(model.dataset_version, model.plan),
        "algorithm_name": get_algorithm(model.algorithm).name,
        **model_words.primary(model),
    }


def _job_row(job: Job) -> dict[str, Any]:
    return {
        "job": job,
        "data": plan_words.data_seen(job.dataset_version, job.plan),
        "target": job.plan["target"],
        "algorithm_name": get_algorithm(job.plan["algorithm"]).name,
    }
