"""How endpoints describe themselves: their own answers, and the one shape of every error."""

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from core.actor import Scope
from core.http.permissions import KEY_SCHEME, key_scope

JSON = ["application/json"]


class ErrorDetailSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Stable, for programs")
    detail = serializers.CharField(help_text="For people")
    attr = serializers.CharField(allow_null=True, help_text="The field at fault, such as `features.Age`")


class ErrorSerializer(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=["validation_error", "client_error", "server_error"])
    errors = ErrorDetailSerializer(many=True)  # type: ignore[assignment]  # a field, as DRF means it


class ProductSchema(AutoSchema):
    """Adds which scope an API key needs, and the errors an endpoint can answer with: 404 where it names a row, …"""

    def get_auth(self) -> list[dict[str, Any]]:
        schemes: list[dict[str, Any]] = super().get_auth()
        return schemes if self._key_scope() else [scheme for scheme in schemes if KEY_SCHEME not in scheme]

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular's own takes nothing
        told: str = super().get_description()
        takes_keys = any(KEY_SCHEME in scheme for scheme in self.get_auth())
        return f"{told}\n\nAn API key needs the scope `{self._key_scope()}`." if takes_keys else told

    def _key_scope(self) -> Scope | None:
        return key_scope(self.view, self.method)

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status in sorted(self._errors()):
            bodies.setdefault(status, self._get_response_for_code(ErrorSerializer, status, JSON))  # type: ignore[no-untyped-call]
        return bodies

    def _errors(self) -> set[str]:
        """A row may not be seen, or be in a state that forbids; a body may have no length, be too large, of no kind."""
        statuses = {"400", "406", "503"}
        if any(self.get_auth()):
            statuses |= {"401", "403", "404"}
        if "{" in self.path:
            statuses |= {"404", "409"}
        if self.method != "GET":
            statuses |= {"401", "404", "409", "411"}
        if self.method in ("POST", "PATCH"):
            statuses |= {"413", "415"}
        if self.method == "POST":
            statuses |= {"402", "429", "507"}
        return statuses
