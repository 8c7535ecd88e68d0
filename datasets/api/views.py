"""Datasets for programs."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.actor import Actor
from datasets import queries, samples, services
from datasets.api import serializers
from datasets.models import Dataset, VersionStatus
from workspaces import access
from workspaces.queries import projects_of


def answer(actor: Actor, dataset: Dataset, status_code: int = status.HTTP_200_OK) -> Response:
    """One dataset as every endpoint shows it."""
    row = queries.datasets_of(actor).get(pk=dataset.pk)
    return Response(serializers.DatasetSerializer(row).data, status=status_code)


class DatasetFilter(filters.FilterSet):
    project = filters.UUIDFilter()
    status = filters.ChoiceFilter(choices=VersionStatus.choices)


class DatasetsView(generics.ListAPIView[Dataset]):
    """The datasets the caller may see, newest first."""

    serializer_class = serializers.DatasetSerializer
    filterset_class = DatasetFilter
    search_fields = ["name", "description"]
    ordering_fields = ["name", "created_at", "rows", "size_bytes"]
    queryset = Dataset.objects.none()

    def get_queryset(self) -> QuerySet[Dataset]:
        return queries.datasets_of(Actor.of(self.request))


class UploadView(APIView):
    """Upload a table: CSV, JSON or JSONL."""

    parser_classes = [MultiPartParser]

    @extend_schema(request=serializers.UploadSerializer, responses={201: serializers.DatasetSerializer})
    def post(self, request: Request) -> Response:
        body = serializers.UploadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        actor, wish = Actor.of(request), body.validated_data
        dataset = services.add_dataset(
            actor=actor,
            project=access.get(actor, projects_of(actor), wish["project"]),
            chunks=wish["file"].chunks(),
            filename=wish["file"].name,
            name=wish["name"],
            description=wish["description"],
        )
        return answer(actor, dataset, status.HTTP_201_CREATED)


class SamplesView(APIView):
    """Sample sets, one call away."""

    @extend_schema(responses=serializers.SampleSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(serializers.SampleSerializer(samples.all_samples(), many=True).data)

    @extend_schema(request=serializers.SampleWishSerializer, responses={201: serializers.DatasetSerializer})
    def post(self, request: Request) -> Response:
        body = serializers.SampleWishSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        actor, wish = Actor.of(request), body.validated_data
        project = access.get(actor, projects_of(actor), wish["project"])
        dataset = services.add_sample(actor=actor, project=project, key=wish["key"])
        return answer(actor, dataset, status.HTTP_201_CREATED)


class DatasetView(generics.RetrieveUpdateDestroyAPIView[Dataset]):
    """One dataset with its newest version."""

    serializer_class = serializers.DatasetSerializer
    queryset = Dataset.objects.none()
    http_method_names = ["get", "patch", "delete", "head", "options"]

    def get_object(self) -> Dataset:
        actor = Actor.of(self.request)
        return access.get(actor, queries.datasets_of(actor), self.kwargs["pk"])

    def perform_update(self, serializer: serializers.DatasetSerializer) -> None:  # type: ignore[override]
        services.update_dataset(actor=Actor.of(self.request), dataset=self.get_object(), **serializer.validated_data)
        serializer.instance = self.get_object()

    def perform_destroy(self, instance: Dataset) -> None:
        services.delete_dataset(actor=Actor.of(self.request), dataset=instance)


class PreviewView(APIView):
    """Some rows of the newest version, in the file's order."""

    @extend_schema(parameters=[serializers.WindowSerializer], responses=serializers.PreviewSerializer)
    def get(self, request: Request, pk: str) -> Response:
        window = serializers.WindowSerializer(data=request.query_params)
        window.is_valid(raise_exception=True)
        version = queries.newest_version(access.get(Actor.of(request), Dataset.objects.all(), pk))
        rows = queries.rows_of(version, **window.validated_data)
        return Response(
            {"columns": [column["name"] for column in version.columns], "rows": rows, "total": version.rows}
        )
