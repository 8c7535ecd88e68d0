"""Staff's view of jobs and models; what happened is never edited."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from training.models import Job, JobEvent, ModelVersion


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = [
        "name",
        "state",
        "stage",
        "progress",
        "owner",
        "project",
        "attempt",
        "created_at",
        "finished_at",
    ]
    list_filter = ["state", "created_at"]
    search_fields = ["name", "id", "owner__email", "project__name"]
    list_select_related = ["owner", "project"]


@admin.register(JobEvent)
class JobEventAdmin(ReadOnlyAdmin):
    list_display = ["job", "seq", "kind", "created_at"]
    list_filter = ["kind"]
    search_fields = ["job__id", "job__name"]
    list_select_related = ["job"]


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    list_display = [
        "name",
        "version",
        "status",
        "task",
        "target",
        "algorithm",
        "project",
        "created_by",
        "created_at",
    ]
    list_filter = ["status", "source", "task", "algorithm", "created_at"]
    search_fields = ["name", "target", "project__name", "created_by__email"]
    list_select_related = ["project", "created_by"]
    exclude = ["evaluation"]
