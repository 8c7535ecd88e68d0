"""Reads of people and their ledger."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.credits import Cost, refund_key
from accounts.models import LedgerEntry, User


def ledger_of(user: User) -> QuerySet[LedgerEntry]:
    """Every movement of the person's credits, newest first."""
    return LedgerEntry.objects.filter(wallet_id=user.pk)


def refunded(cost: Cost, row: UUID) -> int:
    """Whole credits given back for this row; 0 if none were."""
    return LedgerEntry.objects.filter(key=refund_key(cost, row)).values_list("amount", flat=True).first() or 0
