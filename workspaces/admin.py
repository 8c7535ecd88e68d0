"""Staff's view of workspaces. A workspace keeps an owner here too, and its audit trail tells what staff did."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from core import events
from core.actor import Actor
from core.admin import ProductAdmin
from workspaces import members
from workspaces.models import Invitation, Membership, Project, Role, Workspace


class MembershipInline(admin.TabularInline[Membership, Workspace]):
    """To be read here; changed on its own page, the one place that keeps an owner."""

    model = Membership
    fields = ["user", "role", "created_at"]
    readonly_fields = ["created_at"]
    show_change_link = True
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Workspace)
class WorkspaceAdmin(ProductAdmin):
    list_display = ["name", "slug", "created_at"]
    list_filter = ["created_at"]
    search_fields = ["name", "slug", "memberships__user__email"]
    inlines = [MembershipInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # one made here would have no owner


class MembershipForm(forms.ModelForm[Membership]):
    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        if self.instance.pk and role != Role.OWNER and members.is_last_owner(self.instance):
            raise ValidationError("This is the only owner. Make somebody else an owner first.")
        return role


@admin.register(Membership)
class MembershipAdmin(ProductAdmin):
    form = MembershipForm
    list_display = ["user", "workspace", "role", "created_at"]
    list_filter = ["role", "created_at"]
    search_fields = ["user__email", "user__username", "workspace__name"]
    list_select_related = ["user", "workspace"]
    autocomplete_fields = ["user", "workspace"]
    actions = None  # deleted one by one, each asked whether an owner is left

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        return ["user", "workspace", "created_at"] if obj else []

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            _tell("member.added", obj, request, role=obj.role)
        elif "role" in form.changed_data:
            _tell("member.role_changed", obj, request, old=form.initial["role"], new=obj.role)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        _tell("member.removed", obj, request, role=obj.role)
        super().delete_model(request, obj)

    def get_deleted_objects(self, objs, request: HttpRequest):  # type: ignore[no-untyped-def]
        """The membership of an only owner is told as protected, which keeps it from being deleted."""
        listed, counts, lacking, protected = super().get_deleted_objects(objs, request)
        kept = [f"the only owner: {member}" for member in objs if members.is_last_owner(member)]
        return listed, counts, lacking, [*protected, *kept]


@admin.register(Invitation)
class InvitationAdmin(ProductAdmin):
    """To be withdrawn here; invited is on the page of members, which sends the mail."""

    list_display = ["email", "workspace", "role", "invited_by", "created_at"]
    list_filter = ["role", "created_at"]
    search_fields = ["email", "workspace__name"]
    list_select_related = ["workspace", "invited_by"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Invitation) -> None:
        _tell("member.removed", obj, request, role=obj.role)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        for invitation in queryset:
            self.delete_model(request, invitation)


@admin.register(Project)
class ProjectAdmin(ProductAdmin):
    list_display = ["name", "workspace", "created_at"]
    list_filter = ["created_at"]
    search_fields = ["name", "workspace__name"]
    list_select_related = ["workspace"]
    autocomplete_fields = ["workspace"]


def _tell(kind: str, member: members.Member, request: HttpRequest, **payload: str) -> None:
    events.emit(kind, subject=member, by=Actor.of(request), person=members.name_of(member), **payload)
