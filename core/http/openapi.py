"""How endpoints describe themselves: their own answers, and the one shape of every error."""

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

JSON = ["application/json"]


class ErrorDetailSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Stable, for programs")
    detail = serializers.CharField(help_text="For people")
    attr = serializers.CharField(allow_null=True, help_text="The field at fault, such as `features.Age`")


class ErrorSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=["validation_error", "client_error", "server_error"])
    errors = ErrorDetailSerializer(many=True)  # type: ignore[assignment]  # a field, as DRF means it


class ProductSchema(AutoSchema):
    """Adds the errors an endpoint can answer with: 401 where it asks who is calling, 404 where it names a row, …"""

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status in self._errors():
            bodies.setdefault(status, self._get_response_for_code(ErrorSerializer, status, JSON))  # type: ignore[no-untyped-call]
        return bodies

    def _errors(self) -> list[str]:
        statuses = ["400"]
        if any(self.get_auth()):
            statuses += ["401", "403"]
        if "{" in self.path or self.method != "GET":
            statuses += ["404"]
        if self.method not in ("GET", "PATCH"):
            statuses += ["402", "409", "413", "415"] if self.method == "POST" else ["409"]
        return sorted(statuses)
