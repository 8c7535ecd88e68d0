"""Two columns of a table against each other, for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from datasets import exploring
from datasets.api.row_serializers import VersionWishSerializer
from datasets.api.rows import version_of

KINDS = ["points", "squares", "boxes", "shares", "means"]
MEASURES = ["spearman", "correlation_ratio", "cramers_v"]


class PairWishSerializer(VersionWishSerializer):
    """Which two columns: amounts, dates or categories."""

    x = serializers.CharField(trim_whitespace=False)
    y = serializers.CharField(trim_whitespace=False)


class PairColumnSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    dtype = serializers.CharField()


class AssociationSerializer(serializers.Serializer[Any]):
    """As in the profile's correlations, but Spearman's has its sign; null when fewer than 3 rows have both values."""

    measure = serializers.ChoiceField(choices=MEASURES)
    value = serializers.FloatField(allow_null=True)


class SquaresSerializer(serializers.Serializer[Any]):
    x_edges = serializers.ListField(help_text="Numbers, or dates in ISO form; one more than the columns of counts.")
    y_edges = serializers.ListField()
    counts = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()), help_text="A row for each step of y."
    )
    beyond = serializers.IntegerField(help_text="Rows of outliers outside the edges.")


class BoxSerializer(serializers.Serializer[Any]):
    value = serializers.JSONField()
    count = serializers.IntegerField()
    min = serializers.JSONField()
    q1 = serializers.JSONField()
    median = serializers.JSONField()
    q3 = serializers.JSONField()
    max = serializers.JSONField()


class BoxesSerializer(serializers.Serializer[Any]):
    """The most frequent categories first; `other_count` rows have one of `other_values` others."""

    amounts = serializers.CharField(help_text="x or y: which of the two is measured.")
    groups = BoxSerializer(many=True)
    other_values = serializers.IntegerField()
    other_count = serializers.IntegerField()


class SharesSerializer(serializers.Serializer[Any]):
    """`counts` has a row for each value of x; `totals` are the rows with that value, whatever their y."""

    x_values = serializers.ListField()
    y_values = serializers.ListField()
    counts = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    totals = serializers.ListField(child=serializers.IntegerField())
    other_count = serializers.IntegerField(help_text="Rows with other values of x.")


class PeriodSerializer(serializers.Serializer[Any]):
    start = serializers.CharField()
    count = serializers.IntegerField()
    mean = serializers.FloatField()


class MeansSerializer(serializers.Serializer[Any]):
    """Periods without a row are left out."""

    dates = serializers.CharField(help_text="x or y: which of the two is the date.")
    unit = serializers.CharField()
    periods = PeriodSerializer(many=True)


class PairSerializer(serializers.Serializer[Any]):
    """The figures stand under the name of their `kind`; of the other kinds there are none."""

    x = PairColumnSerializer()
    y = PairColumnSerializer()
    rows = serializers.IntegerField(help_text="Of the table.")
    exact = serializers.BooleanField()
    sample_rows = serializers.IntegerField(allow_null=True)
    used_rows = serializers.IntegerField(help_text="Those looked at in which both have a value.")
    association = AssociationSerializer()
    kind = serializers.ChoiceField(choices=KINDS)
    points = serializers.ListField(child=serializers.ListField(), required=False, help_text="[x, y] of each row.")
    squares = SquaresSerializer(required=False)
    boxes = BoxesSerializer(required=False)
    shares = SharesSerializer(required=False)
    means = MeansSerializer(required=False)


class PairView(APIView):
    """How two columns of a version go together: the figures of the chart that suits them, and how closely.

    Amounts or dates against each other are points (up to 500 rows) or counts in squares, an amount by category boxes,
    two categories shares, an amount by date means of periods. Of more than 50,000 rows a sample is looked at, the same
    every time: `exact` is false then, and `sample_rows` says how many.
    """

    @extend_schema(parameters=[PairWishSerializer], responses=PairSerializer)
    def get(self, request: Request, pk: str) -> Response:
        wish = PairWishSerializer(data=request.query_params)
        wish.is_valid(raise_exception=True)
        asked = wish.validated_data
        return Response(exploring.pair_of(version_of(request, pk, asked.get("version")), asked["x"], asked["y"]))
