"""Staff's view of datasets; what was uploaded is never edited."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from datasets.models import Dataset, DatasetVersion


@admin.register(Dataset)
class DatasetAdmin(ReadOnlyAdmin):
    list_display = ["name", "project", "created_by", "created_at"]
    list_filter = ["created_at"]
    search_fields = ["name", "project__name", "created_by__email"]
    list_select_related = ["project", "created_by"]


@admin.register(DatasetVersion)
class DatasetVersionAdmin(ReadOnlyAdmin):
    list_display = ["dataset", "number", "status", "rows", "size_bytes", "created_at"]
    list_filter = ["status", "created_at"]
    search_fields = ["dataset__name", "filename", "sha256"]
    list_select_related = ["dataset"]
    exclude = ["profile"]
