"""`python -m bench.fill EMAIL`: give one person long lists, straight into the database the environment names."""

import os
import sys
import uuid

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlplatform.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402 -- needs the settings above

from accounts.models import EntryKind, LedgerEntry, User, Wallet  # noqa: E402
from core.models import OutboxEvent  # noqa: E402
from workspaces.models import Membership, Project, Role, Workspace  # noqa: E402

ENTRIES, PEOPLE, WORKSPACES, EVENTS = 10_000, 1_000, 200, 10_000


@transaction.atomic
def fill(email: str) -> None:
    """Add ledger entries, people who are members of the first workspace, more workspaces, and events."""
    person = User.objects.get(email=email)
    home = Workspace.objects.filter(memberships__user=person).earliest("created_at")
    wallet = Wallet.objects.get(user=person)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            wallet=wallet,
            amount=1 if place % 2 else -1,
            kind=EntryKind.REFUND if place % 2 else EntryKind.TRAINING,
            reference=f"Training {place}",
            key=uuid.uuid4().hex,
            balance_after=wallet.balance - 1 + place % 2,
        )
        for place in range(ENTRIES)
    )
    people = User.objects.bulk_create(
        User(email=f"person{place}@example.org", username=f"person{place}", password="!") for place in range(PEOPLE)
    )
    Wallet.objects.bulk_create(Wallet(user=each, balance=0) for each in people)
    Membership.objects.bulk_create(Membership(workspace=home, user=each, role=Role.VIEWER) for each in people)
    workspaces = Workspace.objects.bulk_create(
        Workspace(name=f"Team {place}", slug=f"team-{uuid.uuid4().hex}") for place in range(WORKSPACES)
    )
    Membership.objects.bulk_create(Membership(workspace=each, user=person, role=Role.OWNER) for each in workspaces)
    Project.objects.bulk_create(Project(workspace=each, name="First project") for each in workspaces)
    OutboxEvent.objects.bulk_create(
        OutboxEvent(
            kind="workspace.updated",
            subject_type="workspaces.workspace",
            subject_id=home.pk,
            subject_name=home.name,
            workspace_id=home.pk,
            actor=person,
        )
        for _ in range(EVENTS)
    )


if __name__ == "__main__":
    fill(sys.argv[1])
    with connection.cursor() as cursor:  # as PostgreSQL does by itself, a minute later
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
