"""Training jobs for programs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.idempotency import answers_once
from core.actor import Actor
from core.errors import Conflict, InvalidInput
from datasets import recipes
from datasets.models import Dataset, DatasetVersion
from datasets.queries import version as dataset_version
from training import journal, leaderboard, queries, services
from training.api.fields import one_of_filter
from training.api.job_serializers import (
    AfterSerializer,
    CandidateSerializer,
    EventSerializer,
    JobIdSerializer,
    JobSerializer,
    StopSerializer,
)
from training.api.models import ModelDownloadView
from training.api.wishes import WishSerializer
from training.models import Job, JobEvent, ModelVersion
from training.states import JobState
from training.wish import TrainingWish
from workspaces import access
from workspaces.models import Project


class JobFilter(filters.FilterSet):
    project = filters.UUIDFilter()
    state = one_of_filter("state", JobState)


class JobsView(generics.ListAPIView[Job]):
    """The training jobs the caller may see, newest first."""

    serializer_class = JobSerializer
    filterset_class = JobFilter
    search_fields = ["name"]
    ordering_fields = ["created_at", "finished_at", "name", "state"]
    queryset = Job.objects.none()

    def get_queryset(self) -> QuerySet[Job]:
        return queries.jobs_of(Actor.of(self.request))


class TrainingView(JobsView):
    """Start a training run; it costs the price of a training."""

    @extend_schema(request=WishSerializer, responses={201: JobSerializer})
    @answers_once
    def post(self, request: Request) -> Response:
        body = WishSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        actor, wish = Actor.of(request), dict(body.validated_data)
        project = access.get(actor, Project.objects.all(), wish.pop("project"))
        dataset = access.get(actor, Dataset.objects.filter(project=project), wish.pop("dataset"))
        version = dataset_version(dataset, wish.pop("version", None))
        if recipe_id := wish.pop("recipe", None):
            wish["steps"] = self._steps_of(actor, recipe_id, version, wish)
        job = services.start_training(actor=actor, version=version, wish=TrainingWish(**wish))
        return Response(job_answer(actor, job.pk), status=status.HTTP_201_CREATED)

    def _steps_of(
        self, actor: Actor, recipe_id: UUID, version: DatasetVersion, wish: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """The steps of a recipe of the dataset's project; raises InvalidInput naming `recipe` if they do not fit."""
        if "steps" in wish:
            raise InvalidInput("recipe", "Send steps or a recipe, not both.")
        mine = recipes.recipes_of(actor).filter(project=version.dataset.project)
        return recipes.used_on(access.get(actor, mine, recipe_id), version, target=wish["target"])


def job_answer(actor: Actor, job_id: Any) -> dict[str, Any]:
    """One job as every endpoint shows it."""
    return JobSerializer(access.get(actor, queries.jobs_of(actor), job_id)).data


class JobView(APIView):
    """One job."""

    @extend_schema(responses=JobSerializer)
    def get(self, request: Request, pk: str) -> Response:
        return Response(job_answer(Actor.of(request), pk))


class StatusView(APIView):
    """One job, asked for by query parameter."""

    @extend_schema(parameters=[JobIdSerializer], responses=JobSerializer)
    def get(self, request: Request) -> Response:
        query = JobIdSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(job_answer(Actor.of(request), query.validated_data["job_id"]))


class StopView(APIView):
    """Cancel a job that has not ended, or, with `keep_best`, let a running one end with the best it has."""

    @extend_schema(request=StopSerializer, responses={202: JobSerializer})
    def post(self, request: Request, pk: str) -> Response:
        body = StopSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        actor = Actor.of(request)
        services.stop_training(actor=actor, job=access.get(actor, queries.jobs_of(actor), pk), **body.validated_data)
        return Response(job_answer(actor, pk), status=status.HTTP_202_ACCEPTED)


class ReproduceView(APIView):
    """Run a job's plan once more on the same data; costs a training.

    Once it has succeeded, `reproduction` tells whether it came out the same.
    """

    @extend_schema(request=None, responses={201: JobSerializer})
    @answers_once
    def post(self, request: Request, pk: str) -> Response:
        serializers.Serializer(data=request.data).is_valid(raise_exception=True)  # takes nothing, but only as JSON
        actor = Actor.of(request)
        job = services.reproduce_training(actor=actor, job=access.get(actor, queries.jobs_of(actor), pk))
        return Response(job_answer(actor, job.pk), status=status.HTTP_201_CREATED)


class EventsView(generics.ListAPIView[JobEvent]):
    """A job's events with a number above `after`, in order; numbers count up from 1 without a gap.

    The socket `/ws/training` sends the same as they come (`docs/live-updates.md`).
    """

    serializer_class = EventSerializer
    pagination_class = None
    filter_backends = []
    queryset = JobEvent.objects.none()

    def get_queryset(self) -> QuerySet[JobEvent]:
        query = AfterSerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        job = access.get(Actor.of(self.request), Job.objects.all(), self.kwargs["pk"])
        return journal.events_after(job, query.validated_data["after"])

    @extend_schema(parameters=[AfterSerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class LeaderboardView(APIView):
    """The candidates of a job's search so far, the best first and those that failed last; none without a search."""

    @extend_schema(responses=CandidateSerializer(many=True))
    def get(self, request: Request, pk: str) -> Response:
        job = access.get(Actor.of(request), queries.jobs_of(Actor.of(request)), pk)
        return Response(CandidateSerializer(leaderboard.candidates(job), many=True).data)


class JobDownloadView(ModelDownloadView):
    """The file of the model that a job made."""

    def get_model(self, actor: Actor, pk: str) -> ModelVersion:
        job = access.get(actor, queries.jobs_of(actor), pk)
        model = ModelVersion.objects.filter(job=job).first()
        if model is None:
            raise Conflict("This job has made no model.", code="no_model")
        return model
