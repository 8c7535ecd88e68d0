"""How an event of the outbox reads in a workspace's audit trail.

Predictions are not in it: they change nothing, there may be millions, and they have a history of their own.
"""

from typing import Any

from accounts.models import User
from core.models import OutboxEvent

A_CLOSED_ACCOUNT = "a closed account"
GONE = "Somebody whose account is closed"
NOUNS = {"membership": "member", "modelversion": "model"}  # the product's words for what tables are called otherwise
GROUPS = {
    "member": "Members",
    "workspace": "Workspace",
    "project": "Projects",
    "dataset": "Data",
    "recipe": "Recipes",
    "training": "Training",
    "model": "Models",
}
BY_THE_PLATFORM = {
    "training.succeeded": "The training {name} succeeded",
    "training.failed": "The training {name} failed",
    "model.created": "The model {name} was made",
}
BY_A_PERSON = {
    "member.added": "added {person} as {role}",
    "member.invited": "invited {person} as {role}",
    "member.joined": "joined as {role}",
    "member.role_changed": "changed the role of {person} from {old} to {new}",
    "member.removed": "removed {person}",
    "member.left": "left the workspace",
    "workspace.ownership_handed_over": "handed the ownership over to {person}",
    "dataset.version_added": "added version {version} of the dataset {name}",
    "dataset.version_deleted": "deleted version {version} of the dataset {name}",
    "dataset.types_corrected": "corrected types of columns of the dataset {name}, version {version}",
    "dataset.downloaded": "downloaded the dataset {name}, version {version}",
    "dataset.purged": "purged the rows of the dataset {name}, version {version}",
    "training.queued": "started the training {name}",
    "training.cancelled": "stopped the training {name}",
    "training.ended_early": "ended the training {name} early, keeping its best",
}


def subject_of(event: OutboxEvent) -> dict[str, Any]:
    """What it happened to: `{type, id, name}`, in the product's words."""
    kind = event.subject_type.rpartition(".")[2]
    name = event.payload.get("person") if kind in ("membership", "invitation") else None
    return {"type": NOUNS.get(kind, kind), "id": event.subject_id, "name": name or event.subject_name}


def forget(person: User) -> None:
    """Name a person no more in what others did with them; their own doing is nobody's once their account is gone."""
    for event in OutboxEvent.objects.filter(payload__person__in=[person.username, person.email]):
        event.payload["person"] = A_CLOSED_ACCOUNT
        if event.subject_type in ("workspaces.membership", "workspaces.invitation"):
            event.subject_name = ""
        event.save(update_fields=["payload", "subject_name"])


def sentence(event: OutboxEvent) -> str:
    """Who did what, in plain words; what the platform does by itself names nobody."""
    subject = subject_of(event)
    known = {"name": subject["name"], "person": "somebody", "role": "member", "old": "another role", "new": "this one"}
    known["version"] = "unknown"
    words = known | {name: value for name, value in event.payload.items() if isinstance(value, str)}
    words["name"] = subject["name"]
    if event.actor is None and event.kind in BY_THE_PLATFORM:
        return BY_THE_PLATFORM[event.kind].format_map(words)
    who = event.actor.username if event.actor else GONE
    if event.kind == "member.removed" and subject["type"] == "invitation":
        return f"{who} withdrew the invitation of {words['person']}"
    did = BY_A_PERSON.get(event.kind) or _did(event.kind)
    return f"{who} {did.format_map(words)}"


def _did(kind: str) -> str:
    """Words for a kind that has none of its own: `dataset.deleted` is "deleted the dataset …"."""
    noun, _, verb = kind.replace("_", " ").partition(".")
    return f"{verb or 'changed'} the {noun} {{name}}"
