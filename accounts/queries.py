"""Reads of people and their ledger."""

import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet, Sum, Window
from django.db.models.functions import Coalesce

from accounts.credits import Cost, refund_key
from accounts.models import ApiKey, LedgerEntry, User, Wallet
from core.actor import Actor
from core.errors import NotFound


def ledger_of(user: User) -> QuerySet[LedgerEntry]:
    """Every movement of the person's credits, newest first."""
    return LedgerEntry.objects.filter(wallet_id=user.pk)


@dataclass(frozen=True, slots=True)
class OutOfBalance:
    """A wallet whose figures disagree; `wrong` are the entries whose `balance_after` does not follow."""

    user: User
    balance: int
    ledger_sum: int
    wrong: list[LedgerEntry]


def wallets_out_of_balance() -> list[OutOfBalance]:
    """Every wallet whose balance is not the sum of its ledger, or whose entries do not run from one to the next.

    Each of the two questions is one statement, so that charges made meanwhile raise no false alarm.
    """
    total = Coalesce(Sum("entries__amount"), 0)
    wallets = {
        wallet.pk: OutOfBalance(wallet.user, wallet.balance, wallet.total, [])
        for wallet in Wallet.objects.annotate(total=total).exclude(balance=F("total")).select_related("user")
    }
    in_order = Window(Sum("amount"), partition_by="wallet", order_by=["created_at", "id"])
    entries = LedgerEntry.objects.annotate(off=F("balance_after") - in_order).filter(~Q(off=0))
    suspects = itertools.groupby(
        entries.select_related("wallet__user").order_by("wallet", "created_at"), lambda entry: entry.wallet
    )
    for wallet, wrong in suspects:
        if wallet.pk in wallets:
            wallets[wallet.pk].wrong.extend(wrong)
        elif not _is_chain(wallet):
            wallets[wallet.pk] = OutOfBalance(wallet.user, wallet.balance, wallet.balance, list(wrong))
    return sorted(wallets.values(), key=lambda found: found.user.email)


def _is_chain(wallet: Wallet) -> bool:
    """Whether each entry begins where another one ended, in whatever order: a clock that was set back is no theft."""
    entries = list(LedgerEntry.objects.filter(wallet=wallet).values_list("amount", "balance_after"))
    last = sum(amount for amount, _ in entries)
    began = Counter([*(after - amount for amount, after in entries), last])
    ended = Counter([0, *(after for _, after in entries)])
    return began == ended


def refunded(cost: Cost, row: UUID) -> int:
    """Whole credits given back for this row; 0 if none were."""
    return refunds(cost, [row]).get(row, 0)


def refunds(cost: Cost, rows: Iterable[UUID]) -> dict[UUID, int]:
    """Whole credits given back for each of these rows, in one query; rows without a refund are left out."""
    by_key = {refund_key(cost, row): row for row in rows}
    found = LedgerEntry.objects.filter(key__in=by_key).values_list("key", "amount")
    return {by_key[key]: amount for key, amount in found}


def keys_of(actor: Actor) -> QuerySet[ApiKey]:
    """The person's API keys, revoked ones included, newest first."""
    return ApiKey.objects.filter(user=actor.user)


def api_key(actor: Actor, key_id: UUID | str) -> ApiKey:
    """One key of the person's; raises NotFound."""
    key = keys_of(actor).filter(pk=key_id).first()
    if key is None:
        raise NotFound("There is no such API key, or you may not see it.")
    return key


def people() -> QuerySet[User]:
    """Everybody with an account, the newest first, each with their `credits` and `created_at`."""
    return User.objects.annotate(credits=F("wallet__balance"), created_at=F("date_joined"))


def person(person_id: UUID | str) -> User:
    """The person of this id; raises NotFound."""
    try:
        found = people().filter(pk=person_id).first()
    except (ValidationError, ValueError):
        found = None  # not even an id
    if found is None:
        raise NotFound("There is no such person.")
    return found
