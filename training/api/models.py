"""Models for programs."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.actor import Actor
from core.http.negotiation import FileNegotiation
from training import comparisons, downloads, judgements, queries, services
from training.api.fields import one_of_filter
from training.api.model_serializers import (
    CompareSerializer,
    EvaluationSerializer,
    ExplanationSerializer,
    FormatSerializer,
    ModelSerializer,
)
from training.models import ModelStatus, ModelVersion
from workspaces import access

NOT_EXPLAINED: dict[str, Any] = {"metric": None, "rows": 0, "repeats": 0, "features": []}


class ModelFilter(filters.FilterSet):
    project = filters.UUIDFilter()
    status = one_of_filter("status", ModelStatus)
    name = filters.CharFilter()


class ModelsView(generics.ListAPIView[ModelVersion]):
    """The models the caller may see, newest first."""

    serializer_class = ModelSerializer
    filterset_class = ModelFilter
    search_fields = ["name", "description", "target", "algorithm"]
    ordering_fields = ["created_at", "name", "version", "size_bytes"]
    queryset = ModelVersion.objects.none()

    def get_queryset(self) -> QuerySet[ModelVersion]:
        return queries.models_of(Actor.of(self.request))


class ModelView(generics.RetrieveUpdateDestroyAPIView[ModelVersion]):
    """One model version; deleting it archives it."""

    serializer_class = ModelSerializer
    queryset = ModelVersion.objects.none()
    http_method_names = ["get", "patch", "delete", "head", "options"]

    def get_object(self) -> ModelVersion:
        actor = Actor.of(self.request)
        return access.get(actor, queries.models_of(actor), self.kwargs["pk"])

    def perform_update(self, serializer: ModelSerializer) -> None:  # type: ignore[override]
        services.update_model(actor=Actor.of(self.request), model=self.get_object(), **serializer.validated_data)
        serializer.instance = self.get_object()

    def perform_destroy(self, instance: ModelVersion) -> None:
        services.archive_model(actor=Actor.of(self.request), model=instance)


class ModelMetricsView(APIView):
    """How good a model is on rows it had not seen, beside a baseline."""

    @extend_schema(responses=EvaluationSerializer)
    def get(self, request: Request, pk: str) -> Response:
        actor = Actor.of(request)
        return Response(EvaluationSerializer(access.get(actor, queries.models_of(actor), pk)).data)


class ModelExplanationView(APIView):
    """Which columns a model rests on: how much its score drops when one of them is shuffled."""

    @extend_schema(responses=ExplanationSerializer)
    def get(self, request: Request, pk: str) -> Response:
        actor = Actor.of(request)
        model = access.get(actor, queries.models_of(actor), pk)
        found = model.evaluation.get("importance") or NOT_EXPLAINED
        return Response(ExplanationSerializer({**found, "note": judgements.together(model)}).data)


class ModelDownloadView(APIView):
    """A model's file."""

    content_negotiation_class = FileNegotiation

    @extend_schema(parameters=[FormatSerializer], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: str) -> FileResponse:
        query = FormatSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        model = self.get_model(Actor.of(request), pk)
        return downloads.response(model, query.validated_data["format"])

    def get_model(self, actor: Actor, pk: str) -> ModelVersion:
        return access.get(actor, queries.models_of(actor), pk)


class CompareView(APIView):
    """Two to five models side by side: what differs, their scores, and whether the difference is more than chance."""

    @extend_schema(parameters=[CompareSerializer], responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        query = CompareSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        models = comparisons.models_named(Actor.of(request), query.validated_data["ids"].split(","))
        return Response(comparisons.compare(models))
