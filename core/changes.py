"""Which of the values a person sends are different from what is there."""

from collections.abc import Mapping
from typing import Any

from django.db import models


def assign(row: models.Model, changes: Mapping[str, Any]) -> list[str]:
    """Set the fields that differ, and return their names in order; the caller saves those, and tells of those."""
    changed = sorted(name for name, value in changes.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, changes[name])
    return changed
