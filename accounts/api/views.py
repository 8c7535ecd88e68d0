"""Signing in and out by token, the account, and its credits."""

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import credits, queries, services, tokens
from accounts.api import serializers
from accounts.models import LedgerEntry, User
from core.actor import Actor


class LoginView(APIView):
    """Sign in by email and password for a pair of tokens."""

    permission_classes = [AllowAny]
    authentication_classes = []

    @extend_schema(request=serializers.SignInSerializer, responses=serializers.SessionSerializer)
    def post(self, request: Request) -> Response:
        body = serializers.SignInSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        person = tokens.sign_in(request._request, **body.validated_data)
        if person is None:
            raise AuthenticationFailed(tokens.WRONG)
        return Response(serializers.SessionSerializer({"user": person, **tokens.issue(person)}).data)

    def get_authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'  # without one DRF would answer 403


class RefreshView(LoginView):
    """Trade a refresh token for a new pair; the old one is dead."""

    @extend_schema(request=serializers.RefreshSerializer, responses=serializers.TokensSerializer)
    def post(self, request: Request) -> Response:
        body = serializers.RefreshSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(tokens.rotate(body.validated_data["refresh"]))


class LogoutView(LoginView):
    """End a refresh token."""

    @extend_schema(request=serializers.RefreshSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        body = serializers.RefreshSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        tokens.revoke(body.validated_data["refresh"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(generics.RetrieveUpdateAPIView[User]):
    """The signed-in person."""

    serializer_class = serializers.UserSerializer
    http_method_names = ["get", "patch", "head", "options"]

    def get_object(self) -> User:
        return Actor.of(self.request).user

    def perform_update(self, serializer: serializers.UserSerializer) -> None:  # type: ignore[override]
        serializer.instance = services.update_profile(actor=Actor.of(self.request), **serializer.validated_data)


class PasswordView(APIView):
    """Change the password; every refresh token dies."""

    @extend_schema(request=serializers.PasswordSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        body = serializers.PasswordSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        services.change_password(actor=Actor.of(request), **body.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class CreditsView(APIView):
    """The balance and the price list, in whole credits."""

    @extend_schema(responses=serializers.CreditsSerializer)
    def get(self, request: Request) -> Response:
        balance = credits.balance_of(Actor.of(request).user)
        return Response({"balance": balance, "costs": credits.costs(), "enabled": settings.CREDITS_ENABLED})


class LedgerView(generics.ListAPIView[LedgerEntry]):
    """Every movement of the caller's credits, newest first; the amounts sum to the balance."""

    serializer_class = serializers.LedgerEntrySerializer
    filterset_fields = ["kind"]
    search_fields = ["reference"]
    ordering_fields = ["created_at", "amount"]
    queryset = LedgerEntry.objects.none()

    def get_queryset(self) -> QuerySet[LedgerEntry]:
        return queries.ledger_of(Actor.of(self.request).user)
