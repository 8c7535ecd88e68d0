from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts import credits, queries
from accounts.credits import Cost
from accounts.models import EntryKind, LedgerEntry, Wallet
from core.errors import InsufficientCredits, InvalidInput
from tests import factories
from tests.factories import at_once, ledger_sum


def movements(person) -> list[tuple[int, str, str, int]]:
    """(amount, kind, reference, balance after) of each movement, oldest first."""
    rows = LedgerEntry.objects.filter(wallet_id=person.pk).order_by("created_at")
    return list(rows.values_list("amount", "kind", "reference", "balance_after"))


def set_balance(person, balance: int) -> None:
    """Leave the person this much, by the ledger."""
    factories.spend_everything(person)
    factories.give(person, balance)


def train(person, row=None) -> int:
    return credits.charge(person, Cost.TRAIN, row=row or uuid4(), reference="A run")


def predict(person, row=None) -> int:
    return credits.charge(person, Cost.PREDICT, row=row or uuid4(), reference="A call")


def test_a_newcomer_has_fifteen_credits_and_a_ledger_that_says_why(person):
    assert credits.balance_of(person) == 15
    assert movements(person) == [(15, "grant", "Welcome credits", 15)]


def test_charge_moves_balance_and_ledger_together(person):
    row = uuid4()

    taken = credits.charge(person, Cost.PREDICT, row=row, reference="A call")

    assert (taken, credits.balance_of(person), ledger_sum(person)) == (5, 10, 10)
    assert movements(person)[1:] == [(-5, "prediction", "A call", 10)]
    assert LedgerEntry.objects.get(amount=-5).key == f"predict:{row}"


def test_charge_spends_the_last_credit(person):
    set_balance(person, 5)

    predict(person)

    assert (credits.balance_of(person), ledger_sum(person)) == (0, 0)


def test_charge_beyond_the_balance_leaves_no_trace(person):
    set_balance(person, 4)
    before = movements(person)

    with pytest.raises(InsufficientCredits) as refusal:
        predict(person)

    assert refusal.value.detail == "This costs 5 credits and you have 4. Ask an administrator for more."
    assert (credits.balance_of(person), movements(person)) == (4, before)


def test_charge_falls_with_the_work_it_pays_for(person):
    def work():
        with transaction.atomic():
            train(person)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()

    assert (credits.balance_of(person), len(movements(person))) == (15, 1)


def test_a_row_is_charged_once(person):
    row = uuid4()
    train(person, row)

    with pytest.raises(IntegrityError), transaction.atomic():
        train(person, row)

    assert (credits.balance_of(person), ledger_sum(person)) == (14, 14)


def test_one_row_may_be_paid_for_two_things(person):
    row = uuid4()

    train(person, row)
    predict(person, row)

    assert (credits.balance_of(person), ledger_sum(person)) == (9, 9)


def test_refund_gives_back_what_was_taken_to_who_paid(person, stranger):
    row = uuid4()
    predict(person, row)

    given = credits.refund(Cost.PREDICT, row=row, reference="The model broke")

    assert (given, credits.balance_of(person), ledger_sum(person)) == (5, 15, 15)
    assert movements(person)[1:] == [(-5, "prediction", "A call", 10), (5, "refund", "The model broke", 15)]
    assert credits.balance_of(stranger) == 15
    assert queries.refunded(Cost.PREDICT, row) == 5


def test_refund_gives_back_once(person):
    row = uuid4()
    train(person, row)
    credits.refund(Cost.TRAIN, row=row, reference="Stopped")

    assert credits.refund(Cost.TRAIN, row=row, reference="Stopped") == 0
    assert (credits.balance_of(person), len(movements(person))) == (15, 3)


def test_refund_of_what_was_never_taken_is_nothing(person):
    row = uuid4()
    train(person, row)

    assert credits.refund(Cost.PREDICT, row=row, reference="Another thing") == 0
    assert credits.refund(Cost.TRAIN, row=uuid4(), reference="Another row") == 0
    assert (credits.balance_of(person), queries.refunded(Cost.TRAIN, row)) == (14, 0)


def test_refund_gives_back_the_price_of_then(person, settings):
    row = uuid4()
    train(person, row)
    settings.CREDITS_PER_TRAINING = 7

    assert credits.refund(Cost.TRAIN, row=row, reference="Stopped") == 1
    assert credits.balance_of(person) == 15


def test_refund_works_while_credits_are_switched_off(person, settings):
    row = uuid4()
    train(person, row)
    settings.CREDITS_ENABLED = False

    assert credits.refund(Cost.TRAIN, row=row, reference="Stopped") == 1


