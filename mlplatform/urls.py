"""Every address: pages, the API, its documents, the admin, operations.

Written without trailing slashes; `TrailingSlashMiddleware` serves both forms.
"""

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularRedocView, SpectacularSwaggerSplitView

from mlplatform import health, overview, views

api = [
    path("", include("mlplatform.api.urls")),
    path("", include("accounts.api.urls")),
    path("", include("workspaces.api.urls")),
    path("", include("datasets.api.urls")),
    path("", include("training.api.urls")),
    path("", include("predictions.api.urls")),
]

redoc = csp_update({"worker-src": [SELF, "blob:"]})(SpectacularRedocView.as_view(url_name="openapi"))  # its search

urlpatterns = [
    path("api/", include((api, "api"))),
    path("api-docs.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("api-docs", SpectacularSwaggerSplitView.as_view(url_name="openapi"), name="swagger"),
    path("redoc", redoc, name="redoc"),
    path("admin/", admin.site.urls),
    path("live", health.live, name="live"),
    path("ready", health.ready, name="ready"),
    path("health", health.health, name="health"),
    path("theme", views.set_theme, name="theme"),
    path("projects/<uuid:project_id>", overview.overview, name="overview"),
    path("account/close", views.close_account, name="close_account"),
    path("", include("accounts.urls")),
    path("", include("workspaces.urls")),
    path("", include("datasets.urls")),
    path("", include("training.urls")),
    path("", include("predictions.urls")),
]

handler400 = "mlplatform.views.bad_request"
handler403 = "mlplatform.views.forbidden"
handler404 = "mlplatform.views.not_found"
handler500 = "mlplatform.views.server_error"
