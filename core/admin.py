"""What every admin page of the product shares."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.models import OutboxEvent


class ProductAdmin(admin.ModelAdmin[Any]):
    """Pages of a size that stays quick, and no second count of the whole table."""

    list_per_page = 20
    show_full_result_count = False

    def action_checkbox(self, obj: Any) -> SafeString:
        """Django's own, without a template for each row: that was half of what a row costs."""
        return format_html(
            '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="{}">',
            ACTION_CHECKBOX_NAME,
            obj.pk,
            f"Select this object for an action - {obj}",
        )


class ReadOnlyAdmin(ProductAdmin):
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
    list_filter = ["created_at"]  # not by kind: its choices would be looked for in every row
    search_fields = ["kind", "subject_id", "actor__email"]
    list_select_related = ["actor"]