def test_grant_adds_once_a_key(person):
    credits.grant(person, 100, key="gift", reference="A gift")

    with pytest.raises(IntegrityError), transaction.atomic():
        credits.grant(person, 100, key="gift", reference="A gift")

    assert (credits.balance_of(person), ledger_sum(person)) == (115, 115)
    assert movements(person)[1:] == [(100, "grant", "A gift", 115)]


@pytest.mark.parametrize("amount", [0, -1, -15, 1_000_001, 10**30])
def test_grant_refuses_what_is_no_sensible_amount(person, amount):
    before = movements(person)

    with pytest.raises(InvalidInput) as refusal:
        credits.grant(person, amount, key="gift", reference="A gift")

    assert (refusal.value.attr, refusal.value.detail) == ("amount", "Grant 1 to 1,000,000 credits.")
    assert (credits.balance_of(person), movements(person)) == (15, before)


def test_grant_fills_a_wallet_and_no_more(person, monkeypatch):
    monkeypatch.setattr(credits, "FULL_WALLET", 20)
    factories.give(person, 5)

    with pytest.raises(InvalidInput) as refusal:
        factories.give(person, 1)

    assert refusal.value.attr == "amount"
    assert (credits.balance_of(person), ledger_sum(person)) == (20, 20)


def test_prices_are_settings(settings):
    settings.CREDITS_PER_TRAINING, settings.CREDITS_PER_PREDICTION = 2, 9

    assert credits.costs() == {Cost.TRAIN: 2, Cost.PREDICT: 9}
    assert (credits.price(Cost.TRAIN), credits.price(Cost.PREDICT)) == (2, 9)


def test_everything_is_free_while_credits_are_switched_off(person, settings):
    settings.CREDITS_ENABLED = False
    factories.spend_everything(person)
    before = movements(person)

    credits.require_funds(person, Cost.PREDICT)

    assert credits.costs() == {Cost.TRAIN: 0, Cost.PREDICT: 0}
    assert (predict(person), movements(person)) == (0, before)


def test_require_funds_refuses_early_and_takes_nothing(person):
    set_balance(person, 4)

    credits.require_funds(person, Cost.TRAIN)
    with pytest.raises(InsufficientCredits):
        credits.require_funds(person, Cost.PREDICT)

    assert credits.balance_of(person) == 4


def test_the_database_refuses_a_balance_below_zero(person):
    with pytest.raises(IntegrityError), transaction.atomic():
        Wallet.objects.filter(user=person).update(balance=-1)


@pytest.mark.django_db(transaction=True)
def test_charges_at_once_never_overdraw(person):
    set_balance(person, 5)

    answers = at_once(*[partial(train, person)] * 20)

    assert answers.count(1) == 5
    assert sum(isinstance(answer, InsufficientCredits) for answer in answers) == 15
    assert (credits.balance_of(person), ledger_sum(person)) == (0, 0)
    taken = LedgerEntry.objects.filter(wallet_id=person.pk, kind=EntryKind.TRAINING)
    assert sorted(taken.values_list("balance_after", flat=True)) == [0, 1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_a_row_charged_at_once_is_charged_once(person):
    answers = at_once(*[partial(train, person, uuid4())] * 5)

    assert answers.count(1) == 1
    assert sum(isinstance(answer, IntegrityError) for answer in answers) == 4
    assert (credits.balance_of(person), ledger_sum(person)) == (14, 14)


@pytest.mark.django_db(transaction=True)
def test_refunds_at_once_give_back_once(person):
    row = uuid4()
    predict(person, row)

    answers = at_once(*[partial(credits.refund, Cost.PREDICT, row=row, reference="Broke")] * 8)

    assert sorted(answers) == [0, 0, 0, 0, 0, 0, 0, 5]
    assert (credits.balance_of(person), ledger_sum(person)) == (15, 15)


@pytest.mark.django_db(transaction=True)
def test_charges_and_grants_at_once_all_count(person):
    charges = [partial(train, person)] * 5
    grants = [partial(factories.give, person, 10)] * 5

    answers = at_once(*charges, *grants)

    assert answers == [1] * 5 + [None] * 5
    assert (credits.balance_of(person), ledger_sum(person)) == (60, 60)


@pytest.mark.xdist_group(factories.MANY_CONNECTIONS)
@pytest.mark.django_db(transaction=True)
def test_two_hundred_charges_spend_a_hundred_credits_exactly(person):
    set_balance(person, 100)

    answers = [answer for _ in range(5) for answer in at_once(*[partial(predict, person)] * 40)]

    assert answers.count(5) == 20
    assert sum(isinstance(answer, InsufficientCredits) for answer in answers) == 180
    assert (credits.balance_of(person), ledger_sum(person)) == (0, 0)
    assert queries.wallets_out_of_balance() == []
