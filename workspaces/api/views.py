"""Signing up, workspaces, their people, projects and audit trails for programs."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.filters import OrderingFilter
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import tokens
from accounts.api.serializers import RegisterSerializer, SessionSerializer
from core.actor import Actor
from core.http.client import client_network
from core.http.search import Search
from core.models import OutboxEvent
from workspaces import access, members, queries, services
from workspaces.access import Action
from workspaces.api import serializers
from workspaces.models import Invitation, Membership, Project, Workspace


class RegisterView(APIView):
    """Make an account with a workspace and a project of its own; answers with a pair of tokens."""

    permission_classes = [AllowAny]
    authentication_classes = []

    @extend_schema(request=RegisterSerializer, responses={201: SessionSerializer})
    def post(self, request: Request) -> Response:
        body = RegisterSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        person = services.sign_up(**body.validated_data, address=client_network(request))
        answer = SessionSerializer({"user": person, **tokens.issue(person)})
        return Response(answer.data, status=status.HTTP_201_CREATED)


class WorkspacesView(generics.ListCreateAPIView[Workspace]):
    """The caller's workspaces."""

    serializer_class = serializers.WorkspaceSerializer
    search_fields = ["name", "slug"]
    ordering_fields = ["name", "created_at"]
    queryset = Workspace.objects.none()

    def get_queryset(self) -> QuerySet[Workspace]:
        return queries.workspaces_of(Actor.of(self.request))

    def perform_create(self, serializer: serializers.WorkspaceSerializer) -> None:  # type: ignore[override]
        actor = Actor.of(self.request)
        made = services.create_workspace(actor=actor, **serializer.validated_data)
        serializer.instance = queries.workspaces_of(actor).get(pk=made.pk)


class WorkspaceView(generics.RetrieveUpdateDestroyAPIView[Workspace]):
    """One workspace."""

    serializer_class = serializers.WorkspaceSerializer
    queryset = Workspace.objects.none()
    http_method_names = ["get", "patch", "delete", "head", "options"]

    def get_object(self) -> Workspace:
        actor = Actor.of(self.request)
        return access.get(actor, queries.workspaces_of(actor), self.kwargs["pk"])

    def perform_update(self, serializer: serializers.WorkspaceSerializer) -> None:  # type: ignore[override]
        services.update_workspace(
            actor=Actor.of(self.request), workspace=self.get_object(), **serializer.validated_data
        )
        serializer.instance = self.get_object()

    def perform_destroy(self, instance: Workspace) -> None:
        services.delete_workspace(actor=Actor.of(self.request), workspace=instance)


