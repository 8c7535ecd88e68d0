"""Signing up, workspaces and projects for programs."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import tokens
from accounts.api.serializers import RegisterSerializer, SessionSerializer
from core.actor import Actor
from workspaces import access, queries, services
from workspaces.api import serializers
from workspaces.models import Project, Workspace


class RegisterView(APIView):
    """Make an account with a workspace and a project of its own; answers with a pair of tokens."""

    permission_classes = [AllowAny]
    authentication_classes = []

    @extend_schema(request=RegisterSerializer, responses={201: SessionSerializer})
    def post(self, request: Request) -> Response:
        body = RegisterSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        person = services.sign_up(**body.validated_data)
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
