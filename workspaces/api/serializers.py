"""Shapes of workspaces, their people, projects and audit trails."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.models import OutboxEvent
from workspaces import audit
from workspaces.models import GRANTED, Project, Role, Workspace
from workspaces.queries import ACTIVE, INVITED


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


class MemberSerializer(serializers.Serializer[Any]):
    """A member, or somebody who is invited. Address and full name of others are told to admins and owners only."""

    id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField(allow_null=True, read_only=True)
    username = serializers.CharField(allow_null=True, read_only=True)
    full_name = serializers.CharField(allow_null=True, read_only=True)
    role = serializers.ChoiceField(choices=Role.choices)
    status = serializers.ChoiceField(choices=[ACTIVE, INVITED], read_only=True)
    created_at = serializers.DateTimeField(read_only=True)


class NewMemberSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=GRANTED)


class WhoSerializer(serializers.Serializer[Any]):
    username = serializers.CharField()


class SubjectSerializer(serializers.Serializer[Any]):
    type = serializers.CharField()
    id = serializers.UUIDField()
    name = serializers.CharField()


class AuditEntrySerializer(serializers.ModelSerializer[OutboxEvent]):
    id = serializers.UUIDField(source="public_id")
    what = serializers.SerializerMethodField(help_text="Who did what, in plain words")
    who = WhoSerializer(source="actor", allow_null=True, help_text="Null: the platform, or somebody who is gone")
    subject = serializers.SerializerMethodField()
    details = serializers.JSONField(source="payload")

    class Meta:
        model = OutboxEvent
        fields = ["id", "kind", "what", "who", "subject", "details", "created_at"]

    def get_what(self, event: OutboxEvent) -> str:
        return audit.sentence(event)

    @extend_schema_field(SubjectSerializer)
    def get_subject(self, event: OutboxEvent) -> dict[str, Any]:
        return audit.subject_of(event)
