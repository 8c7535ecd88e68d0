"""The profile of a table some of whose columns were corrected: only those are looked at again."""

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from ml.schema import Column
from ml.tables.duck import connect, copy, parquet, select
from ml.tables.profiling import profile_table


def profile_again(
    path: Path, columns: Sequence[Column], profile: Sequence[dict[str, Any]], names: Collection[str]
) -> list[dict[str, Any]]:
    """The `profile` of a table with the columns called `names` profiled anew, as `profile_table` would all of them.

    `columns` are those of the table with their new types. What it costs grows with the columns that changed: a table
    of a gigabyte takes seconds a column, and most of a minute as a whole.
    """
    places = [place for place, column in enumerate(columns) if column.name in names]
    if not places:
        return list(profile)
    with tempfile.TemporaryDirectory() as scratch:
        changed = Path(scratch) / "changed.parquet"
        with connect(Path(scratch)) as connection:
            stored = [f"c{place} AS c{position}" for position, place in enumerate(places)]
            connection.execute(copy(select(stored, parquet([path])), changed))
        found = profile_table(changed, [columns[place] for place in places])
    anew = dict(zip(places, found, strict=True))
    return [anew.get(place, each) for place, each in enumerate(profile)]
