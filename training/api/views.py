"""Algorithms, training jobs and models for programs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.idempotency import answers_once
from core.actor import Actor
from core.errors import Conflict, InvalidInput
from datasets import recipes
from datasets.models import Dataset, DatasetVersion
from datasets.queries import version as dataset_version
from ml.algorithms.registry import all_algorithms
from training import comparisons, downloads, journal, leaderboard, queries, services
from training.api import serializers
from training.api.fields import one_of_filter
from training.api.wishes import WishSerializer
from training.models import Job, JobEvent, ModelStatus, ModelVersion
from training.states import JobState
from training.wish import TrainingWish
from workspaces import access
from workspaces.models import Project

NOT_EXPLAINED: dict[str, Any] = {"metric": None, "rows": 0, "repeats": 0, "features": []}


class AlgorithmsView(APIView):
    """What can be trained, each with its purpose and the JSON Schema of its parameters. Public."""

    permission_classes = [AllowAny]
    authentication_classes = []

    @extend_schema(responses=serializers.AlgorithmSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(serializers.AlgorithmSerializer(all_algorithms(), many=True).data)


class JobFilter(filters.FilterSet):
    project = filters.UUIDFilter()
    state = one_of_filter("state", JobState)


class JobsView(generics.ListAPIView[Job]):
    """The training jobs the caller may see, newest first."""

    serializer_class = serializers.JobSerializer
    filterset_class = JobFilter
    search_fields = ["name"]
    ordering_fields = ["created_at", "finished_at", "name", "state"]
    queryset = Job.objects.none()

    def get_queryset(self) -> QuerySet[Job]:
        return queries.jobs_of(Actor.of(self.request))


class TrainingView(JobsView):
    """Start a training run; it costs the price of a training."""

    @extend_schema(request=WishSerializer, responses={201: serializers.JobSerializer})
    @answers_once
    def post(self, request: Request) -> Response:
        body = WishSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        actor, wish = Actor.of(request), dict(body.validated_data)
        project = access.get(actor, Project.objects.all(), wish.pop("project"))
        dataset = access.get(actor, Dataset.objects.filter(project=project), wish.pop("dataset"))
        version = dataset_version(dataset, wish.pop("version", None))
        wish.pop("time_budget_s", None)  # no algorithm here takes one
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
    return serializers.JobSerializer(access.get(actor, queries.jobs_of(actor), job_id)).data


class JobView(APIView):
    """One job."""

    @extend_schema(responses=serializers.JobSerializer)
    def get(self, request: Request, pk: str) -> Response:
        return Response(job_answer(Actor.of(request), pk))


class StatusView(APIView):
    """One job, asked for by query parameter."""

    @extend_schema(parameters=[serializers.JobIdSerializer], responses=serializers.JobSerializer)
    def get(self, request: Request) -> Response:
        query = serializers.JobIdSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(job_answer(Actor.of(request), query.validated_data["job_id"]))


class StopView(APIView):
    """Cancel a job that has not ended, or, with `keep_best`, let a running one end with the best it has."""

    @extend_schema(request=serializers.StopSerializer, responses={202: serializers.JobSerializer})
    def post(self, request: Request, pk: str) -> Response:
        body = serializers.StopSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        actor = Actor.of(request)
        services.stop_training(actor=actor, job=access.get(actor, queries.jobs_of(actor), pk), **body.validated_data)
        return Response(job_answer(actor, pk), status=status.HTTP_202_ACCEPTED)


class ReproduceView(APIView):
    """Run a job's plan once more on the same data; costs a training.

    Once it has succeeded, `reproduction` tells whether it came out the same.
    """

    @extend_schema(request=None, responses={201: serializers.JobSerializer})
    @answers_once
    def post(self, request: Request, pk: str) -> Response:
        actor = Actor.of(request)
        job = services.reproduce_training(actor=actor, job=access.get(actor, queries.jobs_of(actor), pk))
        return Response(job_answer(actor, job.pk), status=status.HTTP_201_CREATED)


class EventsView(generics.ListAPIView[JobEvent]):
    """A job's events with a number above `after`, in order; numbers count up from 1 without a gap.

    The socket `/ws/training` sends the same as they come (`docs/live-updates.md`).
    """

    serializer_class = serializers.EventSerializer
    pagination_class = None
    filter_backends = []
    queryset = JobEvent.objects.none()

    def get_queryset(self) -> QuerySet[JobEvent]:
        query = serializers.AfterSerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        job = access.get(Actor.of(self.request), Job.objects.all(), self.kwargs["pk"])
        return journal.events_after(job, query.validated_data["after"])

    @extend_schema(parameters=[serializers.AfterSerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class LeaderboardView(APIView):
    """The candidates of a job's search so far, the best first and those that failed last; none without a search."""

    @extend_schema(responses=serializers.CandidateSerializer(many=True))
    def get(self, request: Request, pk: str) -> Response:
        job = access.get(Actor.of(request), queries.jobs_of(Actor.of(request)), pk)
        return Response(serializers.CandidateSerializer(leaderboard.candidates(job), many=True).data)


