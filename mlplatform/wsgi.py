"""Django's WSGI application: every page and API call runs in it, on a thread."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlplatform.settings")

application = get_wsgi_application()
