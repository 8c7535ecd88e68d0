"""What is in a table, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.actor import Actor
from datasets import exploring, queries
from datasets.api import row_serializers as shapes
from datasets.models import Dataset, DatasetVersion
from datasets.row_filters import row_filter
from workspaces import access


def version_of(request: Request, dataset_id: str, number: int | None) -> DatasetVersion:
    """The version asked for, of a dataset the caller may see; raises NotFound."""
    return queries.version(access.get(Actor.of(request), Dataset.objects.all(), dataset_id), number)


class PreviewView(APIView):
    """Some rows of a version, the newest one by default, in the file's order.

    A filter names a `column` and one of `equals`, `missing`, `other`, or a range: `from` is included and `to` is not,
    as in the profile's histogram. Filter and search together give the rows that fit both.
    """

    @extend_schema(parameters=[shapes.WindowSerializer], responses=shapes.PreviewSerializer)
    def get(self, request: Request, pk: str) -> Response:
        window = shapes.WindowSerializer(data=request.query_params)
        window.is_valid(raise_exception=True)
        asked = window.validated_data
        version = version_of(request, pk, asked.get("version"))
        queries.require_ready(version)
        found = row_filter(asked, version.profile)
        where, search = found.where if found else None, asked["search"]
        rows = queries.rows_of(version, offset=asked["offset"], limit=asked["limit"], where=where, search=search)
        total = queries.count_of(version, where=where, search=search)
        return Response({"columns": [column["name"] for column in version.columns], "rows": rows, "total": total})


class ProfileView(APIView):
    """What each column of a version holds, how columns go together, and what to mind before learning from it.

    With `target`, also what each other column alone tells of that one, and which ones know the answer. Statistics are
    exact over every row; where only some rows were looked at, `exact` is false and `sample_rows` says how many.
    """

    @extend_schema(parameters=[shapes.ProfileWishSerializer], responses=shapes.ProfileSerializer)
    def get(self, request: Request, pk: str) -> Response:
        wish = shapes.ProfileWishSerializer(data=request.query_params)
        wish.is_valid(raise_exception=True)
        version = version_of(request, pk, wish.validated_data.get("version"))
        return Response(exploring.profile_of(version, wish.validated_data.get("target", "")))
