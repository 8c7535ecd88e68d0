"""Where a row hangs: what a model declares so that access.py can decide."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """The lookup that leads from a row to its workspace (`project__workspace`); empty for the workspace itself."""

    workspace: str
