"""What can be trained, for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ml.algorithms.registry import all_algorithms


class AlgorithmSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    tasks = serializers.ListField(child=serializers.CharField())
    params = serializers.DictField(help_text="JSON Schema of the parameters, with defaults")
    takes_class_weights = serializers.BooleanField(help_text="Whether a training can let each class weigh the same")
    keeps_so_far = serializers.BooleanField(help_text="Whether a fit that is stopped can keep the best so far")


class AlgorithmsView(APIView):
    """What can be trained, each with its purpose and the JSON Schema of its parameters. Public."""

    permission_classes = [AllowAny]
    authentication_classes = []

    @extend_schema(responses=AlgorithmSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(AlgorithmSerializer(all_algorithms(), many=True).data)
