"""The shape of a wish to train; what its values may be is checked with the plan."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from datasets.api.recipes import StepsField
from ml.asked import nearest
from training.api.fields import OneOfField, ValidationField


class RangeSerializer(serializers.Serializer[None]):
    """The values of one parameter to try: `choices`, or those from `low` to `high`, by their logarithm with `log`."""

    choices = serializers.ListField(required=False, allow_null=True, default=None)
    low = serializers.FloatField(required=False, allow_null=True, default=None)
    high = serializers.FloatField(required=False, allow_null=True, default=None)
    log = serializers.BooleanField(required=False, allow_null=True, default=False)


class TuningSerializer(serializers.Serializer[None]):
    """A search for better parameters; without `ranges`, those the algorithm offers."""

    method = serializers.ChoiceField(choices=["bayesian", "random", "grid"], allow_null=True, default="bayesian")
    trials = serializers.IntegerField(
        required=False, allow_null=True, help_text="At most so many; 30 by default, and for a grid 200"
    )
    folds = serializers.IntegerField(allow_null=True, default=3)
    ranges = serializers.DictField(child=RangeSerializer(), required=False, allow_null=True)


@extend_schema_field(TuningSerializer)
class TuningField(serializers.JSONField):
    """A search as it was sent: the plan checks it, and names the part at fault."""


class NamesField(serializers.ListField):
    """A list of names of columns, as the table writes them."""

    child = serializers.CharField(max_length=300, trim_whitespace=False)


class WishSerializer(serializers.Serializer[None]):
    """What to train; `steps` are of the kinds that `/api/feature-steps` lists, `recipe` names a kept list of them.

    `exclude` names columns to leave out when `features` names none. Rows of one value of `group_by` stay together;
    with `order_by`, the latest judge. Null is the default of whatever may be left out.
    """

    project = serializers.UUIDField()
    dataset = serializers.UUIDField()
    version = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)
    target = serializers.CharField(max_length=300, trim_whitespace=False)
    algorithm = serializers.CharField(max_length=60)
    features = NamesField(required=False, allow_null=True, default=None)
    task = OneOfField(choices=["auto", "regression", "classification"], allow_null=True, default="auto")
    params = serializers.DictField(required=False, allow_null=True, default=dict)
    exclude = NamesField(required=False, allow_null=True, default=list)
    train_percentage = serializers.IntegerField(allow_null=True, default=80)
    validation = ValidationField(required=False, allow_null=True, default="holdout")
    group_by = serializers.CharField(
        max_length=300, trim_whitespace=False, required=False, allow_null=True, default=None
    )
    order_by = serializers.CharField(
        max_length=300, trim_whitespace=False, required=False, allow_null=True, default=None
    )
    class_weight = serializers.CharField(max_length=20, required=False, allow_null=True, default=None)
    tuning = TuningField(required=False, allow_null=True, default=None)
    metric = serializers.CharField(required=False, allow_null=True, default=None)
    time_budget_s = serializers.IntegerField(
        min_value=1,
        required=False,
        allow_null=True,
        default=None,
        help_text="After so many seconds of running it ends with the best so far; refused where there is none to keep: "
        "it takes a search, cross-validation, or an algorithm that `keeps_so_far`",
    )
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True, default="")
    seed = serializers.IntegerField(required=False, allow_null=True, default=None)
    steps = StepsField(required=False, allow_null=True, default=None)
    recipe = serializers.UUIDField(required=False, allow_null=True, default=None)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Only what was wished for; a key that means nothing is refused, as it may be one that was mistyped."""
        unknown = next((key for key in data if key not in self.fields), None) if isinstance(data, Mapping) else None
        if unknown is not None:
            key = str(unknown)[:100]
            raise serializers.ValidationError({key: f"A training has no {key!r}.{nearest(key, self.fields)}"})
        wish = super().to_internal_value(data)
        return {name: value for name, value in wish.items() if value is not None}
