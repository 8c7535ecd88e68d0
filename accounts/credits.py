"""Credits: balance and ledger change together, decided in the database.

Each movement is one conditional UPDATE and one ledger row in the caller's transaction. A movement's key is unique,
so that what may happen once happens once, however often it is asked for.
"""

from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.models import EntryKind, LedgerEntry, User, Wallet
from core.errors import InsufficientCredits, InvalidInput
from core.templatetags.format import count, plural

MOST_GRANTED = 1_000_000
FULL_WALLET = 1_000_000_000  # well within the column


class Cost(StrEnum):
    """What is paid for; `price` says how much."""

    TRAIN = "train"
    PREDICT = "predict"


_KINDS = {Cost.TRAIN: EntryKind.TRAINING, Cost.PREDICT: EntryKind.PREDICTION}


def price(cost: Cost) -> int:
    """Whole credits this costs now; 0 when credits are switched off."""
    return costs()[cost]


def costs() -> dict[Cost, int]:
    """The price list, in whole credits; all 0 when credits are switched off."""
    if not settings.CREDITS_ENABLED:
        return dict.fromkeys(Cost, 0)
    return {Cost.TRAIN: settings.CREDITS_PER_TRAINING, Cost.PREDICT: settings.CREDITS_PER_PREDICTION}


def charge_key(cost: Cost, row: UUID) -> str:
    """The key under which the ledger holds what was taken for a row."""
    return f"{cost}:{row}"


def refund_key(cost: Cost, row: UUID) -> str:
    """The key under which the ledger holds what was given back for a row."""
    return f"refund:{cost}:{row}"


def balance_of(user: User) -> int:
    """Whole credits the person has left."""
    return Wallet.objects.values_list("balance", flat=True).get(user=user)


def require_funds(user: User, cost: Cost) -> None:
    """Raise InsufficientCredits early, before work is done for a call that could not be paid for."""
    if (amount := price(cost)) and (balance := balance_of(user)) < amount:
        raise _insufficient(amount, balance)


@transaction.atomic
def charge(user: User, cost: Cost, *, row: UUID, reference: str) -> int:
    """Take the price of `cost` for this row, once; returns what was taken.

    Raises InsufficientCredits and takes nothing when the balance does not cover it.
    """
    amount = price(cost)
    if amount == 0:
        return 0
    if not Wallet.objects.filter(user=user, balance__gte=amount).update(balance=F("balance") - amount):
        raise _insufficient(amount, balance_of(user))
    _record(user, -amount, _KINDS[cost], reference, key=charge_key(cost, row))
    return amount


@transaction.atomic
def refund(cost: Cost, *, row: UUID, reference: str) -> int:
    """Give back what was taken for this row, once; returns what was given back (0 if nothing was, or it was before)."""
    charges = LedgerEntry.objects.filter(key=charge_key(cost, row)).select_related("wallet__user")
    # The entry alone: whoever else writes a row of the person's waits for the person's own row at the commit.
    taken = charges.select_for_update(of=("self",)).first()
    key = refund_key(cost, row)
    if taken is None or LedgerEntry.objects.filter(key=key).exists():
        return 0
    amount, user = -taken.amount, taken.wallet.user
    Wallet.objects.filter(user=user).update(balance=F("balance") + amount)
    _record(user, amount, EntryKind.REFUND, reference, key=key)
    return amount


@transaction.atomic
def grant(user: User, amount: int, *, key: str, reference: str) -> None:
    """Add credits (at sign-up, or by staff with a reason); `key` keeps one grant from being made twice.

    Raises InvalidInput naming `amount` when it is none, or beyond `MOST_GRANTED`, or more than a wallet holds.
    """
    if not 0 < amount <= MOST_GRANTED:
        raise InvalidInput("amount", f"Grant 1 to {count(MOST_GRANTED)} credits.")
    with_room = Wallet.objects.filter(user=user, balance__lte=FULL_WALLET - amount)
    if not with_room.update(balance=F("balance") + amount):
        raise InvalidInput("amount", f"Nobody holds more than {count(FULL_WALLET)} credits.")
    _record(user, amount, EntryKind.GRANT, reference, key=key)


def _record(user: User, amount: int, kind: EntryKind, reference: str, *, key: str) -> None:
    """Write the ledger row of a movement just made; the wallet's row stays locked until the caller commits."""
    LedgerEntry.objects.create(
        wallet_id=user.pk,
        amount=amount,
        kind=kind,
        reference=reference,
        key=key,
        balance_after=balance_of(user),
    )


def _insufficient(amount: int, balance: int) -> InsufficientCredits:
    cost = plural(amount, "credit")
    return InsufficientCredits(f"This costs {cost} and you have {balance}. Ask an administrator for more.")