class MembersView(generics.ListCreateAPIView[Any]):
    """The people of a workspace; who is invited is shown to admins and owners.

    Adding somebody without an account invites them by mail: they are a member as soon as they sign up.
    """

    serializer_class = serializers.MemberSerializer
    filter_backends = [OrderingFilter]
    search_fields = ["username", "full_name", "email"]
    ordering_fields = ["username", "email", "role", "status", "created_at"]
    ordering = ["created_at"]
    queryset = Membership.objects.none()

    def get_queryset(self) -> QuerySet[Any]:
        actor = Actor.of(self.request)
        workspace = access.get(actor, Workspace.objects.all(), self.kwargs["pk"])
        joined, invited = (
            # Searched one by one: what is united can be ordered and paged, but not filtered any more.
            Search().filter_queryset(self.request, rows, self).order_by().values(*self._columns())
            for rows in (queries.members_of(actor, workspace), queries.invitations_of(actor, workspace))
        )
        return joined.union(invited, all=True)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        ordered = super().filter_queryset(queryset)
        return ordered.order_by(*ordered.query.order_by, "id")  # no two pages tell of one person

    def _columns(self) -> list[str]:
        return list(serializers.MemberSerializer().fields)

    @extend_schema(parameters=[OpenApiParameter("search", str, description="A search term.")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=serializers.NewMemberSerializer, responses={201: serializers.MemberSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        actor = Actor.of(request)
        workspace = access.get(actor, Workspace.objects.all(), self.kwargs["pk"], Action.MANAGE)
        body = serializers.NewMemberSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        added = members.add_member(actor=actor, workspace=workspace, **body.validated_data)
        shown = queries.member_of(actor, workspace, added.pk)
        return Response(self.get_serializer(shown).data, status=status.HTTP_201_CREATED)


class MemberView(generics.RetrieveUpdateDestroyAPIView[Any]):
    """One member, or one who is invited. Who makes somebody `owner` becomes an admin; DELETE of oneself leaves."""

    serializer_class = serializers.MemberSerializer
    queryset = Membership.objects.none()
    http_method_names = ["get", "patch", "delete", "head", "options"]

    def get_object(self) -> Membership | Invitation:
        actor = Actor.of(self.request)
        workspace = access.get(actor, Workspace.objects.all(), self.kwargs["pk"])
        return queries.member_of(actor, workspace, self.kwargs["member_id"])

    def perform_update(self, serializer: serializers.MemberSerializer) -> None:  # type: ignore[override]
        member = self.get_object()
        role = serializer.validated_data.get("role", member.role)
        members.change_role(actor=Actor.of(self.request), member=member, role=role)
        serializer.instance = self.get_object()

    def perform_destroy(self, instance: Membership | Invitation) -> None:
        members.remove_member(actor=Actor.of(self.request), member=instance)


class AuditFilter(filters.FilterSet):
    kind = filters.CharFilter(method="of_kind", help_text="Such as `member.added`, or `member` for all that begins so")

    def of_kind(self, rows: QuerySet[OutboxEvent], name: str, kind: str) -> QuerySet[OutboxEvent]:
        return queries.of_kind(rows, kind)


class AuditView(generics.ListAPIView[OutboxEvent]):
    """Who did what, when, to what: for admins and owners, newest first."""

    serializer_class = serializers.AuditEntrySerializer
    filterset_class = AuditFilter
    search_fields = queries.AUDIT_SEARCH
    ordering_fields = ["created_at", "kind"]
    queryset = OutboxEvent.objects.none()

    def get_queryset(self) -> QuerySet[OutboxEvent]:
        workspace = access.get(Actor.of(self.request), Workspace.objects.all(), self.kwargs["pk"], Action.OVERSEE)
        return queries.audit_of(workspace)


class ProjectFilter(filters.FilterSet):
    workspace = filters.UUIDFilter()  # an id, not a choice among all workspaces: a choice would tell which exist


class ProjectsView(generics.ListCreateAPIView[Project]):
    """The caller's projects."""

    filterset_class = ProjectFilter
    search_fields = ["name", "description"]
    ordering_fields = ["name", "created_at"]
    queryset = Project.objects.none()

    def get_serializer_class(self) -> type[serializers.ProjectSerializer]:
        is_new = self.request.method == "POST"
        return serializers.NewProjectSerializer if is_new else serializers.ProjectSerializer

    def get_queryset(self) -> QuerySet[Project]:
        return queries.projects_of(Actor.of(self.request))

    def perform_create(self, serializer: serializers.NewProjectSerializer) -> None:  # type: ignore[override]
        actor, wish = Actor.of(self.request), serializer.validated_data
        workspace = access.get(actor, queries.workspaces_of(actor), wish.pop("workspace_id"))
        serializer.instance = services.create_project(actor=actor, workspace=workspace, **wish)


class ProjectView(generics.RetrieveUpdateDestroyAPIView[Project]):
    """One project."""

    serializer_class = serializers.ProjectSerializer
    queryset = Project.objects.none()
    http_method_names = ["get", "patch", "delete", "head", "options"]

    def get_object(self) -> Project:
        return access.get(Actor.of(self.request), Project.objects.all(), self.kwargs["pk"])

    def perform_update(self, serializer: serializers.ProjectSerializer) -> None:  # type: ignore[override]
        services.update_project(actor=Actor.of(self.request), project=self.get_object(), **serializer.validated_data)
        serializer.instance = self.get_object()

    def perform_destroy(self, instance: Project) -> None:
        services.delete_project(actor=Actor.of(self.request), project=instance)
