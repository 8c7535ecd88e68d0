"""The roof as a Django app, and the admin site named after the product."""

from typing import Any

from django.apps import AppConfig
from django.contrib.admin import AdminSite
from django.contrib.admin import apps as admin_apps
from django.urls import path


class MlplatformConfig(AppConfig):
    name = "mlplatform"
    default = True


class PlatformAdminConfig(admin_apps.AdminConfig):
    default_site = "mlplatform.apps.PlatformAdminSite"
    default = False


class PlatformAdminSite(AdminSite):
    """Staff's view of every table."""

    site_header = "ML Platform administration"
    site_title = "ML Platform administration"
    index_title = "Tables"

    def get_urls(self) -> list[Any]:
        from mlplatform.system import page  # noqa: PLC0415 -- needs models, which are not loaded yet up there

        return [path("system/", self.admin_view(page), name="system"), *super().get_urls()]
