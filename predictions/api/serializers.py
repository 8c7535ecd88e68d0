"""Shapes of predictions."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers import PricedSerializer
from predictions.models import Prediction
from predictions.services import MAX_ROWS


class PredictSerializer(serializers.Serializer[None]):
    features = serializers.DictField(required=False, help_text="One row: a value for each column")
    instances = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        min_length=1,
        max_length=MAX_ROWS,
        help_text="Many rows",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("features" in attrs) == ("instances" in attrs):
            raise serializers.ValidationError("Give either “features” (one row) or “instances” (1 to 1,000 rows).")
        return attrs


class WarningSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    column = serializers.CharField()
    detail = serializers.CharField()


class AnswerSerializer(serializers.Serializer[Any]):
    prediction = serializers.JSONField(help_text="A class, or a number")
    probabilities = serializers.DictField(child=serializers.FloatField(), required=False, allow_null=True)
    confidence = serializers.FloatField(required=False, allow_null=True)
    warnings = WarningSerializer(many=True)


class PredictionAnswerSerializer(AnswerSerializer):
    id = serializers.UUIDField()
    predictions = AnswerSerializer(many=True, required=False)
    model = serializers.UUIDField()
    version = serializers.IntegerField()
    inference_ms = serializers.FloatField()
    cache_hit = serializers.BooleanField()
    credits_charged = serializers.IntegerField(required=False, help_text="Left out while credits are switched off")
    credits_left = serializers.IntegerField(required=False, help_text="Left out while credits are switched off")


class PredictionSerializer(PricedSerializer, serializers.ModelSerializer[Prediction]):
    model_name = serializers.CharField(source="model.name", read_only=True)
    version = serializers.IntegerField(source="model.version", read_only=True)

    class Meta:
        model = Prediction
        fields = [
            "id",
            "model",
            "model_name",
            "version",
            "success",
            "rows",
            "answers",
            "warnings",
            "error",
            "inference_ms",
            "cache_hit",
            "credits_charged",
            "created_at",
        ]
