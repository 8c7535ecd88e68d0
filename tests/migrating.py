"""The database as a migration leaves it."""

from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrated(target: tuple[str, str]) -> Any:
    """Go to a migration (app, name); returns the apps with the models as they were there. Needs `back_to_now`."""
    MigrationExecutor(connection).migrate([target])
    return MigrationExecutor(connection).loader.project_state([target]).apps


def to_the_newest() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
