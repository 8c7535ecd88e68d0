import hashlib
import re
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import keys
from accounts.models import ApiKey, User
from core.actor import Actor, Credential, Scope
from core.errors import Forbidden, InvalidInput, NotFound
from core.models import OutboxEvent
from tests import factories
from tests.factories import a_key, at_once

pytestmark = pytest.mark.django_db


def make(actor, **wish) -> tuple[ApiKey, str]:
    return keys.create(**{"actor": actor, "name": "CI", "scopes": ["read"]} | wish)


def emitted() -> list[tuple[str, str]]:
    return list(OutboxEvent.objects.filter(kind__startswith="api_key").values_list("kind", "subject_name"))


@pytest.fixture
def later(monkeypatch):
    """Moves the clock of keys on, and stops it."""

    def move(**by) -> None:
        moment = timezone.now() + timedelta(**by)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return move


# Making


def test_a_key_has_a_visible_beginning_and_256_random_bits(actor):
    key, raw = make(actor)

    assert re.fullmatch(r"mlp_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}", raw)
    assert raw.startswith(f"{key.prefix}_")
    assert len({make(actor)[1] for _ in range(5)}) == 5


def test_of_a_key_only_its_beginning_and_its_hash_are_kept(actor):
    key, raw = make(actor)

    row = ApiKey.objects.values().get()
    assert row["digest"] == hashlib.sha256(raw.encode()).hexdigest()
    assert raw.removeprefix(key.prefix) not in str(row)


def test_making_a_key_is_told_without_the_key(actor):
    key, raw = make(actor, name="  Nightly  ", scopes=["write", "read"])

    assert (key.user, key.name, key.scopes, key.expires_at) == (actor.user, "Nightly", ["write", "read"], None)
    event = OutboxEvent.objects.get(kind="api_key.created")
    assert (event.subject_id, event.actor, event.payload) == (key.pk, actor.user, {"scopes": ["write", "read"]})
    assert raw not in str(OutboxEvent.objects.filter(pk=event.pk).values())


def test_a_key_reads_and_predicts_unless_told_otherwise(actor):
    key, _ = keys.create(actor=actor, name="CI")

    assert key.scopes == ["read", "predict"]


@pytest.mark.parametrize(
    ("wish", "attr"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["read", "admin"]}, "scopes"),
        ({"scopes": ["read", "read"]}, "scopes"),
        ({"expires_at": datetime(2024, 1, 1, tzinfo=UTC)}, "expires_at"),
    ],
)
def test_create_refuses_what_makes_no_sense(actor, wish, attr):
    with pytest.raises(InvalidInput) as refusal:
        make(actor, **wish)

    assert refusal.value.attr == attr
    assert (ApiKey.objects.count(), emitted()) == (0, [])


def test_a_key_makes_renames_and_revokes_no_keys(person):
    key, _ = a_key(person)
    keyed = Actor(person, Credential.KEY, frozenset(Scope))

    for call in (partial(make, keyed), partial(keys.rename, actor=keyed, key=key, name="New")):
        with pytest.raises(Forbidden) as refusal:
            call()
        assert refusal.value.code == "key_not_allowed"
    with pytest.raises(Forbidden):
        keys.revoke(actor=keyed, key=key)
    assert ApiKey.objects.get().is_active


# Using


def test_a_key_is_its_persons(person):
    key, raw = a_key(person)

    found = keys.authenticate(raw)

    assert found == key
    assert found.user == person


@pytest.mark.parametrize("change", [str.upper, str.strip, lambda raw: raw[:-1], lambda raw: f"{raw}\n", lambda raw: ""])
def test_what_is_nearly_a_key_is_none(person, change):
    _, raw = a_key(person)
    changed = change(raw)

    assert (keys.authenticate(changed) is None) == (changed != raw)


def test_the_right_beginning_with_another_end_is_no_key(person):
    (one, raw), (_, other) = a_key(person), a_key(person)

    assert keys.authenticate(one.prefix + other[len(one.prefix) :]) is None
    assert keys.authenticate(f"{one.prefix}_{one.digest[:43]}") is None
    assert keys.authenticate(raw) == one


def test_a_revoked_key_is_dead_at_the_next_call(person, actor):
    key, raw = a_key(person)
    assert keys.authenticate(raw) == key

    keys.revoke(actor=actor, key=key)

    assert keys.authenticate(raw) is None


def test_a_key_ends_at_its_moment(person, later):
    _, raw = a_key(person, expires_at=timezone.now() + timedelta(hours=1))
    assert keys.authenticate(raw)

    later(hours=1)

    assert keys.authenticate(raw) is None


def test_a_key_of_somebody_inactive_is_none(person):
    _, raw = a_key(person)
    User.objects.filter(pk=person.pk).update(is_active=False)

    assert keys.authenticate(raw) is None


def test_use_is_noted_once_a_minute(person, later):
    _, raw = a_key(person)
    assert ApiKey.objects.get().last_used_at is None
    later(seconds=0)

    keys.authenticate(raw)
    first = ApiKey.objects.get().last_used_at
    later(seconds=59)
    with CaptureQueriesContext(connection) as asked:
        keys.authenticate(raw)
    assert (len(asked), ApiKey.objects.get().last_used_at) == (1, first)
    later(seconds=2)
    keys.authenticate(raw)

    assert ApiKey.objects.get().last_used_at > first


def test_of_two_uses_at_once_one_is_noted(person):
    a_key(person)
    one, other = ApiKey.objects.get(), ApiKey.objects.get()

    keys._note_use(one)
    first = ApiKey.objects.get().last_used_at
    keys._note_use(other)

    assert ApiKey.objects.get().last_used_at == first


@pytest.mark.django_db(transaction=True)
def test_uses_at_once_all_pass(person):
    key, raw = a_key(person)

    assert at_once(*[partial(keys.authenticate, raw)] * 10) == [key] * 10


# Renaming and revoking


def test_a_key_is_renamed(person, actor):
    key, raw = a_key(person)

    keys.rename(actor=actor, key=key, name=" Laptop ")

    assert keys.authenticate(raw).name == "Laptop"
    with pytest.raises(InvalidInput):
        keys.rename(actor=actor, key=key, name=" ")


def test_revoking_is_told_once_and_keeps_the_first_moment(person, actor):
    key, _ = a_key(person)

    keys.revoke(actor=actor, key=key)
    first = ApiKey.objects.get().revoked_at
    keys.revoke(actor=actor, key=ApiKey.objects.get())

    assert ApiKey.objects.get().revoked_at == first
    assert [kind for kind, _ in emitted()] == ["api_key.created", "api_key.revoked"]


def test_somebody_elses_key_does_not_exist(person, stranger):
    key, raw = a_key(person)

    for call in (partial(keys.rename, name="Mine"), keys.revoke):
        with pytest.raises(NotFound):
            call(actor=Actor(stranger), key=key)

    assert keys.authenticate(raw).name == "CI"


def test_staff_revoke_anybodys_key(person):
    key, raw = a_key(person)
    staff = factories.a_person("stan")
    staff.is_staff = True

    keys.revoke(actor=Actor(staff), key=key)

    assert keys.authenticate(raw) is None
