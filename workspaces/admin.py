"""Staff's view of workspaces."""

from typing import Any

from django.contrib import admin

from workspaces.models import Membership, Project, Workspace


class MembershipInline(admin.TabularInline[Membership, Workspace]):
    model = Membership
    autocomplete_fields = ["user"]
    extra = 0


@admin.register(Workspace)
class WorkspaceAdmin(admin.ModelAdmin[Any]):
    list_display = ["name", "slug", "created_at"]
    list_filter = ["created_at"]
    search_fields = ["name", "slug", "memberships__user__email"]
    inlines = [MembershipInline]


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin[Any]):
    list_display = ["user", "workspace", "role", "created_at"]
    list_filter = ["role"]
    search_fields = ["user__email", "workspace__name"]
    list_select_related = ["user", "workspace"]
    autocomplete_fields = ["user", "workspace"]


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin[Any]):
    list_display = ["name", "workspace", "created_at"]
    list_filter = ["created_at"]
    search_fields = ["name", "workspace__name"]
    list_select_related = ["workspace"]
    autocomplete_fields = ["workspace"]
