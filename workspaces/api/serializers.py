"""Shapes of workspaces and projects."""

from rest_framework import serializers

from workspaces.models import Project, Role, Workspace


class WorkspaceSerializer(serializers.ModelSerializer[Workspace]):
    role = serializers.ChoiceField(choices=Role.choices, read_only=True)
    slug = serializers.SlugField(max_length=140, required=False)

    class Meta:
        model = Workspace
        fields = ["id", "name", "slug", "description", "role", "created_at"]


class ProjectSerializer(serializers.ModelSerializer[Project]):
    class Meta:
        model = Project
        fields = ["id", "workspace", "name", "description", "created_at"]
        read_only_fields = ["workspace"]


class NewProjectSerializer(ProjectSerializer):
    workspace = serializers.UUIDField(source="workspace_id")

    class Meta(ProjectSerializer.Meta):
        read_only_fields = []
