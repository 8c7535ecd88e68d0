"""What tests of training share."""

from collections.abc import Iterator

import pytest
from django.db import connections

from tests.training import sockets


@pytest.fixture
def live(transactional_db: None, doorbell: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[sockets.Server]:
    """A web server with real sockets; no worker comes."""
    # Its threads outlive the test, and a connection of theirs would keep a test database from being removed.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    with sockets.serving() as server:
        yield server
