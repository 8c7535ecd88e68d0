from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import credits
from accounts.credits import Cost
from accounts.models import LedgerEntry, Wallet
from accounts.queries import wallets_out_of_balance

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(person, stranger):
    """Two people with movements; returns the entries of `person`, oldest first."""
    for each in (person, stranger):
        credits.charge(each, Cost.PREDICT, row=uuid4(), reference="A call")
        credits.charge(each, Cost.TRAIN, row=uuid4(), reference="A run")
    return list(LedgerEntry.objects.filter(wallet_id=person.pk).order_by("created_at"))


def found() -> list[tuple]:
    return [(each.user, each.balance, each.ledger_sum, each.wrong) for each in wallets_out_of_balance()]


def check_ledger() -> str:
    """What the command says; its last line is an error, with its status, where it ends badly."""
    told = StringIO()
    try:
        call_command("check_ledger", stdout=told)
    except CommandError as error:
        return f"{told.getvalue()}error {error.returncode}: {error}"
    return told.getvalue()


@pytest.mark.usefixtures("paid")
def test_wallets_moved_by_the_product_are_in_balance():
    assert found() == []
    assert check_ledger() == "2 wallets in balance.\n"


@pytest.mark.usefixtures("paid")
def test_a_balance_that_is_not_its_ledgers_sum_is_found(person):
    Wallet.objects.filter(user=person).update(balance=1009)

    assert found() == [(person, 1009, 9, [])]
    assert check_ledger() == (
        f"{person.email}: the balance is 1009, the ledger sums to 9\nerror 1: 1 of 2 wallets out of balance."
    )


def test_a_balance_after_that_does_not_follow_is_found(person, paid):
    LedgerEntry.objects.filter(pk=paid[1].pk).update(balance_after=11)

    assert found() == [(person, 9, 9, [paid[1]])]
    moment = paid[1].created_at.isoformat()
    assert check_ledger() == (
        f"{person.email}: 11 after -5 prediction at {moment} does not follow\nerror 1: 1 of 2 wallets out of balance."
    )


def test_an_amount_written_over_is_found_with_all_that_follows(person, paid):
    LedgerEntry.objects.filter(pk=paid[1].pk).update(amount=-1)

    assert found() == [(person, 9, 13, paid[1:])]


def test_an_entry_that_was_removed_is_found(person, paid):
    paid[0].delete()

    assert found() == [(person, 9, -6, paid[1:])]


def test_a_clock_that_was_set_back_is_no_mismatch(paid):
    LedgerEntry.objects.filter(pk=paid[2].pk).update(created_at=timezone.now() - timedelta(hours=1))

    assert found() == []
