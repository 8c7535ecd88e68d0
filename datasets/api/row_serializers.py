"""Shapes of what is in a table: its rows and its profile."""

from typing import Any

from rest_framework import serializers

from datasets.api.serializers import ColumnSerializer


class VersionWishSerializer(serializers.Serializer[None]):
    """Which version of a dataset."""

    version = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, help_text="The newest one by default."
    )


class WindowSerializer(VersionWishSerializer):
    """Which rows of a table: those that fit the search and one filter by a column."""

    offset = serializers.IntegerField(min_value=0, max_value=2**63 - 1, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=500, default=50)
    search = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="", help_text="A text that any cell contains."
    )
    column = serializers.CharField(
        required=False, trim_whitespace=False, help_text="The column to filter by; one of the next five goes with it."
    )
    equals = serializers.CharField(
        required=False, allow_blank=True, trim_whitespace=False, help_text="A value, as the preview shows it."
    )
    to = serializers.CharField(required=False, help_text="Values below this number or date.")
    missing = serializers.BooleanField(required=False, help_text="Rows without a value.")
    other = serializers.IntegerField(
        required=False, min_value=0, max_value=10, help_text="Values beyond so many of `top_values`."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The fields, with the one whose name Python keeps to itself."""
        low = serializers.CharField(required=False, help_text="This number or date and those above.")
        return {**super().get_fields(), "from": low}


class PreviewSerializer(serializers.Serializer[None]):
    """Rows in the file's order; `total` counts all that fit."""

    columns = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField())
    total = serializers.IntegerField()


class ProfileWishSerializer(VersionWishSerializer):
    """Which version to tell about, and the column to relate the others to."""

    target = serializers.CharField(required=False, trim_whitespace=False)


class HistogramSerializer(serializers.Serializer[None]):
    """Counts of values between neighbouring edges; a value on an edge is in the bin above, the last one in both."""

    edges = serializers.ListField(help_text="Numbers, or dates in ISO form; one more than counts.")
    counts = serializers.ListField(child=serializers.IntegerField())


class ValueCountSerializer(serializers.Serializer[None]):
    value = serializers.JSONField()
    count = serializers.IntegerField()


class DisguisedSerializer(ValueCountSerializer):
    """A value that may stand for "missing"."""

    reason = serializers.CharField()


class OutliersSerializer(serializers.Serializer[None]):
    """Values outside the fences `low` and `high`, 1.5 interquartile ranges beyond the quartiles; `far` beyond 3."""

    count = serializers.IntegerField()
    far = serializers.IntegerField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class LengthSerializer(serializers.Serializer[None]):
    """Characters of a text."""

    min = serializers.IntegerField()
    mean = serializers.FloatField()
    max = serializers.IntegerField()


class GapsSerializer(serializers.Serializer[None]):
    """Distances between neighbouring different dates."""

    longest_days = serializers.FloatField()
    start = serializers.CharField()
    end = serializers.CharField()
    usual_step_days = serializers.FloatField()
    usual_share = serializers.FloatField()


class ColumnProfileSerializer(ColumnSerializer):
    """One column; what does not apply to its type is null. Dates are ISO strings, without mean and std."""

    share_missing = serializers.FloatField()
    mean = serializers.FloatField(allow_null=True)
    std = serializers.FloatField(allow_null=True, help_text="With n - 1.")
    min = serializers.JSONField(allow_null=True)
    quantiles = serializers.DictField(allow_null=True, help_text="By share: 0.05, 0.25, 0.5, 0.75, 0.95.")
    max = serializers.JSONField(allow_null=True)
    histogram = HistogramSerializer(allow_null=True)
    top_values = ValueCountSerializer(many=True, help_text="The ten most frequent.")
    other_count = serializers.IntegerField(help_text="Rows with a value beyond them.")
    length = LengthSerializer(allow_null=True)
    range_days = serializers.FloatField(allow_null=True)
    gaps = GapsSerializer(allow_null=True)
    outliers = OutliersSerializer(allow_null=True)
    disguised = DisguisedSerializer(many=True)
    exact = serializers.BooleanField()


class CorrelationsSerializer(serializers.Serializer[None]):
    """Association of each pair of columns in 0..1, symmetric.

    Two columns of numbers: Spearman's rank correlation without its sign. Two of words: Cramér's V, corrected for bias.
    One of each: the correlation ratio of the ranks, corrected for bias.
    """

    columns = serializers.ListField(child=serializers.CharField())
    kinds = serializers.ListField(child=serializers.ChoiceField(choices=["numbers", "words"]))
    values = serializers.ListField(child=serializers.ListField(child=serializers.FloatField()))
    exact = serializers.BooleanField()
    sample_rows = serializers.IntegerField(allow_null=True)
    left_out = serializers.ListField(child=serializers.CharField())


class DuplicatesSerializer(serializers.Serializer[None]):
    """Rows that are equal to an earlier one."""

    rows = serializers.IntegerField()
    exact = serializers.BooleanField()


class RemedySerializer(serializers.Serializer[None]):
    kind = serializers.ChoiceField(choices=["exclude", "impute", "clip_outliers", "retype", "rare_categories"])
    columns = serializers.ListField(child=serializers.CharField())
    dtype = serializers.CharField(required=False, help_text="For retype.")
    values = serializers.ListField(required=False, help_text="For impute: what is to count as missing.")


class TableWarningSerializer(serializers.Serializer[None]):
    """Something to mind before learning from the table."""

    code = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    detail = serializers.CharField()
    severity = serializers.ChoiceField(choices=["info", "warning"])
    remedy = RemedySerializer(allow_null=True)


class RelationSerializer(serializers.Serializer[None]):
    """What one column alone tells of the target, by the normalised Gini coefficient in 0..1."""

    column = serializers.CharField()
    gini = serializers.FloatField(allow_null=True)
    verdict = serializers.ChoiceField(choices=["none", "weak", "moderate", "strong"], allow_null=True)
    leak = serializers.ChoiceField(choices=["warn", "exclude"], allow_null=True)
    near_copy = serializers.BooleanField()
    detail = serializers.CharField()


class TargetRelationsSerializer(serializers.Serializer[None]):
    target = serializers.CharField()
    task = serializers.ChoiceField(choices=["regression", "classification"])
    exact = serializers.BooleanField()
    sample_rows = serializers.IntegerField(allow_null=True)
    relations = RelationSerializer(many=True)


class ProfileSerializer(serializers.Serializer[None]):
    """What is known of a table. `sample_rows` is null where all rows were looked at, and `exact` says the same."""

    version = serializers.IntegerField()
    schema = serializers.IntegerField(help_text="1 as the file was read, one more for each correction of types.")
    rows = serializers.IntegerField()
    exact = serializers.BooleanField()
    sample_rows = serializers.IntegerField(allow_null=True)
    columns = ColumnProfileSerializer(many=True)
    correlations = CorrelationsSerializer()
    duplicates = DuplicatesSerializer()
    warnings = TableWarningSerializer(many=True)
    target = TargetRelationsSerializer(allow_null=True)
