import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_started(monkeypatch, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr("mlplatform.management.commands.up.address_problem", lambda host, port: None)
    monkeypatch.setattr("mlplatform.management.commands.up._collect_static", lambda: None)
    monkeypatch.setattr("mlplatform.management.commands.up.supervise", lambda plan: None)


def words_of(settings, email: str, password: str = PASSWORD) -> str:
    """What `manage.py up` ends with, for this first administrator."""
    settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD = email, password
    with pytest.raises(CommandError) as refusal:
        call_command("up")
    return str(refusal.value)


def test_up_makes_the_first_administrator(settings):
    settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD = "root@example.org", PASSWORD

    call_command("up")

    assert User.objects.get().is_superuser


def test_up_says_that_the_address_is_somebody_elses(settings):
    person = factories.a_person()

    assert words_of(settings, person.email) == (
        "ADMIN_EMAIL cannot be used for the first administrator: This email address has an account already."
    )
    assert not User.objects.get().is_superuser


@pytest.mark.parametrize(
    ("email", "password", "start"),
    [
        (
            "root@example.org",
            "short",
            "ADMIN_PASSWORD cannot be used for the first administrator: This password is too",
        ),
        ("no address", PASSWORD, "ADMIN_EMAIL cannot be used for the first administrator: Enter a valid email address"),
    ],
)
def test_up_says_what_is_wrong_with_the_first_administrator(settings, email, password, start):
    assert words_of(settings, email, password).startswith(start)
    assert not User.objects.exists()
