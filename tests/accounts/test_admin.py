import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts import keys, tokens
from accounts.credits import balance_of
from accounts.models import ApiKey, LedgerEntry, RememberedAnswer, SignIn, User, Wallet
from core import pulse
from core.models import OutboxEvent
from datasets.models import Dataset, DatasetVersion
from predictions.models import Prediction
from tests import factories
from tests.factories import PASSWORD
from training.models import Job, JobEvent, ModelVersion
from workspaces.models import Invitation

pytestmark = pytest.mark.django_db

REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
HISTORY = [
    OutboxEvent, Wallet, LedgerEntry, Dataset, DatasetVersion, Job, JobEvent, ModelVersion, Prediction,
    OutstandingToken, SignIn, ApiKey, RememberedAnswer,
]  # fmt: skip


@pytest.fixture
def staff(client, stranger):
    """A web client signed in as an administrator; the person is `stranger`."""
    User.objects.filter(pk=stranger.pk).update(is_staff=True, is_superuser=True)
    client.force_login(stranger)
    return client


def address(model, page: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def detail(row, page: str = "change") -> str:
    return address(type(row), page, row.pk)


@pytest.fixture
def rows(person, stranger):
    """One row at least of every table that the admin shows."""
    from predictions import services as predictions  # noqa: PLC0415 -- slow import: scikit-learn

    model = factories.a_model(person)
    predictions.predict(actor=factories.Actor(person), model=model, rows=[factories.a_row()])
    tokens.revoke(tokens.issue(person)["refresh"])
    pulse.beat("worker")
    Client().post("/sign-in", {"username": person.email, "password": "wrong"})
    Group.objects.create(name="Helpers")
    Invitation.objects.create(workspace=model.project.workspace, email="new@example.org", role="viewer")
    factories.a_key(person)
    RememberedAnswer.objects.create(user=person, key="one", fingerprint="f")


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_staff_see_every_table(staff, model):
    row = model.objects.first()

    assert row is not None, "a table without a row shows nothing: let the fixture make one"
    assert staff.get(address(model, "changelist")).status_code == 200
    assert staff.get(address(model, "changelist") + "?q=a").status_code == 200
    assert staff.get(detail(row)).status_code == 200


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_a_person_who_is_no_staff_is_refused(web, model):
    answer = web.get(address(model, "changelist"))

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")


def test_every_model_of_the_product_is_registered():
    apps_of_ours = ("accounts", "workspaces", "datasets", "training", "predictions")
    ours = {model for app in apps_of_ours for model in apps.get_app_config(app).get_models()}

    assert {model.__name__ for model in ours - set(REGISTERED)} == set()


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("model", HISTORY, ids=lambda model: model._meta.label)
def test_history_is_never_added_changed_or_deleted(staff, model):
    row, count = model.objects.first(), model.objects.count()

    statuses = [
        staff.get(address(model, "add")).status_code,
        staff.post(address(model, "add"), {}).status_code,
        staff.post(detail(row), {}).status_code,
        staff.post(detail(row, "delete"), {"post": "yes"}).status_code,
    ]

    assert statuses == [403, 403, 403, 403]
    assert model.objects.count() == count


def test_staff_make_a_person_with_an_empty_wallet(staff):
    form = {
        "email": "New@Example.org",
        "username": "new",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }

    answer = staff.post(address(User, "add"), form)

    person = User.objects.get(username="new")
    assert answer.status_code == 302
    assert (person.email, balance_of(person), person.check_password(PASSWORD)) == ("new@example.org", 0, True)


def test_staff_are_told_of_an_address_that_is_taken(staff, person):
    form = {
        "email": person.email.upper(),
        "username": "new",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }

    answer = staff.post(address(User, "add"), form)

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["email"] == ["This email address has an account already."]


def test_staff_delete_a_person_with_their_wallet_and_ledger(staff, person):
    answer = staff.post(detail(person, "delete"), {"post": "yes"})

    assert (answer.status_code, answer["Location"]) == (302, address(User, "changelist"))
    assert not User.objects.filter(pk=person.pk).exists()
    assert not LedgerEntry.objects.filter(wallet_id=person.pk).exists()


@pytest.mark.usefixtures("rows")
def test_the_work_of_a_deleted_person_stays(staff, person):
    staff.post(detail(person, "delete"), {"post": "yes"})

    assert not User.objects.filter(pk=person.pk).exists()
    assert (Dataset.objects.get().created_by, Job.objects.get().owner) == (None, None)


def delete_selected(client, *people):
    form = {"action": "delete_selected", "_selected_action": [str(each.pk) for each in people], "post": "yes"}
    return client.post(address(User, "changelist"), form)


def test_staff_delete_several_people(staff, person):
    other = factories.a_person("bob")

    delete_selected(staff, person, other)

    assert not User.objects.filter(pk__in=[person.pk, other.pk]).exists()


def test_nobody_deletes_themselves(staff, person, stranger):
    assert staff.post(detail(stranger, "delete"), {"post": "yes"}).status_code == 403
    assert delete_selected(staff, person, stranger).status_code == 403

    assert User.objects.filter(pk__in=[person.pk, stranger.pk]).count() == 2


@pytest.mark.parametrize(("least", "found"), [("1", 2), ("15", 2), ("100", 1), ("many", 2)])
def test_people_are_filtered_by_their_credits(staff, person, stranger, least, found):
    factories.give(person, 100)

    answer = staff.get(address(User, "changelist") + f"?min_credits={least}")

    assert (answer.status_code, answer.context["cl"].result_count) == (200, found)


@pytest.mark.parametrize("by", ["email", "username"])
def test_people_are_searched(staff, person, by):
    answer = staff.get(address(User, "changelist"), {"q": getattr(person, by)})

    assert [row.pk for row in answer.context["cl"].result_list] == [person.pk]


def test_staff_cannot_write_a_balance(staff, person):
    form = {"email": person.email, "username": person.username, "is_active": "on", "balance": 1000}

    staff.post(detail(person), form)

    assert (balance_of(person), factories.ledger_sum(person)) == (15, 15)


def test_staff_set_a_new_password_and_old_tokens_die(staff, person):
    refresh = tokens.issue(person)["refresh"]
    form = {"usable_password": "true", "password1": "a better horse", "password2": "a better horse"}

    answer = staff.post(reverse("admin:auth_user_password_change", args=[person.pk]), form)

    person.refresh_from_db()
    assert (answer.status_code, person.check_password("a better horse")) == (302, True)
    with pytest.raises(tokens.InvalidToken):
        tokens.rotate(refresh)


def revoke(client, *chosen):
    form = {"action": "revoke", "_selected_action": [str(key.pk) for key in chosen]}
    return client.post(address(ApiKey, "changelist"), form)


def test_staff_revoke_keys_and_see_no_digest(staff, person):
    key, raw = factories.a_key(person)
    kept, other = factories.a_key(person)

    assert revoke(staff, key).status_code == 302

    assert (keys.authenticate(raw), keys.authenticate(other)) == (None, kept)
    assert key.digest not in staff.get(detail(key)).content.decode()


def test_staff_who_may_only_look_revoke_nothing(staff, stranger, person):
    User.objects.filter(pk=stranger.pk).update(is_superuser=False)
    stranger.user_permissions.add(Permission.objects.get(codename="view_apikey"))
    key, raw = factories.a_key(person)

    revoke(staff, key)

    assert keys.authenticate(raw) == key
