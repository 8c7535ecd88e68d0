"""Versions of a dataset, and what can be taken away of them, for programs."""

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.actor import Actor
from core.http.negotiation import FileNegotiation
from datasets import exports, queries, versions
from datasets.api import version_serializers as shapes
from datasets.api.datasets import answer
from datasets.models import Dataset, DatasetVersion
from workspaces import access


def dataset_of(request: Request, dataset_id: str) -> Dataset:
    """The dataset, if the caller may see it; raises NotFound."""
    return access.get(Actor.of(request), Dataset.objects.select_related("project__workspace"), dataset_id)


class VersionsView(generics.ListAPIView[DatasetVersion]):
    """The versions of a dataset, newest first."""

    serializer_class = shapes.VersionSerializer
    filterset_fields = ["status"]
    search_fields = ["filename"]
    ordering_fields = ["number", "created_at", "rows", "size_bytes"]
    parser_classes = [MultiPartParser]
    queryset = DatasetVersion.objects.none()

    def get_queryset(self) -> QuerySet[DatasetVersion]:
        return queries.versions_of(dataset_of(self.request, self.kwargs["pk"]))

    @extend_schema(request=shapes.FileSerializer, responses={200: shapes.AddedSerializer, 201: shapes.AddedSerializer})
    def post(self, request: Request, pk: str) -> Response:
        """Upload the next version; read as an upload is.

        The answer is the dataset with its newest version. The bytes of the newest version add nothing: that is 200 with
        `unchanged`. Until the new version is read, and if it cannot be, what names no version uses the newest that is
        ready.
        """
        dataset = dataset_of(request, pk)
        body = shapes.FileSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        file = body.validated_data["file"]
        actor = Actor.of(request)
        added = versions.add_version(actor=actor, dataset=dataset, chunks=file.chunks(), filename=file.name)
        answered = answer(actor, dataset, status.HTTP_201_CREATED if added.is_new else status.HTTP_200_OK)
        answered.data |= {"unchanged": not added.is_new}
        return answered


class VersionView(APIView):
    """One version, with its columns and the corrections of their types."""

    @extend_schema(responses=shapes.WholeVersionSerializer)
    def get(self, request: Request, pk: str, number: int) -> Response:
        version = queries.version(dataset_of(request, pk), number)
        return Response(shapes.WholeVersionSerializer(version).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: str, number: int) -> Response:
        """Delete the version; 409 where a model rests on it (`dataset_in_use`) or it is the last (`last_version`)."""
        version = queries.version(dataset_of(request, pk), number)
        versions.delete_version(actor=Actor.of(request), version=version)
        return Response(status=status.HTTP_204_NO_CONTENT)


class DownloadView(APIView):
    """A version as a file: the original, or the table as CSV or Parquet with the types as corrected.

    Texts that a spreadsheet would take for a formula get an apostrophe before them in the CSV; the original and Parquet
    have them as they are.
    """

    content_negotiation_class = FileNegotiation

    @extend_schema(
        parameters=[shapes.DownloadSerializer],
        responses={(200, kind): OpenApiTypes.BINARY for kind in (exports.ORIGINAL, "text/csv", exports.PARQUET)},
    )
    def get(self, request: Request, pk: str) -> HttpResponseBase:
        wish = shapes.DownloadSerializer(data=request.query_params)
        wish.is_valid(raise_exception=True)
        version = queries.version(dataset_of(request, pk), wish.validated_data.get("version"))
        wanted = exports.Format(wish.validated_data["format"])
        return exports.download(actor=Actor.of(request), version=version, file_format=wanted)


class BadRowsView(APIView):
    """The rows of the file that could not be read, as CSV: `line`, `reason`, and `text` where it was kept."""

    content_negotiation_class = FileNegotiation

    @extend_schema(parameters=[shapes.WhichSerializer], responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, pk: str) -> HttpResponseBase:
        wish = shapes.WhichSerializer(data=request.query_params)
        wish.is_valid(raise_exception=True)
        return exports.bad_rows(queries.version(dataset_of(request, pk), wish.validated_data.get("version")))


class PurgeView(APIView):
    """Remove the rows of all versions, or of some, for good: admins of the workspace only.

    Schema, hash and count of rows stay, and so do the models that saw them. What asks for rows then is 409
    (`dataset_purged`). Files that another version shares are not freed.
    """

    @extend_schema(request=shapes.PurgeSerializer, responses=shapes.FreedSerializer)
    def post(self, request: Request, pk: str) -> Response:
        dataset = dataset_of(request, pk)
        wish = shapes.PurgeSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        numbers = wish.validated_data.get("versions")
        freed = versions.purge_dataset(actor=Actor.of(request), dataset=dataset, numbers=numbers)
        return Response({"freed_bytes": freed})
