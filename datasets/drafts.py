"""The steps a person is building for a dataset, before they are a recipe or part of a model.

They live in the session: nobody else sees them, and they end with it.
"""

import hashlib
import json
from collections.abc import Mapping, MutableMapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

KEY = "feature_steps"
MOST_DRAFTS = 10  # a session is read with every page


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Steps in order, each as JSON, and the column they are meant to help predict ("" if not said yet)."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    target: str = ""

    @property
    def mark(self) -> str:
        """Differs whenever the draft does, so that a page tells whether it shows what there is now."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()[:16]


def draft_of(session: Mapping[str, Any], dataset_id: UUID) -> Draft:
    """The person's draft for this dataset, empty if there is none."""
    kept = session.get(KEY, {}).get(str(dataset_id))
    return Draft(**kept) if kept else Draft()


def keep(session: MutableMapping[str, Any], dataset_id: UUID, draft: Draft) -> None:
    """Keep the draft in place of the one before; the longest untouched is given up beyond ten datasets."""
    drafts = {key: kept for key, kept in session.get(KEY, {}).items() if key != str(dataset_id)}
    drafts[str(dataset_id)] = asdict(draft)
    session[KEY] = dict(list(drafts.items())[-MOST_DRAFTS:])
