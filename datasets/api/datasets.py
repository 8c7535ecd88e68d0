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
from core.errors import InvalidInput
from core.http.search import OrderingInMemory, SearchInMemory
from datasets import queries, samples, services, versions
from datasets.api import serializers
from datasets.models import Dataset, VersionStatus
from ml.schema import Dtype
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
    """Upload a table: CSV and its kin, JSON, JSON lines or Parquet, each also gzipped.

    A small file is read while you wait. A larger one is `processing` until a worker has read it: ask for the dataset
    again, whose `stage` and `progress` (0..1) tell how far that is. Beyond a limit is 413 (`too_large`,
    `too_many_columns`, `cell_too_long`), no table 400, a full disk 507; each leaves nothing behind.
    """

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


class SamplesView(generics.GenericAPIView[Dataset]):
    """Sample sets, one call away."""

    serializer_class = serializers.SampleSerializer
    filter_backends = [SearchInMemory, OrderingInMemory]  # they are no rows of the database
    search_fields = ["key", "title", "description"]
    ordering_fields = ["key", "title", "rows", "columns", "target"]
    queryset = Dataset.objects.none()

    @extend_schema(responses=serializers.SampleSerializer(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(samples.all_samples()))  # type: ignore[arg-type]
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(request=serializers.SampleWishSerializer, responses={201: serializers.DatasetSerializer})
    def post(self, request: Request) -> Response:
        body = serializers.SampleWishSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        actor, wish = Actor.of(request), body.validated_data
        project = access.get(actor, projects_of(actor), wish["project"])
        dataset = services.add_sample(actor=actor, project=project, key=wish["key"])
        return answer(actor, dataset, status.HTTP_201_CREATED)


class DatasetView(generics.RetrieveDestroyAPIView[Dataset]):
    """One dataset with its newest version."""

    serializer_class = serializers.DatasetSerializer
    queryset = Dataset.objects.none()

    def get_object(self) -> Dataset:
        actor = Actor.of(self.request)
        return access.get(actor, queries.datasets_of(actor), self.kwargs["pk"])

    @extend_schema(request=serializers.DatasetChangeSerializer, responses=serializers.DatasetSerializer)
    def patch(self, request: Request, pk: str) -> Response:
        """Change name and description, or correct the types of columns.

        A correction makes a new schema of the newest ready version, or of the `version` named; the bytes stay, and so
        do the models that saw it. With `schema`, the number of the schema that was looked at, it is refused (409,
        `schema_changed`) if somebody has corrected it since.
        """
        actor, dataset = Actor.of(request), self.get_object()
        body = serializers.DatasetChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        changes = dict(body.validated_data)
        number, seen = changes.pop("version", None), changes.pop("schema", None)
        if columns := changes.pop("columns", None):
            version = queries.version(dataset, number)
            versions.correct_types(actor=actor, version=version, changes=_types(columns), seen=seen)
        services.update_dataset(actor=actor, dataset=dataset, **changes)
        return answer(actor, dataset)

    def perform_destroy(self, instance: Dataset) -> None:
        services.delete_dataset(actor=Actor.of(self.request), dataset=instance)


def _types(columns: list[dict[str, str]]) -> dict[str, Dtype]:
    found: dict[str, Dtype] = {}
    for place, column in enumerate(columns):
        if column["name"] in found:
            raise InvalidInput(f"columns.{place}.name", "This column is named twice.")
        found[column["name"]] = Dtype(column["dtype"])
    return found
