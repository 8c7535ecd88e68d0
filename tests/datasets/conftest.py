from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings
from rest_framework.test import APIClient

from accounts.models import User
from tests import factories
from workspaces.models import Project, Role


@pytest.fixture
def stored(settings: LazySettings) -> Callable[[], list[str]]:
    """Tells the names of the files that are kept now, half-written ones included."""
    return lambda: sorted(path.name for path in Path(settings.FILES_DIR).rglob("*") if path.is_file())


@pytest.fixture
def viewer_api(stranger: User, stranger_api: APIClient, project: Project) -> APIClient:
    """An API client signed in as a viewer of the project."""
    factories.join(stranger, project.workspace, Role.VIEWER)
    return stranger_api
