"""Staff's view of predictions; what was answered is never edited."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from predictions.models import Prediction


@admin.register(Prediction)
class PredictionAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "model", "caller", "success", "inference_ms", "credits_charged"]
    list_filter = ["success", "cache_hit", "created_at"]
    search_fields = ["id", "model__name", "caller__email"]
    list_select_related = ["model", "caller"]
