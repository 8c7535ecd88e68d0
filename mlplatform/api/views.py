"""Endpoints that reach into every app: closing accounts, and the state of the whole."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import staff
from accounts.api import staff as accounts_staff
from accounts.api import views as accounts
from core.actor import Actor
from mlplatform import closing, system
from mlplatform.api import serializers


class MeView(accounts.MeView):
    """The signed-in person. DELETE closes the account: what is theirs alone goes, files included, for good."""

    http_method_names = ["get", "patch", "delete", "head", "options"]

    @extend_schema(request=serializers.ClosingSerializer, responses={204: None})
    def delete(self, request: Request) -> Response:
        body = serializers.ClosingSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        closing.close_account(actor=Actor.of(request), **body.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PersonView(accounts_staff.PersonView):
    """One person. PATCH `is_active` shuts them out (tokens, keys and sessions end at once) or lets them in again.

    DELETE closes their account; a workspace that loses its only owner goes to its longest-standing admin, else editor.
    """

    rights: ClassVar[dict[str, str]] = {**accounts_staff.PersonView.rights, "DELETE": staff.REMOVE_PEOPLE}
    http_method_names = ["get", "patch", "delete", "head", "options"]

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: str) -> Response:
        closing.remove_person(actor=Actor.of(request), person=self.person())
        return Response(status=status.HTTP_204_NO_CONTENT)


class SystemView(accounts_staff.StaffView):
    """The state of the whole: workers, queue, running and stuck jobs, failures, storage, database, people, credits."""

    rights: ClassVar[dict[str, str]] = {"GET": staff.SEE_SYSTEM}

    @extend_schema(responses=serializers.SystemSerializer)
    def get(self, request: Request) -> Response:
        return Response(serializers.SystemSerializer(system.report()).data)
