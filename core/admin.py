"""What every admin page of the product shares."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.models import OutboxEvent


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """History: to be read, searched and filtered, never changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "subject_type", "subject_id", "actor"]
    list_filter = ["kind", "created_at"]
    search_fields = ["subject_id", "actor__email"]
    list_select_related = ["actor"]
