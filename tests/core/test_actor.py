from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from core.actor import Actor, Credential, Scope


@pytest.mark.parametrize(("auth", "credential"), [(None, Credential.SESSION), ("a token", Credential.TOKEN)])
def test_the_actor_of_a_request_is_its_person_and_how_they_came(person, auth, credential):
    request = RequestFactory().get("/")
    request.user, request.auth = person, auth

    assert Actor.of(request) == Actor(person, credential, frozenset(Scope))


def test_the_actor_of_a_page_came_by_session(person):
    request = RequestFactory().get("/")
    request.user = person

    assert Actor.of(request) == Actor(person, Credential.SESSION, frozenset(Scope))


def test_a_key_carries_its_scopes_alone(person):
    request = RequestFactory().get("/")
    request.user, request.auth = person, SimpleNamespace(scopes=["read"])

    assert Actor.of(request) == Actor(person, Credential.KEY, frozenset({Scope.READ}))
