from functools import partial

import pytest

from accounts import services
from accounts.credits import balance_of
from accounts.models import User, Wallet
from core.actor import Actor
from core.errors import InvalidInput
from core.models import OutboxEvent
from tests import factories
from tests.factories import PASSWORD, at_once

pytestmark = pytest.mark.django_db


def register(**changes: str) -> User:
    wish = {"email": "ada@example.org", "username": "ada", "password": PASSWORD}
    return services.register(services.newcomer(**(wish | changes)))


def test_register_makes_a_person_with_credits_and_tells():
    person = register(email=" Ada@Example.ORG ", username=" ada ", full_name=" Ada Lovelace ")

    person.refresh_from_db()
    assert (person.email, person.username, person.full_name) == ("ada@example.org", "ada", "Ada Lovelace")
    assert person.check_password(PASSWORD)
    assert (person.is_staff, person.is_superuser, person.is_active) == (False, False, True)
    assert (balance_of(person), factories.ledger_sum(person)) == (15, 15)
    event = OutboxEvent.objects.get()
    assert (event.kind, event.subject_id, event.actor) == ("user.registered", person.pk, person)


@pytest.mark.parametrize("at_sign_up", [0, 100])
def test_register_gives_what_the_settings_say(settings, at_sign_up):
    settings.CREDITS_AT_SIGN_UP = at_sign_up

    person = register()

    assert (balance_of(person), factories.ledger_sum(person)) == (at_sign_up, at_sign_up)


@pytest.mark.parametrize(
    ("changes", "attr", "words"),
    [
        ({"email": "ADA@example.org", "username": "other"}, "email", "This email address has an account already."),
        ({"email": "other@example.org"}, "username", "This username is taken. Choose another."),
        ({"email": "other@example.org", "username": "ADA"}, "username", "This username is taken. Choose another."),
        ({"email": "no address", "username": "other"}, "email", "Enter a valid email address."),
        ({"email": "other@example.org", "username": ""}, "username", "This field cannot be blank."),
        ({"email": "other@example.org", "username": "a b"}, "username", "Enter a valid username. "),
        ({"email": "other@example.org", "username": "a" * 151}, "username", "Ensure this value has at most 150"),
        ({"password": "short"}, "password", "This password is too short."),
        ({"password": "password"}, "password", "This password is too common."),
        ({"password": "12345678"}, "password", "This password is too common."),
        ({"password": "73920184"}, "password", "This password is entirely numeric."),
        ({"password": "ada lovelace", "full_name": "Ada Lovelace"}, "password", "The password is too similar to the"),
        ({"password": "ada@example.org"}, "password", "The password is too similar to the email."),
        ({"password": "a" * 129}, "password", "Use at most 128 characters."),
        ({"password": "a" * 10_000_000}, "password", "Use at most 128 characters."),
    ],
)
def test_register_refuses_and_names_the_field(changes, attr, words):
    register()

    with pytest.raises(InvalidInput) as refusal:
        register(**changes)

    assert (refusal.value.attr, refusal.value.detail[: len(words)]) == (attr, words)
    assert (User.objects.count(), Wallet.objects.count(), OutboxEvent.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("attr", "value"),
    [("full_name", "Eve\nYour account is blocked"), ("full_name", "\u202eada"), ("username", "bob@example.org")],
)
def test_names_that_pretend_are_refused(person, actor, attr, value):
    with pytest.raises(InvalidInput) as refusal:
        services.update_profile(actor=actor, **{attr: value})

    assert refusal.value.attr == attr
    assert User.objects.values_list(attr, flat=True).get(pk=person.pk) != value


def test_usernames_that_look_the_same_are_the_same(person, actor):
    services.update_profile(actor=actor, username="ａｄａｘ")

    assert User.objects.get(pk=person.pk).username == "adax"


def test_a_person_may_write_their_own_username_in_another_case(person, actor):
    services.update_profile(actor=actor, username=person.username.upper())

    assert User.objects.get(pk=person.pk).username == person.username.upper()


