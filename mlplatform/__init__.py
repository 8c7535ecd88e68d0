"""The roof: settings, addresses, servers and queue; imports every app and is imported by none."""

from mlplatform.celery import app as celery_app

__all__ = ["celery_app"]
