"""Predictions for programs."""

from typing import Any, cast

from django.conf import settings
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.credits import balance_of
from accounts.idempotency import answers_once
from core.actor import Actor, Scope
from core.http.filters import YesNoFilter
from core.http.parsers import SafeJSONParser
from predictions import queries, services
from predictions.api import serializers
from predictions.models import Prediction
from training.queries import models_of
from workspaces import access
from workspaces.access import Action


class PredictView(APIView):
    """Ask a model: one row (`features`) or many (`instances`), one charge a call."""

    parser_classes = [SafeJSONParser]  # a form's fields cannot say what is a number and what is missing
    key_scope = Scope.PREDICT

    @extend_schema(request=serializers.PredictSerializer, responses=serializers.PredictionAnswerSerializer)
    @answers_once
    def post(self, request: Request, pk: str) -> Response:
        actor = Actor.of(request)
        model = access.get(actor, models_of(actor), pk, Action.USE)
        body = serializers.PredictSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        one = "features" in body.validated_data
        # The rows as they were sent: the model's own parser says what a value is.
        sent = cast(dict[str, Any], request.data)
        rows = [sent["features"]] if one else sent["instances"]
        prefix = "features" if one else "instances.{row}"
        made = services.predict(actor=actor, model=model, rows=rows, prefix=prefix)
        return Response({**_facts(made, actor), **(_answers(made)[0] if one else {"predictions": _answers(made)})})


def _answers(made: Prediction) -> list[dict[str, Any]]:
    """Each row's answer with its warnings."""
    return [{**answer, "warnings": warnings} for answer, warnings in zip(made.answers, made.warnings, strict=True)]


def _facts(made: Prediction, actor: Actor) -> dict[str, Any]:
    facts = {
        "id": made.pk,
        "model": made.model_id,
        "version": made.model.version,
        "inference_ms": made.inference_ms,
        "cache_hit": made.cache_hit,
    }
    if settings.CREDITS_ENABLED:
        facts |= {"credits_charged": made.credits_charged, "credits_left": balance_of(actor.user)}
    return facts


class PredictionFilter(filters.FilterSet):
    model = filters.UUIDFilter()
    success = YesNoFilter()


class PredictionsView(generics.ListAPIView[Prediction]):
    """The caller's predictions, and those of the models they made; newest first."""

    serializer_class = serializers.PredictionSerializer
    filterset_class = PredictionFilter
    search_fields = ["model__name"]
    ordering_fields = ["created_at", "inference_ms"]
    queryset = Prediction.objects.none()

    def get_queryset(self) -> QuerySet[Prediction]:
        return queries.history_of(Actor.of(self.request))


class PredictionView(generics.RetrieveAPIView[Prediction]):
    """One prediction."""

    serializer_class = serializers.PredictionSerializer
    queryset = Prediction.objects.none()

    def get_object(self) -> Prediction:
        return queries.prediction(Actor.of(self.request), self.kwargs["pk"])
