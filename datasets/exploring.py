"""What is known of a version beyond its columns: what it is like as a whole, and how its columns go together.

Both are found out where they are not known yet, so pages may ask for them at any time.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from core import storage
from core.errors import InvalidInput
from core.kept import kept
from datasets.models import DatasetVersion
from datasets.queries import require_ready
from ml.errors import BadInput
from ml.plan import guess_task
from ml.schema import Column, Dtype, Role, Task

log = structlog.get_logger(__name__)

KEPT_FOR_S = 60 * 60
_NAMES_OF_A_TARGET = {"target", "label", "class", "outcome", "response", "y"}


def exploration_of(version: DatasetVersion) -> dict[str, Any]:
    """What `ml.tables.exploring.explore_table` found of a ready version.

    A version read before there was such a thing is explored now, and keeps what was found. Raises Conflict.
    """
    require_ready(version)
    if not version.exploration:
        _profile_disguises(version)
        version.exploration = look_at(version, version.schema, version.profile)
        unexplored = DatasetVersion.objects.filter(pk=version.pk, schema_number=version.schema_number, exploration={})
        unexplored.update(exploration=version.exploration, profile=version.profile)
    exploration: dict[str, Any] = version.exploration
    return exploration


def look_at(version: DatasetVersion, columns: Sequence[Column], profile: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The exploration of a version's table under these columns and their profile; nothing is kept."""
    from ml.tables.exploring import explore_table  # noqa: PLC0415 -- slow import: SciPy

    return explore_table(storage.local_path(version.table_key), columns, profile=profile)


def relations_of(version: DatasetVersion, target: str, task: Task | None = None) -> dict[str, Any]:
    """What each column alone tells of the target: see `ml.tables.relating.relate`; remembered for an hour.

    Raises Conflict, InvalidInput naming `target` or `task`.
    """
    require_ready(version)
    wanted = next((column for column in version.schema if column.name == target), None)
    task = task or (guess_task(wanted) if wanted else None)
    return _remembered(version, "relations", (task, target), lambda: _related(version, target, task))


def pair_of(version: DatasetVersion, x: str, y: str) -> dict[str, Any]:
    """How two columns go together: see `ml.tables.pairing.pair`; remembered for an hour.

    Raises Conflict, InvalidInput naming `x` or `y`.
    """
    require_ready(version)
    return _remembered(version, "pair", (x, y), lambda: _paired(version, x, y))


def relations_by_column(version: DatasetVersion, target: str, task: Task | None = None) -> dict[str, dict[str, Any]]:
    """The relation of each column by its name; nothing where none can be told, whatever the reason.

    For pages and services that do without: what is unknown stops nobody from training.
    """
    try:
        found = relations_of(version, target, task)["relations"]
    except InvalidInput:
        return {}
    except Exception:
        log.exception("relations.broke", version=str(version.pk))
        return {}
    return {relation["column"]: relation for relation in found}


def likely_target(version: DatasetVersion) -> Column | None:
    """The column that is called a target, else the last one that can be one, as tables tend to end with it.

    Columns of free text, or with a value in few rows, are taken when there is no other.
    """
    possible = [column for column in version.schema if column.role is Role.FEATURE and column.unique > 1]
    possible = [column for column in possible if column.dtype is not Dtype.DATETIME]
    likely = [column for column in possible if column.dtype is not Dtype.TEXT]
    likely = [column for column in likely if 2 * column.missing <= (version.rows or 0)] or likely or possible
    named = [column for column in likely if column.name.lower() in _NAMES_OF_A_TARGET]
    return next(iter([*named, *likely[::-1]]), None)


def profile_of(version: DatasetVersion, target: str = "") -> dict[str, Any]:
    """Everything that is known of a ready version, as the API tells it; with `target`, the relations with it too.

    Raises Conflict, InvalidInput naming `target`.
    """
    exploration = exploration_of(version)
    return {
        "version": version.number,
        "schema": version.schema_number,
        "rows": version.rows,
        "exact": all(profile.get("exact", True) for profile in version.profile),
        "sample_rows": None,
        "columns": [_told(column, profile) for column, profile in version.described()],
        "correlations": exploration["associations"],
        "duplicates": exploration["duplicates"],
        "warnings": exploration["warnings"],
        "target": relations_of(version, target) if target else None,
    }


def _told(column: Column, profile: dict[str, Any]) -> dict[str, Any]:
    return {
        **dict.fromkeys(("mean", "std", "min", "quantiles", "max", "histogram", "length", "range_days", "gaps")),
        "outliers": None,
        "disguised": [],
        "exact": True,
        **profile,
        "role": column.role.value,
        "reason": column.reason,
    }


def _profile_disguises(version: DatasetVersion) -> None:
    """Profile a version anew that was read before disguised values were looked for."""
    from ml.tables.profiling import profile_table  # noqa: PLC0415 -- slow import: DuckDB

    if any("disguised" not in profile for profile in version.profile):
        version.profile = profile_table(storage.local_path(version.table_key), version.schema)


def _remembered(
    version: DatasetVersion, what: str, asked: tuple[object, ...], find: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """What `find` finds under the version's present schema; raises InvalidInput for its BadInput."""
    digest = hashlib.sha256(repr(asked).encode()).hexdigest()
    try:
        return kept(f"{what}:{version.pk}:{version.schema_number}:{digest}", find, seconds=KEPT_FOR_S)
    except BadInput as error:
        raise InvalidInput(error.attr, error.detail) from None


def _related(version: DatasetVersion, target: str, task: Task | None) -> dict[str, Any]:
    from ml.tables.relating import relate  # noqa: PLC0415 -- slow import: SciPy

    return relate(storage.local_path(version.table_key), version.schema, target, task)


def _paired(version: DatasetVersion, x: str, y: str) -> dict[str, Any]:
    from ml.tables.pairing import pair  # noqa: PLC0415 -- slow import: SciPy

    return pair(storage.local_path(version.table_key), version.schema, x, y)
