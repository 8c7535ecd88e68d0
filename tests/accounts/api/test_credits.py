from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import credits
from accounts.credits import Cost
from tests import factories

pytestmark = pytest.mark.django_db


def pay(person, cost=Cost.TRAIN, reference="A run"):
    credits.charge(person, cost, row=uuid4(), reference=reference)


def test_credits_tell_the_balance_and_the_prices(api, person):
    pay(person)

    answer = api.get("/api/credits")

    assert (answer.status_code, answer.json()) == (
        200,
        {"balance": 14, "costs": {"train": 1, "predict": 5}, "enabled": True},
    )


def test_credits_say_when_they_are_switched_off(api, settings):
    settings.CREDITS_ENABLED = False

    assert api.get("/api/credits").json() == {"balance": 15, "costs": {}, "enabled": False}


def test_the_ledger_is_the_whole_story_newest_first(api, person):
    pay(person)
    pay(person, Cost.PREDICT, "A call")

    answer = api.get("/api/credits/ledger")

    rows = answer.json()["results"]
    assert (answer.status_code, answer.json()["count"]) == (200, 3)
    assert {frozenset(row) for row in rows} == {
        frozenset({"id", "amount", "kind", "reference", "balance_after", "created_at"})
    }
    assert [(row["amount"], row["kind"], row["reference"], row["balance_after"]) for row in rows] == [
        (-5, "prediction", "A call", 9),
        (-1, "training", "A run", 14),
        (15, "grant", "Welcome credits", 15),
    ]
    assert sum(row["amount"] for row in rows) == api.get("/api/credits").json()["balance"]


def test_the_ledger_is_the_callers_own(api, stranger):
    pay(stranger, reference="Secret")

    answer = api.get("/api/credits/ledger")

    assert answer.json()["count"] == 1
    assert "Secret" not in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "amounts"),
    [
        ("kind=training", [-1]),
        ("kind=refund", []),
        ("search=call", [-5]),
        ("ordering=amount", [-5, -1, 15]),
        ("ordering=-amount", [15, -1, -5]),
        ("ordering=wallet__user__password", [-5, -1, 15]),
        ("page_size=1", [-5]),
    ],
)
def test_the_ledger_is_searched_filtered_and_ordered(api, person, query, amounts):
    pay(person)
    pay(person, Cost.PREDICT, "A call")

    assert [row["amount"] for row in api.get(f"/api/credits/ledger?{query}").json()["results"]] == amounts


def test_the_ledger_knows_its_kinds(api):
    answer = api.get("/api/credits/ledger?kind=theft")

    assert factories.refused(answer) == (400, "invalid_choice", "kind")


def test_the_ledger_costs_the_same_queries_with_one_row_and_three(api, person):
    with CaptureQueriesContext(connection) as with_one:
        api.get("/api/credits/ledger")
    pay(person)
    pay(person)
    with CaptureQueriesContext(connection) as with_three:
        assert api.get("/api/credits/ledger").json()["count"] == 3

    assert len(with_three) == len(with_one)


def test_credits_are_not_for_writing(api):
    for method in (api.post, api.put, api.patch, api.delete):
        assert method("/api/credits", {"balance": 100}).status_code == 405
        assert method("/api/credits/ledger", {"amount": 100}).status_code == 405
