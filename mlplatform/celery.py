"""The queue: Celery carries ids only; rows in the database say what is true."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlplatform.settings")

TRANSPORT_ALIASES["filesystem"] = "mlplatform.broker:Transport"  # kombu's own ends the worker on a message cut short

app = Celery("mlplatform")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
