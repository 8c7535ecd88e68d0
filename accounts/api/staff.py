"""People, for staff: each call needs a right of its own; nobody who is no staff gets in, nor any API key."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import credits, queries, staff
from accounts.api.serializers import LedgerEntrySerializer
from accounts.idempotency import answers_once
from accounts.models import User
from core.actor import Actor
from core.http.filters import YesNoFilter
from core.http.permissions import SignedInWithinScope


class PersonSerializer(serializers.ModelSerializer[User]):
    credits = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    is_active = serializers.BooleanField()

    class Meta:
        model = User
        fields = [
            "id",
            "email",
            "username",
            "full_name",
            "is_active",
            "is_staff",
            "credits",
            "created_at",
            "last_login",
        ]
        read_only_fields = ["email", "username", "full_name", "is_staff", "last_login"]


class GrantSerializer(serializers.Serializer[None]):
    amount = serializers.IntegerField(min_value=1, max_value=credits.MOST_GRANTED)
    reason = serializers.CharField(max_length=staff.MAX_REASON_LENGTH, help_text="Stands in the person's ledger")


class GrantedSerializer(serializers.Serializer[Any]):
    balance = serializers.IntegerField()
    entry = LedgerEntrySerializer()


class HasRight(BasePermission):
    """Staff with the right that the view names for the method in `rights`."""

    message = "This is for administrators who were given the right to it."

    def has_permission(self, request: Request, view: Any) -> bool:
        right = view.rights.get(request.method)
        return right is None or staff.may(Actor.of(request), right)


class StaffView(APIView):
    """What every view here has in common."""

    key_scope = None
    permission_classes = [SignedInWithinScope, HasRight]
    rights: ClassVar[dict[str, str]] = {"GET": staff.SEE_PEOPLE}

    def person(self) -> User:
        """The person whom the address names; raises NotFound."""
        return queries.person(self.kwargs["pk"])


class PersonFilter(filters.FilterSet):
    min_credits = filters.NumberFilter(field_name="credits", lookup_expr="gte", help_text="At least so many credits")
    is_active = YesNoFilter()
    is_staff = YesNoFilter()


class PeopleView(StaffView, generics.ListAPIView[User]):
    """Everybody with an account, the newest first."""

    serializer_class = PersonSerializer
    filterset_class = PersonFilter
    search_fields = ["email", "username", "full_name"]
    ordering_fields = ["email", "username", "credits", "created_at", "last_login"]
    queryset = User.objects.none()

    def get_queryset(self) -> QuerySet[User]:
        return queries.people()


class PersonView(StaffView, generics.RetrieveUpdateAPIView[User]):
    """One person; PATCH `is_active` shuts them out (tokens, keys and sessions end at once) or lets them in again."""

    serializer_class = PersonSerializer
    queryset = User.objects.none()
    rights: ClassVar[dict[str, str]] = {"GET": staff.SEE_PEOPLE, "PATCH": staff.CHANGE_PEOPLE}
    http_method_names = ["get", "patch", "head", "options"]

    def get_object(self) -> User:
        return self.person()

    def perform_update(self, serializer: PersonSerializer) -> None:  # type: ignore[override]
        if "is_active" in serializer.validated_data:
            change = staff.activate if serializer.validated_data["is_active"] else staff.deactivate
            change(actor=Actor.of(self.request), person=self.person())
        serializer.instance = self.person()


class GrantView(StaffView):
    """Grant credits; the reason stands in the person's ledger."""

    rights: ClassVar[dict[str, str]] = {"POST": staff.GRANT_CREDITS}

    @extend_schema(request=GrantSerializer, responses={201: GrantedSerializer})
    @answers_once
    def post(self, request: Request, pk: str) -> Response:
        person = self.person()
        body = GrantSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        entry = staff.grant_credits(actor=Actor.of(request), person=person, **body.validated_data)
        answer = {"balance": entry.balance_after, "entry": LedgerEntrySerializer(entry).data}
        return Response(answer, status=status.HTTP_201_CREATED)


class ResetLinkView(StaffView):
    """Mail the person a link by which they choose a new password; nobody else sees or sets one."""

    rights: ClassVar[dict[str, str]] = {"POST": staff.CHANGE_PEOPLE}

    @extend_schema(request=None, responses={202: None})
    def post(self, request: Request, pk: str) -> Response:
        staff.send_reset_link(actor=Actor.of(request), person=self.person())
        return Response(status=status.HTTP_202_ACCEPTED)
