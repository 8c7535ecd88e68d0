import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import LedgerEntry, User
from datasets.models import Dataset
from tests import factories
from tests.factories import join
from workspaces.models import Membership, Role, Workspace

pytestmark = pytest.mark.django_db

PEOPLE = reverse("admin:accounts_user_changelist")


@pytest.fixture
def staff(client, stranger):
    """A web client signed in as an administrator; the person is `stranger`."""
    User.objects.filter(pk=stranger.pk).update(is_staff=True, is_superuser=True)
    client.force_login(stranger)
    return client


def delete_page(person) -> str:
    return reverse("admin:accounts_user_delete", args=[person.pk])


def delete_selected(client, *people, **more):
    form = {"action": "delete_selected", "_selected_action": [str(each.pk) for each in people], **more}
    return client.post(PEOPLE, form)


def test_staff_are_told_what_deleting_a_person_means(staff, person, project):
    heir = factories.a_person("bob")
    join(heir, project.workspace, Role.EDITOR)

    page = staff.get(delete_page(person))

    assert page.context["lines"] == [
        f"{person.email} goes, with their credits, keys and sign-ins. This cannot be undone.",
        f"The workspace “{project.workspace.name}” stays, and {heir.email} becomes its owner.",
    ]
    assert User.objects.filter(pk=person.pk).exists()


def test_staff_delete_a_person_with_all_that_is_theirs(staff, person):
    factories.a_model(person)

    answer = staff.post(delete_page(person))

    assert (answer.status_code, answer["Location"]) == (302, PEOPLE)
    assert not User.objects.filter(pk=person.pk).exists()
    assert not LedgerEntry.objects.filter(wallet_id=person.pk).exists()
    assert (Dataset.objects.count(), Workspace.objects.count()) == (0, 1)


def test_staff_delete_several_people_after_a_question(staff, person):
    other = factories.a_person("bob")

    asked = delete_selected(staff, person, other)
    assert (asked.status_code, User.objects.count()) == (200, 3)
    delete_selected(staff, person, other, sure="yes")

    assert not User.objects.filter(pk__in=[person.pk, other.pk]).exists()


def test_the_work_of_a_deleted_person_stays_with_others(staff, person, stranger):
    factories.home_of(person).workspace.delete()
    join(person, factories.home_of(stranger).workspace, Role.EDITOR)
    factories.a_dataset(person)

    staff.post(delete_page(person))

    assert Dataset.objects.get().created_by is None
    assert list(Membership.objects.values_list("user", flat=True)) == [stranger.pk]


def test_nobody_deletes_themselves(staff, person, stranger):
    assert staff.post(delete_page(stranger)).status_code == 409
    delete_selected(staff, person, stranger, sure="yes")

    assert list(User.objects.all()) == [stranger]


@pytest.mark.parametrize("rights", [[], ["view_user", "change_user"]])
def test_staff_without_the_right_delete_nobody(client, person, stranger, rights):
    User.objects.filter(pk=stranger.pk).update(is_staff=True)
    stranger.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(stranger)

    assert client.get(delete_page(person)).status_code == 403
    assert client.post(delete_page(person)).status_code == 403
    delete_selected(client, person, sure="yes")

    assert User.objects.count() == 2


def test_nobody_is_deleted_at_an_address_of_nobody(staff):
    assert staff.post(f"{PEOPLE}nobody/delete/").status_code == 404


def test_who_is_no_staff_is_sent_to_sign_in(web, stranger):
    answer = web.post(delete_page(stranger))

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")
    assert User.objects.count() == 2
