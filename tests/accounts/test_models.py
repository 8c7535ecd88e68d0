import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.credits import balance_of
from accounts.models import User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def test_people_are_found_by_email_in_any_case(person):
    assert User.objects.get_by_natural_key(person.email.upper()) == person


def test_an_email_is_one_persons_in_any_case(person):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email=person.email.upper(), username="other")


def test_a_username_is_one_persons_in_any_case(person):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="other@example.org", username=person.username.upper())


def test_a_person_is_called_by_their_full_name_or_username(person):
    assert (person.get_full_name(), person.get_short_name()) == (person.username, person.username)

    person.full_name = "Ada Lovelace"

    assert (person.get_full_name(), str(person)) == ("Ada Lovelace", person.email)


def test_a_superuser_made_on_the_command_line_can_use_the_product(client, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)

    call_command("createsuperuser", interactive=False, email="Root@Example.org", username="root", verbosity=0)

    root = User.objects.get()
    client.force_login(root)
    assert (root.email, balance_of(root)) == ("root@example.org", 0)
    assert client.get("/account/credits").status_code == 200