def test_a_password_of_the_longest_kind_works():
    person = register(password="é" * 128)

    assert person.check_password("é" * 128)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("email", "username", "taken"),
    [
        ("ada@example.org", "ada{0}", "email"),
        ("ada{0}@example.org", "ada", "username"),
        ("ada{0}@example.org", "{1}", "username"),
    ],
)
def test_register_at_once_makes_one_person_and_names_what_was_taken(email, username, taken):
    cases = enumerate(["ada", "Ada", "aDa", "adA", "ADa", "ADA"])

    answers = at_once(
        *[partial(register, email=email.format(*case), username=username.format(*case)) for case in cases]
    )

    assert sum(isinstance(answer, User) for answer in answers) == 1
    refusals = [(answer.attr, answer.code) for answer in answers if isinstance(answer, InvalidInput)]
    assert refusals == [(taken, "unique")] * 5
    assert (User.objects.count(), Wallet.objects.count()) == (1, 1)


def test_update_profile_changes_names_only(person, actor):
    services.update_profile(actor=actor, full_name=" Ada Lovelace ", username="countess")

    person.refresh_from_db()
    assert (person.full_name, person.username) == ("Ada Lovelace", "countess")


@pytest.mark.parametrize("change", [str, str.upper])
def test_update_profile_refuses_a_taken_username(person, actor, stranger, change):
    before = person.username

    with pytest.raises(InvalidInput) as refusal:
        services.update_profile(actor=actor, username=change(stranger.username))

    assert (refusal.value.attr, refusal.value.code) == ("username", "unique")
    assert User.objects.get(pk=person.pk).username == before


@pytest.mark.django_db(transaction=True)
def test_a_username_taken_at_the_same_moment_is_refused(person, stranger):
    wishes = [(person, "only-one"), (stranger, "Only-One")]

    answers = at_once(
        *[partial(services.update_profile, actor=Actor(each), username=name) for each, name in wishes] * 3
    )

    assert User.objects.filter(username__iexact="only-one").count() == 1
    assert {type(answer) for answer in answers} == {User, InvalidInput}


@pytest.fixture
def named_admin(settings):
    settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD = "Root@example.org", PASSWORD


@pytest.mark.usefixtures("named_admin")
def test_the_first_admin_is_made_from_the_settings():
    person = services.ensure_first_admin()

    assert (person.email, person.username, person.is_staff, person.is_superuser) == (
        "root@example.org",
        "Root",
        True,
        True,
    )
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.usefixtures("named_admin")
def test_the_first_admin_is_made_once():
    services.ensure_first_admin()

    assert services.ensure_first_admin() is None
    assert User.objects.count() == 1


@pytest.mark.usefixtures("named_admin")
def test_no_first_admin_is_made_beside_another(person):
    User.objects.filter(pk=person.pk).update(is_superuser=True)

    assert services.ensure_first_admin() is None
    assert User.objects.count() == 1


@pytest.mark.usefixtures("named_admin")
def test_the_first_admin_may_bear_a_name_like_another_persons():
    register(email="root@elsewhere.org", username="ROOT")

    assert services.ensure_first_admin().email == "root@example.org"


@pytest.mark.parametrize(
    ("email", "username"),
    [("o'brien@example.org", "o-brien"), ("a!b@c.org", "a-b"), ("a.b+c@d.org", "a.b+c")],
)
def test_the_first_admin_may_have_an_address_that_is_no_username(settings, email, username):
    settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD = email, PASSWORD

    person = services.ensure_first_admin()

    assert (person.email, person.username) == (email, username)


@pytest.mark.usefixtures("named_admin")
def test_nobody_becomes_the_first_admin_by_having_taken_the_address():
    squatter = register(email="root@example.org")

    with pytest.raises(InvalidInput):
        services.ensure_first_admin()

    assert not User.objects.get(pk=squatter.pk).is_superuser


@pytest.mark.parametrize(("email", "password"), [("", ""), ("root@example.org", ""), ("", PASSWORD)])
def test_no_first_admin_without_address_and_password(settings, email, password):
    settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD = email, password

    assert services.ensure_first_admin() is None
    assert User.objects.count() == 0


def test_a_first_admin_with_a_weak_password_is_refused(settings):
    settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD = "root@example.org", "password"

    with pytest.raises(InvalidInput):
        services.ensure_first_admin()

    assert User.objects.count() == 0
