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

from accounts import credits, keys, passwords, queries, services, tokens
from accounts.api import serializers
from accounts.models import ApiKey, LedgerEntry, User
from core.actor import Actor
from core.http.errors import BEARER


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
        return BEARER  # without one DRF would answer 403


class RefreshView(LoginView):
    """Trade a refresh token for a new pair; the old one is dead, and sent again ends the whole sign-in."""

    @extend_schema(request=serializers.RefreshSerializer, responses=serializers.TokensSerializer)
    def post(self, request: Request) -> Response:
        body = serializers.RefreshSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(tokens.rotate(body.validated_data["refresh"]))


class LogoutView(LoginView):
    """Sign out: end the sign-in of a refresh token, with every token of it."""

    @extend_schema(request=serializers.RefreshSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        body = serializers.RefreshSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        tokens.revoke(body.validated_data["refresh"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(generics.RetrieveUpdateAPIView[User]):
    """The signed-in person."""

    key_scope = None
    serializer_class = serializers.UserSerializer
    http_method_names = ["get", "patch", "head", "options"]

    def get_object(self) -> User:
        return Actor.of(self.request).user

    def perform_update(self, serializer: serializers.UserSerializer) -> None:  # type: ignore[override]
        serializer.instance = services.update_profile(actor=Actor.of(self.request), **serializer.validated_data)


class PasswordView(APIView):
    """Change the password; every token and session dies."""

    key_scope = None

    @extend_schema(request=serializers.PasswordSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        body = serializers.PasswordSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        passwords.change(actor=Actor.of(request), **body.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordResetView(LoginView):
    """Mail a link for choosing a new password; answers the same whether the address has an account or not."""

    @extend_schema(request=serializers.PasswordResetSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        body = serializers.PasswordResetSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        passwords.request_reset(**body.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordResetConfirmView(LoginView):
    """Set a new password by the mailed link, once; every token and session dies."""

    @extend_schema(request=serializers.PasswordResetConfirmSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        body = serializers.PasswordResetConfirmSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        passwords.reset(**body.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class CreditsView(APIView):
    """The balance and the price list, in whole credits; no prices while credits are switched off."""

    @extend_schema(responses=serializers.CreditsSerializer)
    def get(self, request: Request) -> Response:
        balance = credits.balance_of(Actor.of(request).user)
        enabled = settings.CREDITS_ENABLED
        return Response({"balance": balance, "costs": credits.costs() if enabled else {}, "enabled": enabled})


class LedgerView(generics.ListAPIView[LedgerEntry]):
    """Every movement of the caller's credits, newest first; the amounts sum to the balance."""

    serializer_class = serializers.LedgerEntrySerializer
    filterset_fields = ["kind"]
    search_fields = ["reference"]
    ordering_fields = ["created_at", "amount"]
    queryset = LedgerEntry.objects.none()

    def get_queryset(self) -> QuerySet[LedgerEntry]:
        return queries.ledger_of(Actor.of(self.request).user)


class ApiKeysView(generics.ListAPIView[ApiKey]):
    """The caller's API keys, newest first; revoked ones stay listed."""

    key_scope = None
    serializer_class = serializers.ApiKeySerializer
    search_fields = ["name", "prefix"]
    ordering_fields = ["created_at", "name", "last_used_at", "expires_at"]
    queryset = ApiKey.objects.none()

    def get_queryset(self) -> QuerySet[ApiKey]:
        return queries.keys_of(Actor.of(self.request))

    @extend_schema(request=serializers.NewApiKeySerializer, responses={201: serializers.MadeApiKeySerializer})
    def post(self, request: Request) -> Response:
        """Make an API key; `key` is shown this once."""
        body = serializers.NewApiKeySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made, raw = keys.create(actor=Actor.of(request), **body.validated_data)
        answer = serializers.MadeApiKeySerializer(made, context={"key": raw})
        return Response(answer.data, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})


class ApiKeyView(generics.RetrieveUpdateDestroyAPIView[ApiKey]):
    """One API key of the caller's; PATCH renames it, DELETE revokes it at once."""

    key_scope = None
    serializer_class = serializers.ApiKeySerializer
    queryset = ApiKey.objects.none()
    http_method_names = ["get", "patch", "delete", "head", "options"]

    def get_object(self) -> ApiKey:
        return queries.api_key(Actor.of(self.request), self.kwargs["pk"])

    def perform_update(self, serializer: serializers.ApiKeySerializer) -> None:  # type: ignore[override]
        key = self.get_object()
        if "name" in serializer.validated_data:
            keys.rename(actor=Actor.of(self.request), key=key, name=serializer.validated_data["name"])
        serializer.instance = key

    def perform_destroy(self, instance: ApiKey) -> None:
        keys.revoke(actor=Actor.of(self.request), key=instance)