class ModelDownloadView(APIView):
    """A model's file."""

    @extend_schema(parameters=[serializers.FormatSerializer], responses={200: OpenApiTypes.BINARY})
    def get(self, request: Request, pk: str) -> FileResponse:
        query = serializers.FormatSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        model = self.get_model(Actor.of(request), pk)
        return downloads.response(model, query.validated_data["format"])

    def get_model(self, actor: Actor, pk: str) -> ModelVersion:
        return access.get(actor, queries.models_of(actor), pk)


class JobDownloadView(ModelDownloadView):
    """The file of the model that a job made."""

    def get_model(self, actor: Actor, pk: str) -> ModelVersion:
        job = access.get(actor, queries.jobs_of(actor), pk)
        model = ModelVersion.objects.filter(job=job).first()
        if model is None:
            raise Conflict("This job has made no model.", code="no_model")
        return model


class ModelFilter(filters.FilterSet):
    project = filters.UUIDFilter()
    status = one_of_filter("status", ModelStatus)
    name = filters.CharFilter()


class ModelsView(generics.ListAPIView[ModelVersion]):
    """The models the caller may see, newest first."""

    serializer_class = serializers.ModelSerializer
    filterset_class = ModelFilter
    search_fields = ["name", "description", "target", "algorithm"]
    ordering_fields = ["created_at", "name", "version", "size_bytes"]
    queryset = ModelVersion.objects.none()

    def get_queryset(self) -> QuerySet[ModelVersion]:
        return queries.models_of(Actor.of(self.request))


class ModelView(generics.RetrieveUpdateDestroyAPIView[ModelVersion]):
    """One model version; deleting it archives it."""

    serializer_class = serializers.ModelSerializer
    queryset = ModelVersion.objects.none()
    http_method_names = ["get", "patch", "delete", "head", "options"]

    def get_object(self) -> ModelVersion:
        actor = Actor.of(self.request)
        return access.get(actor, queries.models_of(actor), self.kwargs["pk"])

    def perform_update(self, serializer: serializers.ModelSerializer) -> None:  # type: ignore[override]
        services.update_model(actor=Actor.of(self.request), model=self.get_object(), **serializer.validated_data)
        serializer.instance = self.get_object()

    def perform_destroy(self, instance: ModelVersion) -> None:
        services.archive_model(actor=Actor.of(self.request), model=instance)


class ModelMetricsView(APIView):
    """How good a model is on rows it had not seen, beside a baseline."""

    @extend_schema(responses=serializers.EvaluationSerializer)
    def get(self, request: Request, pk: str) -> Response:
        actor = Actor.of(request)
        return Response(serializers.EvaluationSerializer(access.get(actor, queries.models_of(actor), pk)).data)


class ModelExplanationView(APIView):
    """Which columns a model rests on: how much its score drops when one of them is shuffled."""

    @extend_schema(responses=serializers.ExplanationSerializer)
    def get(self, request: Request, pk: str) -> Response:
        actor = Actor.of(request)
        model = access.get(actor, queries.models_of(actor), pk)
        return Response(serializers.ExplanationSerializer(model.evaluation.get("importance") or NOT_EXPLAINED).data)


class CompareView(APIView):
    """Two to five models side by side: what differs, their scores, and whether the difference is more than chance."""

    @extend_schema(parameters=[serializers.CompareSerializer], responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        query = serializers.CompareSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        models = comparisons.models_named(Actor.of(request), query.validated_data["ids"].split(","))
        return Response(comparisons.compare(models))
