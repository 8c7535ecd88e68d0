from uuid import uuid4

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
from datasets import versions
from datasets.models import Dataset, DatasetVersion
from ml.schema import Dtype
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
    factories.a_recipe(person)
    versions.correct_types(
        actor=factories.Actor(person), version=model.dataset_version, changes={"width": Dtype.CATEGORY}
    )
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


def test_staff_make_a_person_who_chooses_a_password_by_mail(staff, mailoutbox, django_capture_on_commit_callbacks):
    form = {"email": "New@Example.org", "username": "new"}

    with django_capture_on_commit_callbacks(execute=True):
        answer = staff.post(address(User, "add"), form)

    person = User.objects.get(username="new")
    assert answer.status_code == 302
    assert (person.email, balance_of(person), person.has_usable_password()) == ("new@example.org", 0, False)
    assert [(mail.to, "/password-reset/" in mail.body) for mail in mailoutbox] == [(["new@example.org"], True)]


def test_staff_are_told_of_an_address_that_is_taken(staff, person):
    form = {"email": person.email.upper(), "username": "new"}

    answer = staff.post(address(User, "add"), form)

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["email"] == ["This email address has an account already."]


def test_staff_are_told_of_a_username_that_is_taken(staff, person):
    form = {"email": "new@example.org", "username": person.username.upper()}

    answer = staff.post(address(User, "add"), form)

    assert answer.context["adminform"].form.errors["username"] == ["This username is taken. Choose another."]


@pytest.mark.parametrize(
    ("least", "found"), [("1", 2), ("15", 2), ("100", 1), ("115", 1), ("116", 0), ("9" * 30, 0), ("many", 2), ("²", 2)]
)
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


def test_the_filter_by_credits_takes_any_number_and_keeps_the_others(staff):
    page = staff.get(address(User, "changelist") + "?min_credits=12&is_active__exact=1").content.decode()

    assert '<input id="min-credits" type="number" name="min_credits" value="12"' in page
    assert '<input type="hidden" name="is_active__exact" value="1">' in page


def test_nobody_sets_the_password_of_another(staff, person):
    before = User.objects.get(pk=person.pk).password
    form = {"email": person.email, "username": person.username, "password": "x", "password1": PASSWORD}

    staff.post(detail(person), form)

    page = staff.get(detail(person)).content.decode()
    assert staff.post(f"/admin/accounts/user/{person.pk}/password/", form).status_code in {302, 404}
    assert User.objects.get(pk=person.pk).password == before
    assert 'name="password' not in page
    assert "md5" not in page


def act(client, action: str, *people, **more):
    form = {"action": action, "_selected_action": [str(each.pk) for each in people], **more}
    return client.post(address(User, "changelist"), form)


def test_granting_asks_for_amount_and_reason_first(staff, person):
    asked = act(staff, "grant_credits", person)
    empty = act(staff, "grant_credits", person, amount="5", reason="", once=uuid4())

    assert (asked.status_code, balance_of(person)) == (200, 15)
    assert asked.context["people"].get() == person
    assert set(empty.context["form"].errors) == {"reason"}


def test_staff_grant_credits_to_several_people_once(staff, person):
    other = factories.a_person("bob")
    form = {"amount": "5", "reason": "A workshop", "once": str(uuid4())}

    for _ in range(2):
        act(staff, "grant_credits", person, other, **form)

    assert [balance_of(each) for each in (person, other)] == [20, 20]
    assert LedgerEntry.objects.filter(reference="A workshop", amount=5).count() == 2
    assert OutboxEvent.objects.filter(kind="credits.granted").count() == 2


def test_staff_mail_a_reset_link(staff, person, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        act(staff, "send_reset_link", person)

    assert [mail.to for mail in mailoutbox] == [[person.email]]


def test_staff_deactivate_others_and_never_themselves(staff, person, stranger):
    act(staff, "deactivate", person, stranger)

    assert list(User.objects.filter(is_active=False)) == [person]
    act(staff, "activate", person)
    assert not User.objects.filter(is_active=False).exists()


@pytest.fixture
def helper(client):
    """A web client signed in as staff who may see and change people, and no more."""
    hal = factories.a_person("hal")
    User.objects.filter(pk=hal.pk).update(is_staff=True)
    hal.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    client.force_login(hal)
    return client


def test_staff_without_the_right_grant_nothing(helper, person):
    act(helper, "grant_credits", person, amount="5", reason="A gift", once=uuid4())

    assert balance_of(person) == 15


def test_rights_are_given_by_superusers_alone(helper, person):
    form = {"email": person.email, "username": person.username, "is_staff": "on", "is_superuser": "on"}

    helper.post(detail(person), form)

    person.refresh_from_db()
    assert (person.is_staff, person.is_superuser) == (False, False)


def test_staff_take_over_no_administrator(helper, person):
    User.objects.filter(pk=person.pk).update(is_staff=True)
    form = {"email": "mine@example.org", "username": person.username}

    assert helper.post(detail(person), form).status_code == 403
    act(helper, "deactivate", person)

    person.refresh_from_db()
    assert (person.email != "mine@example.org", person.is_active) == (True, True)


def test_a_superuser_does_not_drop_their_own_rights(staff, stranger):
    staff.post(detail(stranger), {"email": stranger.email, "username": stranger.username})

    assert User.objects.get(pk=stranger.pk).is_superuser


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
