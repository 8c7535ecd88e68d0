"""Staff's view of datasets; what was uploaded is never edited."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin import ReadOnlyAdmin
from datasets.models import Dataset, DatasetVersion, Recipe, SchemaCorrection

LARGE = ("columns", "profile", "exploration", "bad_rows")


@admin.register(Dataset)
class DatasetAdmin(ReadOnlyAdmin):
    list_display = ["name", "project", "created_by", "created_at"]
    list_filter = ["created_at"]
    search_fields = ["name", "id", "project__name", "created_by__email"]
    list_select_related = ["project", "created_by"]


@admin.register(DatasetVersion)
class DatasetVersionAdmin(ReadOnlyAdmin):
    """States and files; what the rows look like is for the people of the workspace only."""

    list_display = [
        "dataset",
        "number",
        "status",
        "stage",
        "rows",
        "column_count",
        "size_bytes",
        "schema_number",
        "attempt",
        "created_by",
        "created_at",
    ]
    list_filter = ["status", "created_at"]
    search_fields = ["dataset__name", "dataset__id", "content_id", "filename", "sha256", "created_by__email"]
    list_select_related = ["dataset", "created_by"]
    exclude = LARGE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer(*LARGE)


@admin.register(SchemaCorrection)
class SchemaCorrectionAdmin(ReadOnlyAdmin):
    list_display = ["dataset", "version_number", "number", "made_by", "created_at"]
    list_filter = ["created_at"]
    search_fields = ["version__dataset__name", "version__id", "made_by__email"]
    list_select_related = ["version__dataset", "made_by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer(*(f"version__{name}" for name in LARGE))

    @admin.display(description="dataset", ordering="version__dataset__name")
    def dataset(self, correction: SchemaCorrection) -> str:
        return correction.version.dataset.name

    @admin.display(description="version")
    def version_number(self, correction: SchemaCorrection) -> int:
        return correction.version.number


@admin.register(Recipe)
class RecipeAdmin(ReadOnlyAdmin):
    list_display = ["name", "project", "created_by", "created_at", "updated_at"]
    list_filter = ["created_at"]
    search_fields = ["name", "id", "project__name", "created_by__email"]
    list_select_related = ["project", "created_by"]
