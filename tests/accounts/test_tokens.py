from functools import partial

import pytest
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken

from accounts import tokens
from accounts.models import User
from tests.factories import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def refresh(person):
    return tokens.issue(person)["refresh"]


def test_rotate_gives_a_new_pair_and_the_old_token_is_dead(refresh):
    pair = tokens.rotate(refresh)

    assert pair["refresh"] != refresh
    with pytest.raises(InvalidToken):
        tokens.rotate(refresh)
    assert set(tokens.rotate(pair["refresh"])) == {"access", "refresh"}


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


def test_revoke_ends_a_token_once(refresh):
    tokens.revoke(refresh)

    for use in (tokens.rotate, tokens.revoke):
        with pytest.raises(InvalidToken):
            use(refresh)


@pytest.mark.parametrize("kind", ["access", "nonsense", "empty"])
def test_only_refresh_tokens_are_traded(person, kind):
    raw = {"access": tokens.issue(person)["access"], "nonsense": "a.b.c", "empty": ""}[kind]

    with pytest.raises(InvalidToken):
        tokens.rotate(raw)


@pytest.mark.django_db(transaction=True)
def test_a_token_traded_at_once_by_many_is_traded_once(refresh):
    answers = at_once(*[partial(tokens.rotate, refresh)] * 12)

    assert sum(isinstance(answer, dict) for answer in answers) == 1
    assert sum(isinstance(answer, InvalidToken) for answer in answers) == 11


@pytest.mark.django_db(transaction=True)
def test_signing_out_while_trading_happens_one_or_the_other(refresh):
    answers = at_once(partial(tokens.rotate, refresh), partial(tokens.revoke, refresh))

    assert sum(isinstance(answer, InvalidToken) for answer in answers) == 1
