from functools import partial

import pytest
from django.db import transaction
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts import tokens
from accounts.models import SignIn, User
from tests.factories import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def refresh(person):
    return tokens.issue(person)["refresh"]


def is_over(raw: str) -> bool:
    """Whether the sign-in of a refresh token has ended."""
    return SignIn.objects.get(pk=RefreshToken(raw, verify=False)["sid"]).ended_at is not None


def test_every_token_names_its_sign_in(person, refresh):
    pair = tokens.rotate(refresh)

    session = SignIn.objects.get(user=person)
    assert {AccessToken(pair["access"])["sid"], RefreshToken(pair["refresh"])["sid"]} == {str(session.pk)}


def test_rotate_gives_a_new_pair_and_the_old_token_is_spent(refresh):
    pair = tokens.rotate(refresh)

    assert pair["refresh"] != refresh
    assert set(tokens.rotate(pair["refresh"])) == {"access", "refresh"}
    with pytest.raises(InvalidToken):
        tokens.rotate(refresh)


@pytest.mark.parametrize("use", [tokens.rotate, tokens.revoke])
def test_a_spent_token_that_comes_again_ends_its_sign_in(person, refresh, use):
    other = tokens.issue(person)
    pair = tokens.rotate(refresh)

    with pytest.raises(InvalidToken):
        use(refresh)

    assert (is_over(refresh), is_over(other["refresh"])) == (True, False)
    with pytest.raises(InvalidToken):
        tokens.rotate(pair["refresh"])
    with pytest.raises(InvalidToken):
        tokens.holder(AccessToken(pair["access"]))


@pytest.mark.django_db(transaction=True)
def test_a_replay_is_never_seen_in_a_transaction_that_may_be_undone(refresh):
    with pytest.raises(RuntimeError), transaction.atomic():
        tokens.rotate(refresh)


def test_rotate_refuses_a_token_of_an_inactive_person_and_spends_nothing(person, refresh):
    User.objects.filter(pk=person.pk).update(is_active=False)

    with pytest.raises(InvalidToken):
        tokens.rotate(refresh)

    assert not BlacklistedToken.objects.exists()


def test_rotate_refuses_a_token_of_a_person_who_is_gone(person, refresh):
    person.delete()

    with pytest.raises(InvalidToken):
        tokens.rotate(refresh)


def test_rotate_refuses_a_token_made_under_another_password(person, refresh):
    person.set_password("another horse")
    person.save()

    with pytest.raises(InvalidToken):
        tokens.rotate(refresh)


def test_revoke_ends_a_sign_in_once(refresh):
    tokens.revoke(refresh)

    assert is_over(refresh)
    for use in (tokens.rotate, tokens.revoke):
        with pytest.raises(InvalidToken):
            use(refresh)


def test_end_all_ends_every_sign_in_of_one_person(person, stranger, refresh):
    second, strangers = tokens.issue(person)["refresh"], tokens.issue(stranger)["refresh"]

    tokens.end_all(person)

    assert [is_over(each) for each in (refresh, second, strangers)] == [True, True, False]


@pytest.mark.parametrize("kind", ["access", "nonsense", "empty"])
def test_only_refresh_tokens_are_traded(person, kind):
    raw = {"access": tokens.issue(person)["access"], "nonsense": "a.b.c", "empty": ""}[kind]

    with pytest.raises(InvalidToken):
        tokens.rotate(raw)


def test_a_token_read_in_the_table_opens_nothing(refresh):
    kept = OutstandingToken.objects.get().token

    assert kept != refresh
    with pytest.raises(InvalidToken):
        tokens.rotate(kept)
    assert not is_over(refresh)


@pytest.mark.django_db(transaction=True)
def test_a_token_traded_at_once_by_many_is_traded_once_and_ends_its_sign_in(refresh):
    answers = at_once(*[partial(tokens.rotate, refresh)] * 20)

    assert sum(isinstance(answer, dict) for answer in answers) == 1
    assert sum(isinstance(answer, InvalidToken) for answer in answers) == 19
    assert is_over(refresh)


@pytest.mark.django_db(transaction=True)
def test_signing_out_while_trading_ends_the_sign_in_either_way(refresh):
    answers = at_once(partial(tokens.rotate, refresh), partial(tokens.revoke, refresh))

    assert sum(isinstance(answer, InvalidToken) for answer in answers) == 1
    assert is_over(refresh)
