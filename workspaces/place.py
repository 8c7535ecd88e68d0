"""Where a row hangs: what a model declares so that access.py can decide."""

from dataclasses import dataclass
from functools import reduce
from typing import Any, cast
from uuid import UUID

from django.db import models


@dataclass(frozen=True, slots=True)
class Place:
    """The lookup that leads from a row to its workspace (`project__workspace`); empty for the workspace itself."""

    workspace: str

    def workspace_id(self, row: models.Model) -> UUID:
        """The id of the workspace the row hangs in; asks the database for the rows between that are not at hand."""
        *between, last = f"{self.workspace}_id".split("__") if self.workspace else ["pk"]
        return cast("UUID", getattr(reduce(getattr, between, cast("Any", row)), last))
